// Gemini's requests → Converse, each translation case in its own name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/gemini/schema.h"
#include "wire/gemini/thought_signature.h"
#include "wire/gemini_testing.h"

namespace sekisho::wire {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace testing_gemini;

const std::string kTools =
    R"(,"tools":[{"functionDeclarations":[{"name":"run","description":"d",)"
    R"("parametersJsonSchema":{"type":"object"}},{"name":"see","parameters":{"type":"OBJECT"}}]}])";

std::string use(const std::string& id, const std::string& name = "run") {
  return R"({"toolUse":{"toolUseId":")" + id + R"(","name":")" + name + R"(","input":{"a":1.0}}})";
}
std::string result(const std::string& id, const std::string& said) {
  return R"({"toolResult":{"toolUseId":")" + id + R"(","content":[{"text":")" + said + R"("}]}})";
}
std::string turn(const std::string& role, const std::string& content) {
  return R"({"role":")" + role + R"(","content":[)" + content + "]}";
}

}  // namespace

TEST(GeminiToConverse, Case01ParallelCallsAreOneTurnAndTheirResultsTheNext) {
  const auto out =
      to_converse(user(text("go")) + "," + model(call("run") + "," + call("run")) + "," +
                      R"({"role":"function","parts":[)" + response("run", "one") + "]}," +
                      user(response("run", "two") + "," + text("and on")),
                  kTools);
  EXPECT_EQ(out.member("messages"),
            "[" + turn("user", text("go")) + "," +
                turn("assistant", use("call_1") + "," + use("call_2")) + "," +
                turn("user", result("call_1", "one") + "," + result("call_2", "two") + "," +
                                 text("and on")) +
                "]");
}

TEST(GeminiToConverse, Case01MissingAndOrphanResults) {
  const auto missing = to_converse(user(text("go")) + "," + model(call("run")), kTools);
  EXPECT_THAT(missing.member("messages"), HasSubstr("tool result missing"));
  const auto orphan = to_converse(user(text("go") + "," + response("run", "boo")), kTools);
  EXPECT_THAT(orphan.member("messages"), HasSubstr("not in this conversation: run"));
}

TEST(GeminiToConverse, Case02ResultsFindTheirCallsByIdElseByNameInOrder) {
  const auto by_id =
      to_converse(user(text("go")) + "," +
                      model(R"({"functionCall":{"id":"x","name":"run","args":{"a":1.0}}},)"
                            R"({"functionCall":{"id":"y","name":"run","args":{"a":1.0}}})") +
                      "," + user(response("run", "Y", "y") + "," + response("run", "X", "x")),
                  kTools);
  EXPECT_THAT(by_id.member("messages"), HasSubstr(result("x", "X") + "," + result("y", "Y")));
  // The CLI gives a response an id although the call had none.
  const auto by_name =
      to_converse(user(text("go")) + "," + model(call("see") + "," + call("run")) + "," +
                      user(response("run", "R", "run-1795") + "," + response("see", "S")),
                  kTools);
  EXPECT_THAT(by_name.member("messages"),
              HasSubstr(result("call_1", "S") + "," + result("call_2", "R")));
}

TEST(GeminiToConverse, Case03PiecesOfOneAnswerAreOneText) {
  const auto out =
      to_converse(user(text("a")) + "," + user(text("b")) + "," + model(text("Hel")) + "," +
                  model(text("lo \\n")) + "," + model(text("you")) + "," + user(text("c")));
  EXPECT_EQ(out.member("messages"), "[" + turn("user", text("a") + "," + text("b")) + "," +
                                        turn("assistant", text("Hello \\nyou")) + "," +
                                        turn("user", text("c")) + "]");
}

TEST(GeminiToConverse, Case05SystemInstructionInEitherSpelling) {
  for (const std::string name : {"systemInstruction", "system_instruction"}) {
    const auto out = to_converse(user(text("go")),
                                 ",\"" + name + R"(":{"parts":[{"text":"one"},{"text":"two"}]})");
    EXPECT_EQ(out.member("system"), R"([{"text":"one"},{"text":"two"}])");
  }
}

TEST(GeminiToConverse, Case06EmptyTextsAndResults) {
  const auto out = to_converse(user(text("go")) + "," + model(text("") + "," + call("run")) + "," +
                                   user(response("run", "")),
                               kTools);
  EXPECT_EQ(out.member("messages"), "[" + turn("user", text("go")) + "," +
                                        turn("assistant", use("call_1")) + "," +
                                        turn("user", result("call_1", "(no output)")) + "]");
}

TEST(GeminiToConverse, Case08ThoughtsOfClaudeComeBackWhereTheyStood) {
  const std::string carrier = gemini::carry({{"think \"hard\"", "sig+/=", ""}, {"", "", "cmVk"}});
  const std::string thoughts =
      R"({"reasoningContent":{"reasoningText":{"text":"think \"hard\"","signature":"sig+/="}}},)"
      R"({"reasoningContent":{"redactedContent":"cmVk"}},)";
  const std::string signature = R"(,"thoughtSignature":")" + carrier + "\"";
  const std::string shown = R"({"text":"think \"hard\"","thought":true},)";
  for (const std::string& before : {std::string(), shown}) {
    const auto out = to_converse(user(text("go")) + "," +
                                     model(before + text("Now") + "," + call("run", signature)) +
                                     "," + user(response("run", "ok")),
                                 kTools);
    EXPECT_THAT(out.member("messages"),
                HasSubstr(turn("assistant", thoughts + text("Now") + "," + use("call_1"))));
    EXPECT_THAT(out.dropped, IsEmpty());
  }
}

TEST(GeminiToConverse, Case08TheCarrierComesBackInBase64OfUrlsToo) {
  std::string carrier = gemini::carry({{"\xef\xbf\xbe?>\xc3\xbf~~~", "s", ""}});
  ASSERT_NE(carrier.find_first_of("+/"), std::string::npos);
  for (char& c : carrier) c = c == '+' ? '-' : c == '/' ? '_' : c;
  const auto thoughts = gemini::carried(carrier);
  ASSERT_TRUE(thoughts.has_value());
  EXPECT_EQ(thoughts->front().signature, "s");
  EXPECT_FALSE(gemini::carried("c2VraXNoby1ub3Q=").has_value());
}

TEST(GeminiToConverse, Case10GeminisOwnSignaturesGoToNobodyElse) {
  const auto out =
      to_converse(user(text("go")) + "," + model(call("run", R"(,"thoughtSignature":"AAAA")")) +
                      "," + user(response("run", "ok")),
                  kTools);
  EXPECT_THAT(out.body, Not(HasSubstr("AAAA")));
  EXPECT_THAT(out.dropped, Contains("contents[].parts[].thought"));
}

TEST(GeminiToConverse, Case11ThinkingBudgetsAndLevels) {
  auto fields = [](const std::string& thinking) {
    return to_converse(user(text("go")),
                       R"(,"generationConfig":{"thinkingConfig":)" + thinking + "}")
        .member("additionalModelRequestFields");
  };
  EXPECT_EQ(fields(R"({"thinkingBudget":2000,"includeThoughts":true})"),
            R"({"thinking":{"type":"enabled","budget_tokens":2000}})");
  EXPECT_EQ(fields(R"({"thinking_level":"LOW"})"),
            R"({"thinking":{"type":"enabled","budget_tokens":2048}})");
  EXPECT_EQ(fields(R"({"thinkingBudget":0})"), "");
  EXPECT_EQ(fields(R"({"includeThoughts":false})"), "");
}

TEST(GeminiToConverse, Case13FunctionCallingModes) {
  auto choice = [](const std::string& config) {
    const auto out = to_converse(
        user(text("go")), kTools + R"(,"toolConfig":{"functionCallingConfig":)" + config + "}");
    return out.error.empty() ? out.member("toolConfig") : out.error;
  };
  EXPECT_THAT(choice(R"({"mode":"ANY"})"), HasSubstr(R"("toolChoice":{"any":{}})"));
  EXPECT_THAT(choice(R"({"mode":"ANY","allowedFunctionNames":["run"]})"),
              HasSubstr(R"("toolChoice":{"tool":{"name":"run"}})"));
  EXPECT_THAT(choice(R"({"mode":"AUTO"})"), Not(HasSubstr("toolChoice")));
  EXPECT_EQ(choice(R"({"mode":"NONE"})"), "");
  EXPECT_THAT(choice(R"({"mode":"ANY","allowed_function_names":["ghost"]})"),
              HasSubstr("not in tools"));
  EXPECT_THAT(choice(R"({"mode":"SOMETIMES"})"), HasSubstr("mode is not"));
}

TEST(GeminiToConverse, Case16StopSequencesAndSampling) {
  const auto good = to_converse(
      user(text("go")),
      R"(,"generationConfig":{"temperature":0.20,"topK":5,"stopSequences":["END"],"seed":7})");
  EXPECT_EQ(good.member("inferenceConfig"),
            R"({"maxTokens":4096,"temperature":0.20,"stopSequences":["END"]})");
  EXPECT_EQ(good.member("additionalModelRequestFields"), R"({"top_k":5})");
  EXPECT_THAT(good.dropped, ElementsAre("generationConfig.seed"));
}

TEST(GeminiToConverse, Case19ImagesByTheirBytesInEitherBase64) {
  const auto out = to_converse(
      user(R"({"inline_data":{"mime_type":"image/jpg","data":"iVBORw0KGgoAAAANSUhEUg"}})"));
  EXPECT_THAT(
      out.member("messages"),
      HasSubstr(R"({"image":{"format":"png","source":{"bytes":"iVBORw0KGgoAAAANSUhEUg=="}}})"));
  EXPECT_THAT(to_converse(user(R"({"fileData":{"fileUri":"https://x/a.png"}})")).error,
              HasSubstr("contents[0].parts[0].fileData"));
}

TEST(GeminiToConverse, Case20DocumentsAndImagesOfResults) {
  const auto out = to_converse(user(
      R"({"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjQ=","displayName":"a.pdf"}})"));
  EXPECT_THAT(out.member("messages"), HasSubstr(R"("format":"pdf")"));
  const auto seen = to_converse(
      user(text("go")) + "," + model(call("run")) + "," +
          user(R"({"functionResponse":{"name":"run","response":{"output":"see"},"parts":[)"
               R"({"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgoAAAANSUhEUg=="}}]}})"),
      kTools);
  EXPECT_THAT(seen.member("messages"), HasSubstr(R"({"text":"see"},{"image":{"format":"png")"));
}

TEST(GeminiToConverse, Case21SchemasOfBothKinds) {
  const auto out = to_converse(
      user(text("go")),
      R"(,"tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"OBJECT","properties":)"
      R"({"type":{"type":"STRING","nullable":true,"max_length":"5"},"l":{"type":"ARRAY","items":)"
      R"({"type":"INTEGER"}}},"required":["type"],"propertyOrdering":["type"]}},{"name":"b"},)"
      R"({"name":"c","parametersJsonSchema":{"$schema":"x","properties":{}}}]}])");
  const auto tools = out.member("toolConfig");
  EXPECT_THAT(tools, HasSubstr(R"({"type":"object","properties":{"type":{"type":["string","null"],)"
                               R"("maxLength":5},"l":{"type":"array","items":{"type":"integer"}}},)"
                               R"("required":["type"]})"));
  EXPECT_THAT(tools,
              HasSubstr(R"("name":"b","inputSchema":{"json":{"type":"object","properties":{}}})"));
  EXPECT_THAT(tools, HasSubstr(R"({"type":"object","$schema":"x","properties":{}})"));
}

TEST(GeminiToConverse, Case22ArgumentsKeepTheirBytes) {
  const auto out = to_converse(
      user(text("go")) + "," +
          model(R"({"functionCall":{"name":"run","args":{"z":1e2,"a":12345678901234567890}}})"),
      kTools);
  EXPECT_THAT(out.member("messages"), HasSubstr(R"("input":{"z":1e2,"a":12345678901234567890})"));
  EXPECT_THAT(
      to_converse(model(R"({"functionCall":{"name":"run","args":{"a":1,"a":2}}})"), kTools).error,
      HasSubstr("twice"));
}

TEST(GeminiToConverse, Case24HostedToolsAreDroppedByName) {
  const auto out =
      to_converse(user(text("go")),
                  R"(,"tools":[{"googleSearch":{}},{"code_execution":{}}],"safetySettings":[{}])");
  EXPECT_THAT(out.dropped, testing::UnorderedElementsAre(
                               "tools[].googleSearch", "tools[].codeExecution", "safetySettings"));
  EXPECT_THAT(to_converse(user(text("go")), R"(,"cachedContent":"cachedContents/1")").error,
              HasSubstr("cachedContent"));
}

TEST(GeminiToConverse, AnswersBySchema) {
  const auto out =
      to_converse(user(text("go")), R"(,"generationConfig":{"responseMimeType":"application/json",)"
                                    R"("responseSchema":{"type":"OBJECT"}})");
  EXPECT_THAT(out.member("outputConfig"), HasSubstr(R"("schema":"{\"type\":\"object\"}")"));
}

TEST(GeminiToConverse, ErrorsNameTheField) {
  EXPECT_THAT(to_converse("7").error, HasSubstr("contents[0]: not an object"));
  EXPECT_THAT(to_converse("").error, HasSubstr("contents: empty"));
  EXPECT_THAT(to_converse(R"({"role":"robot","parts":[]})").error,
              HasSubstr("role is not user or model"));
  EXPECT_THAT(to_converse(user(text("go")), R"(,"generationConfig":{"topP":"x"})").error,
              HasSubstr("generationConfig.topP: not a number"));
  EXPECT_THAT(to_converse(user(text("go")), R"(,"generationConfig":{"candidateCount":2})").error,
              HasSubstr("one candidate"));
}

TEST(GeminiToConverse, AGrowingConversationKeepsItsPrefix) {
  const std::string history =
      user(text("go")) + "," + model(call("run")) + "," + user(response("run", "ok"));
  const std::string one = to_converse(history, kTools).body;
  const std::string two =
      to_converse(history + "," + model(text("done")) + "," + user(text("more")), kTools).body;
  const std::string shared = one.substr(0, one.size() - 2);
  EXPECT_EQ(two.substr(0, shared.size()), shared);
}

}  // namespace sekisho::wire
