#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "wire/refusal.h"

namespace sekisho::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

UpstreamError bedrock(int status, std::string_view header, std::string_view body) {
  return read_upstream_error(Dialect::kBedrockConverse, status, header, body);
}
UpstreamError openai(int status, std::string_view body) {
  return read_upstream_error(Dialect::kOpenAiChat, status, "", body);
}

}  // namespace

TEST(UpstreamError, ReadsEveryShape) {
  auto e = openai(400, R"({"error":{"message":"bad","type":"invalid_request_error","code":null}})");
  EXPECT_EQ(e.type, "invalid_request_error");
  EXPECT_EQ(e.message, "bad");
  EXPECT_EQ(openai(400, R"({"error":"just text"})").message, "just text");
  EXPECT_EQ(openai(400, R"({"object":"error","message":"vllm","type":"BadRequestError"})").message,
            "vllm");
  EXPECT_EQ(openai(422, R"({"detail":"fast api"})").message, "fast api");
  e = read_upstream_error(
      Dialect::kAnthropicMessages, 529, "",
      R"({"type":"error","error":{"type":"overloaded_error","message":"Over"}})");
  EXPECT_EQ(e.type, "overloaded_error");
  EXPECT_EQ(e.message, "Over");
  e = bedrock(429, "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/",
              R"({"message":"Too many"})");
  EXPECT_EQ(e.type, "ThrottlingException");
  EXPECT_EQ(e.message, "Too many");
  EXPECT_EQ(bedrock(400, "", R"({"__type":"com.amazon#ValidationException","Message":"m"})").type,
            "ValidationException");
  EXPECT_EQ(
      bedrock(400, "", R"({"__type":"com.amazon#ValidationException","Message":"m"})").message,
      "m");
  EXPECT_EQ(openai(502, "<html>Bad Gateway</html>").message, "<html>Bad Gateway</html>");
  EXPECT_EQ(openai(500, "").message, "");
}

TEST(UpstreamError, IsBounded) {
  std::string huge(limits::kUpstreamMessageBytes * 3, 'x');
  EXPECT_EQ(openai(500, huge).message.size(), limits::kUpstreamMessageBytes);
  EXPECT_EQ(openai(500, R"({"error":{"message":")" + huge + "\"}}").message.size(),
            limits::kUpstreamMessageBytes);
  EXPECT_EQ(openai(500, R"({"error":{"type":")" + huge + "\"}}").type, "");
  EXPECT_EQ(openai(500, R"({"error":{"type":"a b<script>"}})").type, "");
}

TEST(UpstreamRefusal, ContextOverflowPassesWordForWord) {
  for (std::string_view text :
       {"Input is too long.", "prompt is too long: 205343 tokens > 200000 maximum",
        "This model's maximum context length is 128000 tokens.",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"}) {
    Refusal r = refusal_from_upstream({.status = 400, .message = std::string(text)});
    EXPECT_EQ(r.code, Code::kContextOverflow);
    for (auto language : {Language::kEnglish, Language::kJapanese}) {
      EXPECT_EQ(refusal_sentence(r, language, "req_1"), text);
    }
    auto e = render_refusal(r, Dialect::kOpenAiChat, ClientKind::kClaudeCode, Language::kJapanese,
                            "req_1");
    EXPECT_EQ(e.status, 400);
    EXPECT_THAT(e.body, HasSubstr("context_length_exceeded"));
  }
  EXPECT_NE(refusal_from_upstream({.status = 500, .message = "Input is too long."}).code,
            Code::kContextOverflow);
}

TEST(UpstreamRefusal, KeepsTheClassOfTheStatus) {
  auto code = [](int status, std::string type = "") {
    return refusal_from_upstream({.status = status, .type = std::move(type), .message = "m"}).code;
  };
  EXPECT_EQ(code(400), Code::kUpstreamRejected);
  EXPECT_EQ(code(422), Code::kUpstreamRejected);
  EXPECT_EQ(code(404), Code::kNotFound);
  EXPECT_EQ(code(408, "ModelTimeoutException"), Code::kUpstreamTimeout);
  EXPECT_EQ(code(413), Code::kTooLarge);
  EXPECT_EQ(code(424, "ModelErrorException"), Code::kUpstreamFailed);
  EXPECT_EQ(code(429, "ThrottlingException"), Code::kUpstreamThrottled);
  EXPECT_EQ(code(400, "ServiceQuotaExceededException"), Code::kUpstreamThrottled);
  EXPECT_EQ(code(529), Code::kUpstreamOverloaded);
  EXPECT_EQ(code(503, "ServiceUnavailableException"), Code::kUpstreamOverloaded);
  EXPECT_EQ(code(429, "insufficient_quota"), Code::kUpstreamQuota);
  EXPECT_EQ(code(402, "billing_error"), Code::kUpstreamQuota);
  EXPECT_EQ(code(500), Code::kUpstreamFailed);
  EXPECT_EQ(code(403, "AccessDeniedException"), Code::kPermissionDenied);
  EXPECT_EQ(code(400, "IncompleteSignature"), Code::kPermissionDenied);
}

TEST(UpstreamRefusal, OverloadHasTheStatusThatClientsOfTheDialectWaitFor) {
  Refusal r = refusal_from_upstream({.status = 529, .type = "overloaded_error"});
  auto shown = [&](Dialect dialect) {
    return render_refusal(r, dialect, ClientKind::kClaudeCode, Language::kEnglish, "req_1");
  };
  EXPECT_EQ(shown(Dialect::kAnthropicMessages).status, 529);
  EXPECT_THAT(shown(Dialect::kAnthropicMessages).body, HasSubstr("\"overloaded_error\""));
  EXPECT_EQ(shown(Dialect::kOpenAiChat).status, 503);
  EXPECT_EQ(shown(Dialect::kBedrockConverse).status, 503);
}

TEST(UpstreamRefusal, AUsedUpQuotaIsNothingToWaitFor) {
  auto error = openai(429, R"({"error":{"message":"You exceeded your current quota",)"
                           R"("type":"requests","code":"insufficient_quota"}})");
  EXPECT_EQ(error.type, "insufficient_quota");
  Refusal r = refusal_from_upstream(error);
  EXPECT_FALSE(is_transient(r.code));
  auto claude = render_refusal(r, Dialect::kAnthropicMessages, ClientKind::kClaudeCode,
                               Language::kEnglish, "req_1");
  EXPECT_EQ(claude.status, 429);
  EXPECT_THAT(claude.body, HasSubstr("\"billing_error\""));
  auto other =
      render_refusal(r, Dialect::kOpenAiChat, ClientKind::kOpenAiSdk, Language::kEnglish, "req_1");
  EXPECT_EQ(other.status, 400);
  EXPECT_THAT(other.headers, testing::Contains(testing::Pair("x-should-retry", "false")));
}

TEST(UpstreamRefusal, WhatIsTooLargeOrUnknownKeepsItsWords) {
  Refusal r = refusal_from_upstream(
      {.status = 413, .type = "request_too_large", .message = "Request exceeds the maximum size"});
  EXPECT_EQ(refusal_sentence(r, Language::kJapanese, "req_1"), "Request exceeds the maximum size");
  r = refusal_from_upstream({.status = 404,
                             .type = "not_found_error",
                             .message = "model: zzz of arn:aws:bedrock:us-east-1:123456789012:x"});
  EXPECT_EQ(refusal_sentence(r, Language::kEnglish, "req_1"),
            "Not found: the provider answered HTTP 404 not_found_error: model: zzz of [arn] "
            "(request req_1).");
}

TEST(UpstreamRefusal, PagesOfProxiesDoNotPass) {
  for (int status : {400, 404, 413, 502}) {
    auto error = openai(status, "\r\n<html>nginx internal-host-7: prompt is too long</html>");
    auto text = refusal_sentence(refusal_from_upstream(error), Language::kEnglish, "req_1");
    EXPECT_THAT(text, Not(HasSubstr("nginx")));
    EXPECT_THAT(text, HasSubstr("HTTP " + std::to_string(status)));
  }
}

TEST(UpstreamRefusal, AnErrorInsideAnAnswerNamesNoStatus) {
  auto refused = [](std::string_view object) {
    return refusal_from_upstream(read_error_in_answer(Dialect::kAnthropicMessages, object));
  };
  Refusal r = refused(R"({"type":"error","error":{"type":"overloaded_error","message":"Over"}})");
  EXPECT_EQ(r.code, Code::kUpstreamOverloaded);
  EXPECT_EQ(r.detail, "the provider broke off its answer with overloaded_error");
  EXPECT_EQ(refused(R"({"error":{"code":503,"message":"m"}})").code, Code::kUpstreamOverloaded);
  EXPECT_EQ(refused(R"({"error":{"code":"rate_limit_exceeded","message":"m"}})").code,
            Code::kUpstreamThrottled);
  EXPECT_EQ(refused(R"({"error":"oops"})").code, Code::kUpstreamFailed);
}

TEST(UpstreamRefusal, OurCredentialsAreNotTheCallersBusiness) {
  Refusal r = refusal_from_upstream(
      {.status = 403,
       .type = "AccessDeniedException",
       .message = "User: arn:aws:iam::123456789012:user/gateway is not authorized"});
  std::string text = refusal_sentence(r, Language::kEnglish, "req_1");
  EXPECT_THAT(text, HasSubstr("AccessDeniedException"));
  EXPECT_THAT(text, Not(HasSubstr("123456789012")));
  EXPECT_THAT(text, Not(HasSubstr("gateway is not")));
}

TEST(UpstreamRefusal, RejectionsKeepTheProvidersWordsButForNames) {
  Refusal r = refusal_from_upstream(
      {.status = 400,
       .message = "Invocation of arn:aws:bedrock:us-east-1:123456789012:inference-profile/x: no."});
  EXPECT_EQ(refusal_sentence(r, Language::kJapanese, "req_1"), "Invocation of [arn] no.");
}

TEST(Scrub, ReplacesAccountsProjectsAndKeys) {
  auto s = [](std::string_view text) { return scrub_upstream_text(text); };
  EXPECT_EQ(s("User: arn:aws:sts::123456789012:assumed-role/r/s is denied"),
            "User: [arn] is denied");
  EXPECT_EQ(s("(arn:aws-cn:iam::1:user/u)."), "([arn]).");
  EXPECT_EQ(s("account 123456789012, limit 200000"), "account [account], limit 200000");
  EXPECT_EQ(s("id=123456789012;"), "id=[account];");
  EXPECT_EQ(s("Incorrect API key provided: sk-proj-abcdefghijklmnop1234"),
            "Incorrect API key provided: [key]");
  EXPECT_EQ(s("key AKIAIOSFODNN7EXAMPLE!"), "key [key]!");
  EXPECT_EQ(s("project `proj_AbCdEf123456` of org-AbCdEfGhIjKl1234"),
            "project `[project]` of [account]");
  EXPECT_EQ(s("projects/my-company-prod/locations/us"), "projects/[project]/locations/us");
  EXPECT_EQ(s("token 0123456789abcdef0123456789abcdef01234567 bad"), "token [key] bad");
  EXPECT_EQ(s("us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
  EXPECT_EQ(s("toolu_bdrk_01AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"),
            "toolu_bdrk_01AbCdEfGhIjKlMnOpQrStUvWxYz0123456789");
  EXPECT_EQ(s("arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ax%2Fabc; ARN%253aaws"),
            "[arn]; [arn]");
  EXPECT_EQ(s("learn: more"), "learn: more");
  EXPECT_EQ(s("account-123456789012; AccountId123456789012, %20123456789012"),
            "account-[account]; AccountId[account], %20[account]");
  EXPECT_EQ(s("bucket my-logs-123456789012-us-east-1 at s3://logs/x"),
            "bucket my-logs-[account]-us-east-1 at [bucket]");
  EXPECT_EQ(s("1234-5678-9012 in us-east-1-1234-5678-9012"), "[account] in us-east-1-[account]");
  EXPECT_EQ(s("1234567890123 and 2026-11-28 and 1234-5678"),
            "1234567890123 and 2026-11-28 and 1234-5678");
  EXPECT_EQ(s("dial ip-10-0-0-1.ec2.internal:8080: refused by http://db.svc.cluster.local/x"),
            "dial [host]:8080: refused by http://[host]/x");
  EXPECT_EQ(s("10.0.12.7 and (192.168.1.1:80)."), "[host] and ([host]:80).");
  EXPECT_EQ(s("gpt-4.1-mini 1.2.3 https://docs.anthropic.com/en/api"),
            "gpt-4.1-mini 1.2.3 https://docs.anthropic.com/en/api");
  EXPECT_EQ(s(""), "");
  EXPECT_EQ(s("日本語のメッセージ 1"), "日本語のメッセージ 1");
}

// The wait stands in the body; a bad key of ours is called an argument.
TEST(UpstreamError, ReadsGooglesErrors) {
  auto google = [](int status, std::string_view body) {
    return read_upstream_error(Dialect::kGemini, status, "", body);
  };
  auto busy = google(429, R"({"error":{"code":429,"message":"Quota exceeded","status":)"
                          R"("RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/)"
                          R"(google.rpc.RetryInfo","retryDelay":"34.07s"}]}})");
  EXPECT_EQ(busy.type, "RESOURCE_EXHAUSTED");
  EXPECT_EQ(busy.retry_after_ms, 34'999);
  EXPECT_EQ(refusal_from_upstream(busy).code, Code::kUpstreamThrottled);
  auto key = google(400, R"({"error":{"code":400,"message":"API key not valid.","status":)"
                         R"("INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}})");
  EXPECT_EQ(refusal_from_upstream(key).code, Code::kPermissionDenied);
  auto array =
      google(400, R"([{"error":{"code":400,"message":"The input token count (9) exceeds )"
                  R"(the maximum number of tokens allowed (8).","status":"INVALID_ARGUMENT"}}])");
  EXPECT_EQ(refusal_from_upstream(array).code, Code::kContextOverflow);
  auto inside = read_error_in_answer(
      Dialect::kGemini, R"({"code":503,"message":"overloaded","status":"UNAVAILABLE"})");
  EXPECT_EQ(refusal_from_upstream(inside).code, Code::kUpstreamOverloaded);
}

}  // namespace sekisho::wire
