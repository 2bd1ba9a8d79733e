// OpenAI chat → Gemini's requests, each translation case in its own name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/gemini_testing.h"

namespace sekisho::wire {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace testing_gemini;

Translated to_gemini(const std::string& body, const TargetModel& target = gemini_2(),
                     std::int64_t max_tokens = 4096) {
  return translate(Dialect::kOpenAiChat, Dialect::kGemini, body, target, max_tokens);
}
const std::string kTools = R"("tools":[{"type":"function","function":{"name":"run","parameters":)"
                           R"({"$schema":"x","type":"object","additionalProperties":false}}}])";
Translated conversation(const std::string& messages, const TargetModel& target = gemini_2()) {
  return to_gemini("{" + kTools + R"(,"messages":[)" + messages + "]}", target);
}
Translated with(const std::string& members, const TargetModel& target = gemini_2(),
                std::int64_t max_tokens = 4096) {
  return to_gemini(R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}", target,
                   max_tokens);
}
const std::string kUser = R"({"role":"user","content":"go"})";
std::string calls(const std::string& more = "") {
  return R"({"role":"assistant","content":null,)" + more +
         R"("tool_calls":[{"id":"a","type":"function","function":{"name":"run","arguments":"{\"x\":1.0}"}},)"
         R"({"id":"b","type":"function","function":{"name":"run","arguments":""}}]})";
}
const std::string kResults =
    R"({"role":"tool","tool_call_id":"b","content":"B"},{"role":"tool","tool_call_id":"a","content":"A"})";

}  // namespace

TEST(ChatToGemini, WhatChangesLastComesLast) {
  const auto out = to_gemini(
      R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"temperature":0.30,)" +
      kTools + "}");
  EXPECT_EQ(out.body,
            R"({"systemInstruction":{"parts":[{"text":"s"}]},"tools":[{"functionDeclarations":[)"
            R"({"name":"run","parametersJsonSchema":{"$schema":"x","type":"object",)"
            R"("additionalProperties":false}}]}],"generationConfig":{"maxOutputTokens":4096,)"
            R"("temperature":0.30},"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_THAT(out.dropped, IsEmpty());
}

TEST(ChatToGemini, Case01And02ResultsFollowInTheOrderOfTheCalls) {
  EXPECT_EQ(conversation(kUser + "," + calls() + "," + kResults).member("contents"),
            R"([{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[)"
            R"({"functionCall":{"id":"a","name":"run","args":{"x":1.0}}},)"
            R"({"functionCall":{"id":"b","name":"run","args":{}}}]},{"role":"user","parts":[)"
            R"({"functionResponse":{"id":"a","name":"run","response":{"output":"A"}}},)"
            R"({"functionResponse":{"id":"b","name":"run","response":{"output":"B"}}}]}])");
  EXPECT_THAT(conversation(kUser + "," + calls()).member("contents"),
              HasSubstr(R"("response":{"error":"tool result missing"})"));
}

TEST(ChatToGemini, Case07AnAnswersBeginningIsClosed) {
  const auto out = conversation(kUser + R"(,{"role":"assistant","content":"Well, "})");
  EXPECT_THAT(out.member("contents"),
              HasSubstr(R"({"role":"user","parts":[{"text":"Continue."}]})"));
  EXPECT_THAT(out.dropped, Contains(HasSubstr("beginning")));
}

TEST(ChatToGemini, Case10ItsOwnSignaturesGoBackToTheNextPart) {
  const std::string own =
      R"("reasoning_details":[{"type":"reasoning.text","text":"","signature":"gemini#AAAA","index":0}],)";
  EXPECT_THAT(conversation(kUser + "," + calls(own) + "," + kResults).member("contents"),
              HasSubstr(R"("args":{"x":1.0}},"thoughtSignature":"AAAA"},{"functionCall")"));
  const std::string other =
      R"("reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"Claude","index":0}],)";
  const auto foreign = conversation(kUser + "," + calls(other) + "," + kResults);
  EXPECT_THAT(foreign.body, Not(HasSubstr("Claude")));
  EXPECT_THAT(foreign.dropped, Contains("messages[].reasoning_content"));
}

// Gemini 3 refuses calls of the present task without one.
TEST(ChatToGemini, Case10CallsThatLostTheirSignatureSaySo) {
  const std::string history = kUser + "," + calls() + "," + kResults;
  EXPECT_THAT(
      conversation(history, gemini_3()).member("contents"),
      HasSubstr(R"("args":{"x":1.0}},"thoughtSignature":"skip_thought_signature_validator"},)"
                R"({"functionCall":{"id":"b","name":"run","args":{}}}])"));
  EXPECT_THAT(conversation(history + R"(,{"role":"assistant","content":"ok"},)" + kUser, gemini_3())
                  .member("contents"),
              Not(HasSubstr("skip_thought")))
      << "a task that is over";
  EXPECT_THAT(conversation(history).member("contents"), Not(HasSubstr("skip_thought")));
}

TEST(ChatToGemini, Case11ThinkingInBudgetsOrLevels) {
  auto thinking = [](const std::string& members, const TargetModel& target,
                     std::int64_t max = 65536) {
    JsonDocument document;
    const auto config = with(members, target, max).member("generationConfig");
    EXPECT_TRUE(document.parse(config));
    return std::string(document.root().find("thinkingConfig").raw());
  };
  EXPECT_EQ(thinking(R"("reasoning_effort":"low")", gemini_2()),
            R"({"includeThoughts":true,"thinkingBudget":1024})");
  EXPECT_EQ(thinking(R"("reasoning_effort":"high")", gemini_2(), 10'000),
            R"({"includeThoughts":true,"thinkingBudget":8000})");
  EXPECT_EQ(thinking(R"("reasoning_effort":"xhigh")", gemini_3()),
            R"({"includeThoughts":true,"thinkingLevel":"high"})");
  EXPECT_EQ(thinking(R"("thinking":{"type":"enabled","budget_tokens":2000})", gemini_2()),
            R"({"includeThoughts":true,"thinkingBudget":2000})");
  EXPECT_EQ(thinking(R"("reasoning_effort":"none")", gemini_2()), R"({"thinkingBudget":0})");
  EXPECT_EQ(thinking(R"("reasoning_effort":"none")", gemini_3()), R"({"thinkingLevel":"minimal"})");
  EXPECT_EQ(thinking(R"("top_p":1)", gemini_3()), "");
  TargetModel pro = gemini_2();
  pro.always_thinks = true;
  EXPECT_THAT(with(R"("reasoning_effort":"none")", pro).dropped,
              Contains(HasSubstr("always thinks")));
}

TEST(ChatToGemini, Case13ToolChoice) {
  auto choice = [](const std::string& value) {
    return with(kTools + R"(,"tool_choice":)" + value).member("toolConfig");
  };
  EXPECT_EQ(choice(R"("required")"), R"({"functionCallingConfig":{"mode":"ANY"}})");
  EXPECT_EQ(choice(R"("none")"), R"({"functionCallingConfig":{"mode":"NONE"}})");
  EXPECT_EQ(choice(R"({"type":"function","function":{"name":"run"}})"),
            R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["run"]}})");
  EXPECT_EQ(choice(R"("auto")"), "");
  EXPECT_THAT(with(kTools + R"(,"parallel_tool_calls":false)").dropped,
              Contains("parallel_tool_calls"));
}

TEST(ChatToGemini, Case16StopSequences) {
  const auto out = with(R"("stop":["a","b","c","","d","e","f"])");
  EXPECT_THAT(out.body, HasSubstr(R"("stopSequences":["a","b","c","d","e"])"));
  EXPECT_THAT(out.dropped, Contains("stop"));
}

TEST(ChatToGemini, Case19And20ImagesAndFiles) {
  const auto out = to_gemini(
      R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":)"
      R"("data:image/jpg;base64,iVBORw0KGgoAAAANSUhEUg=="}},{"type":"file","file":{"filename":"a.pdf",)"
      R"("file_data":"data:application/pdf;base64,JVBERi0xLjQ="}}]}]})");
  EXPECT_THAT(
      out.body,
      HasSubstr(R"([{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgoAAAANSUhEUg=="}},)"
                R"({"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjQ="}}])"));
  const auto gif =
      to_gemini(R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":)"
                R"("data:image/gif;base64,R0lGODlhAQABAAAAACw="}}]}]})");
  EXPECT_EQ(gif.code, Code::kUnsupported);
  const auto seen = conversation(
      kUser + "," + calls() +
      R"(,{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"see"},)"
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="}}]})");
  EXPECT_THAT(seen.member("contents"),
              HasSubstr(R"("response":{"output":"see"}}},{"inlineData":{"mimeType":"image/png")"));
}

TEST(ChatToGemini, Case21NamesOfTools) {
  const std::string name(70, 'n');
  const auto out = with(R"("tools":[{"type":"function","function":{"name":")" + name +
                        R"("}},{"type":"function","function":{"name":"7up"}},{"type":"custom",)"
                        R"("custom":{"name":"free"}}])");
  ASSERT_EQ(out.names.aliases().size(), 3u);
  EXPECT_LE(out.names.aliases()[0].sent.size(), 64u);
  EXPECT_EQ(out.names.aliases()[0].original, name);
  EXPECT_EQ(out.names.aliases()[1].sent, "_7up");
  EXPECT_TRUE(out.names.aliases()[2].custom);
}

TEST(ChatToGemini, AnswersBySchema) {
  const std::string format =
      R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}})";
  EXPECT_THAT(
      with(format).body,
      HasSubstr(R"("responseMimeType":"application/json","responseJsonSchema":{"type":"object"})"));
  EXPECT_THAT(with(format + "," + kTools).dropped, Contains("response_format"));
  EXPECT_THAT(with(format + "," + kTools, gemini_3()).dropped, IsEmpty());
}

TEST(ChatToGemini, AGrowingConversationKeepsItsPrefix) {
  const std::string history = kUser + "," + calls() + "," + kResults;
  const std::string one = conversation(history).body;
  const std::string two =
      conversation(history + R"(,{"role":"assistant","content":"done"},)" + kUser).body;
  const std::string shared = one.substr(0, one.size() - 2);
  EXPECT_EQ(two.substr(0, shared.size()), shared);
}

}  // namespace sekisho::wire
