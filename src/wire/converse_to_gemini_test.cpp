// Converse's answers → Gemini's: events, one JSON array, whole.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/converse_to_chat_testing.h"
#include "wire/gemini/thought_signature.h"
#include "wire/gemini_testing.h"

namespace sekisho::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
namespace converse = testing_converse;

std::string reasoning(int index, const std::string& text) {
  return converse::delta(index, R"({"reasoningContent":{"text":")" + text + R"("}})");
}
std::string signature(int index, const std::string& signature) {
  return converse::delta(index, R"({"reasoningContent":{"signature":")" + signature + R"("}})");
}

const std::string kStream =
    converse::kStartEvent + reasoning(0, "I ") + reasoning(0, "think") + signature(0, "SIG") +
    converse::block_stop(0) + converse::text(1, "Let ") + converse::text(1, "me.") +
    converse::block_stop(1) + converse::tool_start(2, "t1") + converse::arguments(2, R"({\"a\":)") +
    converse::arguments(2, "1.0}") + converse::block_stop(2) + converse::tool_start(3, "t2") +
    converse::block_stop(3) + converse::message_stop("tool_use") + converse::metadata();

testing_gemini::Answered told(const std::string& bytes, bool stream = true,
                              std::size_t piece = 1 << 20, bool json_array = false) {
  return testing_gemini::answer(Dialect::kBedrockConverse, Dialect::kGemini, bytes, stream, piece,
                                json_array);
}

}  // namespace

TEST(ConverseToGemini, Case01And08CallsAreWholeAndCarryTheThoughts) {
  const auto parts = testing_gemini::parts_of(told(kStream).out);
  const std::string carrier = gemini::carry({{"I think", "SIG", ""}});
  EXPECT_THAT(
      parts, ElementsAre(R"({"text":"I ","thought":true})", R"({"text":"think","thought":true})",
                         R"({"text":"Let "})", R"({"text":"me."})",
                         R"({"functionCall":{"id":"t1","name":"run","args":{"a":1.0}},)"
                         R"("thoughtSignature":")" +
                             carrier + "\"}",
                         R"({"functionCall":{"id":"t2","name":"run","args":{}}})", R"({"text":""})",
                         "STOP",
                         R"({"promptTokenCount":110,"candidatesTokenCount":5,)"
                         R"("cachedContentTokenCount":70,"totalTokenCount":115})"));
}

TEST(ConverseToGemini, Case08WithoutACallAnEmptyTextCarriesThem) {
  const auto parts = testing_gemini::parts_of(
      told(converse::kStartEvent + signature(0, "S") + converse::block_stop(0) +
           converse::text(1, "Hi") + converse::block_stop(1) + converse::message_stop("end_turn") +
           converse::metadata())
          .out);
  EXPECT_THAT(parts, ElementsAre(R"({"text":"Hi"})",
                                 R"({"text":"","thoughtSignature":")" +
                                     gemini::carry({{"", "S", ""}}) + "\"}",
                                 R"({"text":""})", "STOP", testing::_));
}

TEST(ConverseToGemini, Case15StopReasons) {
  for (const auto& [reason, expected] : std::initializer_list<std::pair<std::string, std::string>>{
           {"end_turn", "STOP"},
           {"stop_sequence", "STOP"},
           {"max_tokens", "MAX_TOKENS"},
           {"model_context_window_exceeded", "MAX_TOKENS"},
           {"content_filtered", "SAFETY"},
           {"guardrail_intervened", "SAFETY"}}) {
    const auto out = told(converse::kStartEvent + converse::text(0, "x") + converse::block_stop(0) +
                          converse::message_stop(reason) + converse::metadata());
    EXPECT_THAT(testing_gemini::parts_of(out.out), testing::Contains(expected)) << reason;
  }
}

TEST(ConverseToGemini, Case23OneJsonArrayHoldsTheSameChunks) {
  const auto events = told(kStream).out, array = told(kStream, true, 1 << 20, true).out;
  JsonDocument document;
  ASSERT_TRUE(document.parse(array)) << array;
  std::string again;
  for (const JsonValue chunk : document.root())
    again += "data: " + std::string(chunk.raw()) + "\n\n";
  EXPECT_EQ(again, events);
}

TEST(ConverseToGemini, Case23EverySplitGivesTheSame) {
  const auto whole = told(kStream).out;
  for (std::size_t piece = 1; piece < 40; ++piece) EXPECT_EQ(told(kStream, true, piece).out, whole);
}

TEST(ConverseToGemini, AWholeAnswerIsOneObject) {
  const auto out = told(
      R"({"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":)"
      R"({"text":"hm","signature":"S"}}},{"text":"Hello"},{"toolUse":{"toolUseId":"t","name":"run",)"
      R"("input":{"b":[1]}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,)"
      R"("totalTokens":3}})",
      false);
  EXPECT_EQ(out.out,
            R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"Hello"},)"
            R"({"functionCall":{"id":"t","name":"run","args":{"b":[1]}},"thoughtSignature":")" +
                gemini::carry({{"hm", "S", ""}}) +
                R"("}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":)"
                R"({"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3},)"
                R"("modelVersion":"m","responseId":"id1"})");
}

TEST(ConverseToGemini, AnErrorInsideAStreamIsSaidAsGoogleSaysIt) {
  const auto out = told(converse::kStartEvent + converse::text(0, "x") +
                        converse::message_stop("malformed_model_output") + converse::metadata());
  EXPECT_THAT(out.out, HasSubstr("\n\n{\"error\":{\"code\":500"));
}

}  // namespace sekisho::wire
