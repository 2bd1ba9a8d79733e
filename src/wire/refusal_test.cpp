#include "wire/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <set>

#include "wire/raw_answer.h"

namespace sekisho::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kId = "req_01ABCDEFGH";

Refusal budget() {
  return {.code = Code::kBudgetExceeded,
          .rule = "budget",
          .scope = "key alice-laptop",
          .figure = "$4.98",
          .limit = "$5.00",
          .resets = "2026-12-01T00:00:00+09:00",
          .who = "the head of unit 開発部"};
}
Refusal blocked() {
  return {.code = Code::kGuardrailBlocked, .rule = "aws-access-key-id"};
}

RenderedError rendered(const Refusal& refusal, Dialect dialect, ClientKind client) {
  return render_refusal(refusal, dialect, client, Language::kEnglish, kId);
}
RenderedError to_anthropic(const Refusal& r, ClientKind client) {
  return rendered(r, Dialect::kAnthropicMessages, client);
}
RenderedError to_chat(const Refusal& r, ClientKind client) {
  return rendered(r, Dialect::kOpenAiChat, client);
}

std::string header(const RenderedError& error, std::string_view name) {
  for (const auto& [key, value] : error.headers) {
    if (key == name) return value;
  }
  return {};
}

std::string at(const std::string& body, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root, found;
  std::string_view text;
  if (parser.parse(body).get(root) != simdjson::SUCCESS) return "not JSON: " + body;
  if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "nothing";
  return found.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(found);
}

constexpr Code kTerminal[] = {Code::kPermissionDenied, Code::kModelDenied,
                              Code::kModelUnpriced,    Code::kBudgetExceeded,
                              Code::kGuardrailBlocked, Code::kUpstreamQuota};

}  // namespace

TEST(RefusalSentence, SaysEverythingInEnglish) {
  EXPECT_EQ(refusal_sentence(budget(), Language::kEnglish, kId),
            "The budget does not cover this request (key alice-laptop): $4.98 of $5.00, resets at "
            "2026-12-01T00:00:00+09:00, can be changed by the head of unit 開発部 (rule budget, "
            "request req_01ABCDEFGH).");
}

TEST(RefusalSentence, SaysEverythingInJapanese) {
  Refusal r = budget();
  r.scope = "仮想キー alice-laptop";
  r.who = "開発部の部門責任者";
  EXPECT_EQ(refusal_sentence(r, Language::kJapanese, kId),
            "予算の上限に達したため、リクエストを拒否しました（対象：仮想キー "
            "alice-laptop、ルール：budget、"
            "現在：$4.98、上限：$5.00、リセット：2026-12-01T00:00:00+09:00、"
            "変更できる方：開発部の部門責任者、リクエスト ID：req_01ABCDEFGH）。");
}

TEST(RefusalSentence, WhatIsMadeInEnglishIsLookedUp) {
  Refusal r{.code = Code::kModelDenied,
            .rule = "models_allowed",
            .scope = "key bob-laptop",
            .who = "an administrator",
            .detail = "model 'opus' is not allowed"};
  EXPECT_EQ(
      refusal_sentence(r, Language::kJapanese, ""),
      "このモデルの利用は許可されていません（対象：キー「bob-laptop」、ルール：models_allowed、"
      "変更できる方：管理者）。モデル「opus」は許可されていません。");
  r = {.code = Code::kNotFound,
       .detail = "there is no model named 'sonet'; did you mean 'sonnet'?"};
  EXPECT_EQ(refusal_sentence(r, Language::kJapanese, ""),
            "見つかりません。「sonet」というモデルはありません（「sonnet」のことでしょうか）。");
  r.detail = "nobody knows this sentence";
  EXPECT_EQ(refusal_sentence(r, Language::kJapanese, ""),
            "見つかりません。nobody knows this sentence.");
}

TEST(RefusalSentence, DetailsAndRetryTimes) {
  EXPECT_EQ(refusal_sentence({.code = Code::kInvalidArgument, .detail = "model is missing"},
                             Language::kEnglish, kId),
            "The request is not valid: model is missing (request req_01ABCDEFGH).");
  EXPECT_EQ(refusal_sentence({.code = Code::kRateLimited,
                              .rule = "requests_per_minute",
                              .scope = "unit 開発部",
                              .figure = "61",
                              .limit = "60",
                              .retry_after_s = 12},
                             Language::kEnglish, kId),
            "The rate limit is reached (unit 開発部): 61 of 60, try again in 12 s (rule "
            "requests_per_minute, request req_01ABCDEFGH).");
}

TEST(RefusalSentence, EveryCodeHasWordsInBothLanguages) {
  std::set<std::string> english, japanese;
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    Refusal r{.code = static_cast<Code>(i)};
    EXPECT_THAT(refusal_sentence(r, Language::kEnglish, kId),
                HasSubstr("(request req_01ABCDEFGH)."));
    EXPECT_THAT(refusal_sentence(r, Language::kJapanese, kId), HasSubstr("リクエスト ID：req_"));
  }
}

TEST(RefusalShape, ClineShowsItsUserAtOnce) {
  RenderedError e = to_chat(budget(), ClientKind::kCline);
  EXPECT_EQ(e.status, 403);
  EXPECT_EQ(header(e, "x-should-retry"), "false");
  EXPECT_EQ(header(e, "x-request-id"), kId);
  EXPECT_EQ(header(e, "retry-after"), "");
  EXPECT_EQ(at(e.body, "/error/type"), "budget_exceeded");
  EXPECT_EQ(at(e.body, "/error/code"), "403");
  EXPECT_EQ(at(e.body, "/error/param"), "null");
  EXPECT_EQ(at(e.body, "/error/message"), refusal_sentence(budget(), Language::kEnglish, kId));
  e = to_anthropic(blocked(), ClientKind::kCline);
  EXPECT_EQ(e.status, 403);
  EXPECT_EQ(at(e.body, "/error/type"), "permission_error");
  EXPECT_EQ(header(e, "request-id"), kId);
}

TEST(RefusalShape, ClaudeCodeShowsItsUserAtOnce) {
  RenderedError e = to_anthropic(budget(), ClientKind::kClaudeCode);
  EXPECT_EQ(e.status, 429);
  EXPECT_EQ(header(e, "x-should-retry"), "false");
  EXPECT_EQ(header(e, "retry-after"), "");
  EXPECT_EQ(at(e.body, "/type"), "error");
  EXPECT_EQ(at(e.body, "/error/type"), "billing_error");
  EXPECT_EQ(at(e.body, "/request_id"), kId);
  e = to_anthropic(blocked(), ClientKind::kClaudeCode);
  EXPECT_EQ(e.status, 402);
  EXPECT_EQ(at(e.body, "/error/type"), "billing_error");
  EXPECT_EQ(header(e, "x-should-retry"), "false");
}

TEST(RefusalShape, CodexAndUnknownClientsGet400) {
  for (auto client : {ClientKind::kCodex, ClientKind::kUnknown, ClientKind::kOpenAiSdk,
                      ClientKind::kAnthropicSdk}) {
    for (Code code : kTerminal) EXPECT_EQ(to_chat({.code = code}, client).status, 400);
  }
}

TEST(RefusalShape, OpencodeAndGeminiCliGet403) {
  for (auto client : {ClientKind::kOpencode, ClientKind::kGeminiCli}) {
    for (Code code : kTerminal) EXPECT_EQ(to_chat({.code = code}, client).status, 403);
  }
}

// The column "never" of the observations: statuses that a client answers with a storm of retries.
TEST(RefusalShape, NoTerminalRefusalHasAStatusThatItsClientRetries) {
  const std::map<ClientKind, std::set<int>> never{{ClientKind::kCodex, {403, 429}},
                                                  {ClientKind::kClaudeCode, {400, 403, 422}}};
  for (int c = 0; c <= static_cast<int>(ClientKind::kCurl); ++c) {
    auto client = static_cast<ClientKind>(c);
    for (Code code : kTerminal) {
      RenderedError e = to_anthropic({.code = code, .retry_after_s = 5}, client);
      SCOPED_TRACE(client_name(client));
      EXPECT_GE(e.status, 400);
      EXPECT_LT(e.status, 500);
      EXPECT_EQ(header(e, "x-should-retry"), "false");
      EXPECT_EQ(header(e, "retry-after"), "");
      if (never.contains(client)) EXPECT_FALSE(never.at(client).contains(e.status));
      bool says_billing = at(e.body, "/error/type") == "billing_error";
      if (e.status == 429) EXPECT_TRUE(says_billing && client == ClientKind::kClaudeCode);
    }
  }
}

TEST(RefusalShape, TransientRefusalsSayWhen) {
  RenderedError e = to_chat({.code = Code::kRateLimited, .retry_after_s = 12}, ClientKind::kCline);
  EXPECT_EQ(e.status, 429);
  EXPECT_EQ(header(e, "retry-after"), "12");
  EXPECT_EQ(header(e, "x-should-retry"), "");
  e = to_anthropic({.code = Code::kOverloaded}, ClientKind::kClaudeCode);
  EXPECT_EQ(e.status, 503);
  EXPECT_EQ(header(e, "retry-after"), "5");
  EXPECT_EQ(at(e.body, "/error/type"), "overloaded_error");
  e = to_chat({.code = Code::kStoreFailed, .detail = "disk full"}, ClientKind::kCodex);
  EXPECT_EQ(e.status, 503);
  EXPECT_THAT(at(e.body, "/error/message"), HasSubstr("disk full"));
}

TEST(RefusalShape, FaultsOfTheRequestKeepTheirStatus) {
  for (auto client : {ClientKind::kCline, ClientKind::kClaudeCode, ClientKind::kCodex}) {
    EXPECT_EQ(to_chat({.code = Code::kInvalidArgument}, client).status, 400);
    EXPECT_EQ(to_chat({.code = Code::kUnauthenticated}, client).status, 401);
    EXPECT_EQ(to_chat({.code = Code::kNotFound}, client).status, 404);
    EXPECT_EQ(to_chat({.code = Code::kTooLarge}, client).status, 413);
  }
  EXPECT_EQ(header(to_anthropic({.code = Code::kUnauthenticated}, ClientKind::kClaudeCode),
                   "x-should-retry"),
            "false");
  EXPECT_EQ(at(to_chat({.code = Code::kInvalidArgument, .param = "model"}, ClientKind::kCline).body,
               "/error/param"),
            "model");
}

TEST(RefusalShape, Bedrock) {
  RenderedError e = rendered(budget(), Dialect::kBedrockConverse, ClientKind::kCline);
  EXPECT_EQ(e.status, 403);
  EXPECT_EQ(header(e, "x-amzn-errortype"), "AccessDeniedException");
  EXPECT_EQ(at(e.body, "/message"), refusal_sentence(budget(), Language::kEnglish, kId));
}

TEST(ProtocolError, KeepsItsStatusInTheDialectsShape) {
  auto e = render_protocol_error(431, "headers too large", Dialect::kAnthropicMessages, kId);
  EXPECT_EQ(e.status, 431);
  EXPECT_EQ(at(e.body, "/error/type"), "invalid_request_error");
  EXPECT_EQ(at(e.body, "/error/message"), "headers too large");
  EXPECT_EQ(at(e.body, "/request_id"), kId);
  e = render_protocol_error(505, "HTTP version not supported", Dialect::kOpenAiChat, kId);
  EXPECT_EQ(e.status, 505);
  EXPECT_EQ(at(e.body, "/error/code"), "505");
  EXPECT_EQ(header(e, "x-request-id"), kId);
}

TEST(StreamError, IsAnEventOfTheDialect) {
  for (auto dialect : {Dialect::kOpenAiChat, Dialect::kAnthropicMessages}) {
    std::string bytes = render_stream_error(blocked(), dialect, Language::kJapanese, kId);
    auto answer = make_raw_answer(dialect, true);
    std::vector<RawFrame> frames;
    ASSERT_TRUE(answer->feed(bytes, frames));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_TRUE(frames[0].is_error);
    EXPECT_EQ(at(std::string(frames[0].data.of(frames[0].bytes)), "/error/message"),
              refusal_sentence(blocked(), Language::kJapanese, kId));
  }
  EXPECT_TRUE(render_stream_error(blocked(), Dialect::kAnthropicMessages, Language::kEnglish, kId)
                  .starts_with("event: error\ndata: {\"type\":\"error\""));
}

TEST(Refusal, GoogleShape) {
  Refusal busy{.code = Code::kRateLimited, .rule = "requests_per_minute", .retry_after_s = 12};
  auto out =
      render_refusal(busy, Dialect::kGemini, ClientKind::kGeminiCli, Language::kEnglish, "r1");
  EXPECT_EQ(out.status, 429);
  EXPECT_THAT(out.body, testing::StartsWith(R"({"error":{"code":429,"message":")"));
  EXPECT_THAT(out.body,
              testing::EndsWith(
                  R"("status":"RESOURCE_EXHAUSTED","details":[{"@type":)"
                  R"("type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12s"},)"
                  R"({"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"r1"}]}})"));
  Refusal denied{.code = Code::kModelDenied, .rule = "models_allowed"};
  out = render_refusal(denied, Dialect::kGemini, ClientKind::kGeminiCli, Language::kEnglish, "r1");
  EXPECT_EQ(out.status, 403);
  EXPECT_THAT(out.body, testing::HasSubstr(R"("status":"PERMISSION_DENIED")"));
  EXPECT_THAT(render_stream_error(denied, Dialect::kGemini, Language::kEnglish, "r1"),
              testing::StartsWith(R"({"error":{"code":403)"))
      << "as Google does: without data:";
}

}  // namespace sekisho::wire
