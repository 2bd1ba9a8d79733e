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
  EXPECT_EQ(code(529), Code::kUpstreamThrottled);
  EXPECT_EQ(code(500), Code::kUpstreamFailed);
  EXPECT_EQ(code(403, "AccessDeniedException"), Code::kPermissionDenied);
  EXPECT_EQ(code(400, "IncompleteSignature"), Code::kPermissionDenied);
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
  EXPECT_EQ(s(""), "");
  EXPECT_EQ(s("日本語のメッセージ 1"), "日本語のメッセージ 1");
}

}  // namespace sekisho::wire
