// Gemini's answers → OpenAI chat: chunks of a stream and whole answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/converse_to_chat_testing.h"
#include "wire/gemini_testing.h"

namespace sekisho::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace testing_gemini;
using Kind = AnswerEvent::Kind;

Answered told(const std::string& bytes, bool stream = true, std::size_t piece = 1 << 20) {
  return answer(Dialect::kGemini, Dialect::kOpenAiChat, bytes, stream, piece);
}

std::string usage(const std::string& figures) {
  std::string chunk = testing_gemini::chunk(R"({"text":""})", R"(,"finishReason":"STOP")");
  return chunk.insert(chunk.size() - 1, R"(,"usageMetadata":{)" + figures + "}");
}

const std::string kStream =
    sse(chunk(R"({"text":"hm ","thought":true})")) + sse(chunk(R"({"thought":true,"text":"hm"})")) +
    sse(chunk(R"({"text":"Let "})")) + sse(chunk(R"({"text":"me."})")) +
    sse(chunk(R"({"functionCall":{"name":"run","args":{"a":1.0}},"thoughtSignature":"AAAA"},)"
              R"({"functionCall":{"id":"own","name":"see","args":{}}})")) +
    sse(usage(R"("promptTokenCount":110,"cachedContentTokenCount":70,"candidatesTokenCount":3,)"
              R"("thoughtsTokenCount":2,"toolUsePromptTokenCount":5,"totalTokenCount":120)"));

Usage usage_of(const Answered& answered) {
  for (const AnswerEvent& event : answered.events) {
    if (event.kind == Kind::kUsage) return event.usage;
  }
  return {};
}

StopReason stop_of(const Answered& answered) {
  for (const AnswerEvent& event : answered.events) {
    if (event.kind == Kind::kStop) return event.stop;
  }
  return StopReason::kPauseTurn;
}

}  // namespace

TEST(GeminiToChat, Case01And10CallsAndTheirSignature) {
  const auto out = told(kStream);
  EXPECT_EQ(out.error, "");
  const auto deltas = testing_converse::deltas(out.out);
  EXPECT_THAT(deltas, testing::Contains(R"({"reasoning_content":"hm "})"));
  EXPECT_THAT(out.out, HasSubstr(R"("signature":"gemini#AAAA")"));
  EXPECT_THAT(
      out.out,
      HasSubstr(R"("index":0,"id":"call_r1_1","type":"function","function":{"name":"run")"));
  EXPECT_THAT(out.out, HasSubstr(R"("index":1,"id":"own")"));
  EXPECT_THAT(out.out, HasSubstr(R"("arguments":"{\"a\":1.0}")"));
  EXPECT_THAT(out.out, HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST(GeminiToChat, Case18UsageIsCumulativeAndThoughtsComeOnTop) {
  const Usage expected{
      .input = 45, .cache_read = 70, .output = 5, .reasoning = 2, .source = UsageSource::kReported};
  EXPECT_EQ(usage_of(told(kStream)), expected);
}

TEST(GeminiToChat, Case15FinishReasons) {
  for (const auto& [reason, stop] : std::initializer_list<std::pair<std::string, StopReason>>{
           {"STOP", StopReason::kEndTurn},
           {"MAX_TOKENS", StopReason::kMaxTokens},
           {"SAFETY", StopReason::kContentFilter},
           {"PROHIBITED_CONTENT", StopReason::kContentFilter},
           {"RECITATION", StopReason::kContentFilter},
           {"MALFORMED_FUNCTION_CALL", StopReason::kError},
           {"SOMETHING_NEW", StopReason::kEndTurn}}) {
    EXPECT_EQ(stop_of(told(sse(chunk(text("x"), R"(,"finishReason":")" + reason + "\"")))), stop)
        << reason;
  }
}

TEST(GeminiToChat, Case15APromptThatIsRefused) {
  const auto out = told(sse(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},)"
                            R"("usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}})"));
  EXPECT_EQ(stop_of(out), StopReason::kContentFilter);
  EXPECT_EQ(usage_of(out).input, 9);
  EXPECT_THAT(out.out, HasSubstr(R"("finish_reason":"content_filter")"));
}

TEST(GeminiToChat, Case23EverySplitGivesTheSame) {
  const auto whole = told(kStream).out;
  for (std::size_t piece = 1; piece < 30; ++piece) EXPECT_EQ(told(kStream, true, piece).out, whole);
}

TEST(GeminiToChat, AWholeAnswer) {
  const auto out =
      told(usage(R"("promptTokenCount":1,"candidatesTokenCount":2)").replace(0, 0, ""), false);
  EXPECT_THAT(out.out, HasSubstr(R"("prompt_tokens":1,"completion_tokens":2)"));
  EXPECT_THAT(told(chunk(text("Hello"), R"(,"finishReason":"STOP")"), false).out,
              HasSubstr(R"("content":"Hello")"));
}

TEST(GeminiToChat, Case25ErrorsInsideAnAnswer) {
  for (
      const std::string& error :
      {sse(R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})"),
       std::string("{\n \"error\": {\"code\": 503, \"message\": \"m\", \"status\": "
                   "\"UNAVAILABLE\"}\n}\n\n")}) {
    const auto out = told(sse(chunk(text("x"))) + error);
    ASSERT_FALSE(out.events.empty());
    EXPECT_EQ(out.events.back().kind, Kind::kError);
    EXPECT_EQ(out.events.back().error.code, Code::kUpstreamOverloaded);
    EXPECT_EQ(out.events.back().error_type, "UNAVAILABLE");
  }
}

TEST(GeminiToChat, AnAnswerWithoutItsEndIsBroken) {
  EXPECT_THAT(told(sse(chunk(text("x")))).error, HasSubstr("before its end"));
  EXPECT_NE(told("data: {\"candidates\":[\n\n").error, "");
  EXPECT_NE(told("[]", false).error, "");
}

}  // namespace sekisho::wire
