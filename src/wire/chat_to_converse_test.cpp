// Requests: OpenAI chat → Converse. One test for each translation case that touches this pair.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/json_slice.h"
#include "wire/translate.h"

namespace sekisho::wire {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TargetModel claude() {
  TargetModel target;
  target.reasoning = true;
  target.family = "claude";
  return target;
}

TargetModel adaptive_claude() {
  TargetModel target = claude();
  target.adaptive_thinking = true;
  return target;
}

struct Translated {
  std::string body, error;
  Code code = Code::kInternal;
  std::vector<std::string> dropped;
  ToolNames names;

  // A top-level member as it stands in the body, "" when absent.
  std::string member(std::string_view name) const {
    JsonDocument document;
    EXPECT_TRUE(document.parse(body)) << body;
    return std::string(document.root().find(name).raw());
  }
  std::string messages() const { return member("messages"); }
  std::string fields() const { return member("additionalModelRequestFields"); }
};

Translated translate(const std::string& body, const TargetModel& target = claude(),
                     std::int64_t max_tokens = 4096) {
  auto result = chat_to_converse(body, target, max_tokens);
  Translated out;
  if (!result) {
    out.error = result.error().detail;
    out.code = result.error().code;
    return out;
  }
  out.body = std::move(result->body);
  out.dropped = std::move(result->dropped);
  out.names = std::move(result->tool_names);
  JsonDocument document;
  EXPECT_TRUE(document.parse(out.body)) << out.body;
  return out;
}

const std::string kTools =
    R"("tools":[{"type":"function","function":{"name":"run","parameters":{"type":"object"}}}])";
// A request of these messages, with a tool.
Translated conversation(const std::string& messages, const TargetModel& target = claude()) {
  return translate(R"({"model":"m",)" + kTools + R"(,"messages":[)" + messages + "]}", target);
}

// A request with these further members.
Translated with(const std::string& members, const TargetModel& target = claude(),
                std::int64_t max_tokens = 4096) {
  return translate(R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}", target,
                   max_tokens);
}

const std::string kCall =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
    R"("function":{"name":"run","arguments":"{}"}}]})";
const std::string kResult = R"({"role":"tool","tool_call_id":"c1","content":"ok"})";
const std::string kUser = R"({"role":"user","content":"go"})";

std::string call(const std::string& id, const std::string& arguments = "{}") {
  return R"({"id":")" + id + R"(","type":"function","function":{"name":"run","arguments":")" +
         arguments + R"("}})";
}
std::string calls(const std::string& list) {
  return R"({"role":"assistant","tool_calls":[)" + list + "]}";
}
std::string result(const std::string& id, const std::string& content) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":")" + content + R"("})";
}
std::string use(const std::string& id, const std::string& input = "{}") {
  return R"({"toolUse":{"toolUseId":")" + id + R"(","name":"run","input":)" + input + "}}";
}
std::string answer(const std::string& id, const std::string& text, bool error = false) {
  return R"({"toolResult":{"toolUseId":")" + id + R"(","content":[{"text":")" + text + R"("}])" +
         (error ? R"(,"status":"error")" : "") + "}}";
}
std::string turn(const std::string& role, const std::string& content) {
  return R"({"role":")" + role + R"(","content":[)" + content + "]}";
}
std::string text(const std::string& raw) {
  return R"({"text":")" + raw + R"("})";
}
const std::string kGo = turn("user", text("go"));

// ---- order of the whole ----

TEST(ChatToConverse, WhatChangesLastComesLast) {
  const auto out = translate(
      R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"stream":true,)"
      R"("temperature":0.30,"user":"u",)" +
      kTools + "}");
  EXPECT_EQ(out.body,
            R"({"system":[{"text":"s"}],"toolConfig":{"tools":[{"toolSpec":{"name":"run",)"
            R"("inputSchema":{"json":{"type":"object"}}}}]},"inferenceConfig":{"maxTokens":4096,)"
            R"("temperature":0.30},"requestMetadata":{"user":"u"},)"
            R"("messages":[{"role":"user","content":[{"text":"hi"}]}]})");
  EXPECT_THAT(out.dropped, IsEmpty());
}

TEST(ChatToConverse, AGrowingConversationKeepsItsPrefix) {
  const std::string history = kUser + "," + kCall + "," + kResult;
  const std::string one = conversation(history).body;
  const std::string two =
      conversation(history + R"(,{"role":"assistant","content":"done"},)" + kUser).body;
  const std::string shared = one.substr(0, one.size() - 2);  // without ]}
  EXPECT_EQ(two.substr(0, shared.size()), shared);
  EXPECT_EQ(conversation(history).body, one);
}

// ---- the cases, by their numbers ----

TEST(Case01ParallelCalls, AllResultsComeInOneUserTurnBeforeOtherContent) {
  const auto out =
      conversation(kUser + "," + calls(call("a") + "," + call("b")) + "," + result("b", "B") + "," +
                   R"({"role":"user","content":"and"},)" + result("a", "A"));
  EXPECT_EQ(out.messages(),
            "[" + kGo + "," + turn("assistant", use("a") + "," + use("b")) + "," +
                turn("user", answer("a", "A") + "," + answer("b", "B") + "," + text("and")) + "]");
}

TEST(Case01ParallelCalls, MissingResultIsMadeUpAsAnError) {
  const std::string history = kUser + "," + calls(call("a") + "," + call("b"));
  EXPECT_EQ(conversation(history + "," + result("a", "A")).messages(),
            "[" + kGo + "," + turn("assistant", use("a") + "," + use("b")) + "," +
                turn("user", answer("a", "A") + "," + answer("b", "tool result missing", true)) +
                "]");
  EXPECT_THAT(conversation(history).messages(), HasSubstr("tool result missing"))
      << "also when nothing follows";
}

TEST(Case01ParallelCalls, OrphanResultBecomesText) {
  const auto out = conversation(kUser + "," + result("ghost", "boo"));
  EXPECT_EQ(out.messages(), "[" +
                                turn("user", text("go") + "," +
                                                 text("[result of a tool call that is not in this "
                                                      "conversation: ghost]") +
                                                 "," + text("boo")) +
                                "]");
}

TEST(Case02Ids, OverlongAndStrangeIdsAreHashedAlikeOnBothSides) {
  const std::string id(70, 'x');
  const auto out = conversation(kUser + "," + calls(call(id) + "," + call("a b")) + "," +
                                result("a b", "2") + "," + result(id, "1"));
  JsonDocument document;
  ASSERT_TRUE(document.parse(out.messages()));
  std::vector<std::string> uses, results;
  for (const JsonValue message : document.root()) {
    for (const JsonValue block : message.find("content")) {
      if (block.find("toolUse").exists()) {
        uses.push_back(block.find("toolUse").find("toolUseId").text());
      }
      if (block.find("toolResult").exists()) {
        results.push_back(block.find("toolResult").find("toolUseId").text());
      }
    }
  }
  EXPECT_EQ(uses.size(), 2U);
  EXPECT_EQ(uses, results);
  for (const auto& one : uses) EXPECT_LE(one.size(), 64U);
  EXPECT_EQ(out.messages(), conversation(kUser + "," + calls(call(id) + "," + call("a b")) + "," +
                                         result("a b", "2") + "," + result(id, "1"))
                                .messages())
      << "never random";
}

TEST(Case02Ids, IdsThatClientsUseAgainAreToldApart) {
  const std::string step = calls(call("call_0")) + "," + result("call_0", "ok");
  const auto out = conversation(kUser + "," + step + "," + step);
  EXPECT_EQ(out.messages(), "[" + kGo + "," + turn("assistant", use("call_0")) + "," +
                                turn("user", answer("call_0", "ok")) + "," +
                                turn("assistant", use("call_0_2")) + "," +
                                turn("user", answer("call_0_2", "ok")) + "]");
}

TEST(Case03SameRole, RunsAreMergedInOrder) {
  const auto out =
      conversation(kUser +
                   R"(,{"role":"user","content":"2"},{"role":"assistant","content":"a"},)"
                   R"({"role":"assistant","content":"b"},)" +
                   kUser);
  EXPECT_EQ(out.messages(), "[" + turn("user", text("go") + "," + text("2")) + "," +
                                turn("assistant", text("a") + "," + text("b")) + "," + kGo + "]");
}

TEST(Case03SameRole, TheUserSpeaksFirst) {
  EXPECT_EQ(
      conversation(R"({"role":"assistant","content":"hello"},)" + kUser).messages(),
      "[" + turn("user", text(".")) + "," + turn("assistant", text("hello")) + "," + kGo + "]");
  EXPECT_EQ(conversation(R"({"role":"system","content":"s"})").messages(),
            "[" + turn("user", text(".")) + "]");
}

TEST(Case04MidSystem, IsAReminderAtItsPlaceAndNeverHoisted) {
  for (const std::string role : {"system", "developer"}) {
    const auto out = conversation(R"({"role":"system","content":"top"},)" + kUser +
                                  R"(,{"role":"assistant","content":"a"},{"role":")" + role +
                                  R"(","content":"be\nkind"},{"role":"user","content":"b"})");
    EXPECT_EQ(out.member("system"), "[" + text("top") + "]");
    EXPECT_EQ(out.messages(),
              "[" + kGo + "," + turn("assistant", text("a")) + "," +
                  turn("user", text(R"(<system-reminder>\nbe\nkind\n</system-reminder>)") + "," +
                                   text("b")) +
                  "]");
  }
}

TEST(Case04MidSystem, StandsBehindToolResults) {
  const auto out =
      conversation(kUser + "," + kCall + R"(,{"role":"system","content":"s"},)" + kResult);
  EXPECT_THAT(out.messages(), HasSubstr(answer("c1", "ok") + R"(,{"text":"<system-reminder>)"));
}

TEST(Case05LeadingSystems, StayApartAndKeepTheirMarks) {
  const auto out = conversation(
      R"({"role":"system","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},)"
      R"({"type":"text","text":"b"}]},{"role":"developer","content":"c"},)" +
      kUser);
  EXPECT_EQ(out.member("system"), "[" + text("a") + R"(,{"cachePoint":{"type":"default"}},)" +
                                      text("b") + "," + text("c") + "]");
}

TEST(Case06EmptyText, BlankTextGoesAndEmptyTurnsSaySo) {
  const auto out = conversation(
      R"({"role":"user","content":" \n\t"},{"role":"assistant","content":""},)"
      R"({"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"x"}]})");
  EXPECT_EQ(out.messages(), "[" + turn("user", text("x")) + "]");
  EXPECT_EQ(conversation(R"({"role":"user","content":""})").messages(),
            "[" + turn("user", text("(empty)")) + "]");
  EXPECT_EQ(conversation(R"({"role":"system","content":" "},)" + kUser).member("system"), "");
}

TEST(Case06EmptyText, EmptyToolResultSaysNoOutput) {
  const auto out = conversation(kUser + "," + kCall + "," + result("c1", " "));
  EXPECT_THAT(out.messages(), HasSubstr(answer("c1", "(no output)")));
}

TEST(Case07Prefill, IsTrimmedAtItsEnd) {
  EXPECT_THAT(conversation(kUser + R"(,{"role":"assistant","content":"{ \n\t "})").messages(),
              HasSubstr(turn("assistant", text("{")) + "]"));
  EXPECT_THAT(conversation(kUser + R"(,{"role":"assistant","content":"path\\n"})").messages(),
              HasSubstr(text(R"(path\\n)")))
      << "an escaped backslash and a letter are no white space";
}

TEST(Case07Prefill, IsClosedWhereTheModelRejectsIt) {
  TargetModel target = claude();
  target.rejects_prefill = true;
  const auto out = conversation(kUser + R"(,{"role":"assistant","content":"{"})", target);
  EXPECT_THAT(out.messages(), HasSubstr(turn("user", text("Continue.")) + "]"));
  EXPECT_THAT(out.dropped, Contains(HasSubstr("beginning")));
}

TEST(Case07Prefill, SwitchesThinkingOff) {
  const auto out = translate(R"({"reasoning_effort":"high","messages":[)" + kUser +
                                 R"(,{"role":"assistant","content":"{"}]})",
                             claude(), 32000);
  EXPECT_EQ(out.fields(), "");
  EXPECT_THAT(out.dropped, Contains(HasSubstr("reasoning")));
}

const std::string kSignedCall =
    R"({"role":"assistant","content":null,"reasoning_content":"hm",)"
    R"("reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"sig==","index":0}],)"
    R"("tool_calls":[)" +
    call("c1") + "]}";

TEST(Case08Signatures, SignedReasoningGoesBackUnmodifiedBeforeTheCall) {
  const std::string thought =
      R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig=="}}})";
  const auto out = translate(R"({"reasoning_effort":"low","messages":[)" + kUser + "," +
                                 kSignedCall + "," + kResult + "]}",
                             claude(), 8192);
  EXPECT_THAT(out.messages(), HasSubstr(turn("assistant", thought + "," + use("c1"))));
  EXPECT_THAT(out.fields(), HasSubstr(R"("thinking":{"type":"enabled","budget_tokens":2048})"));
  EXPECT_THAT(out.dropped, IsEmpty());
  const auto blocks =
      conversation(kUser +
                   R"(,{"role":"assistant","thinking_blocks":[{"type":"thinking","thinking":"hm",)"
                   R"("signature":"sig=="}],"tool_calls":[)" +
                   call("c1") + "]}," + kResult);
  EXPECT_THAT(blocks.messages(), HasSubstr(thought)) << "LiteLLM's spelling";
}

TEST(Case08Signatures, PiecesOfOneStreamedBlockAreJoined) {
  const auto out =
      conversation(kUser +
                   R"(,{"role":"assistant","reasoning_details":[)"
                   R"({"type":"reasoning.text","text":"a\n","index":0},)"
                   R"({"type":"reasoning.text","text":"b","index":0},)"
                   R"({"type":"reasoning.text","signature":"s","index":0}],"content":"x"},)" +
                   kUser);
  EXPECT_THAT(out.messages(), HasSubstr(R"("reasoningText":{"text":"a\nb","signature":"s"})"));
}

TEST(Case08Signatures, LostSignatureDropsTheTextAndSwitchesThinkingOffForThisTurn) {
  const std::string history = R"("messages":[)" + kUser +
                              R"(,{"role":"assistant","reasoning_content":"hm","tool_calls":[)" +
                              call("c1") + "]}," + kResult;
  const auto out = translate(R"({"reasoning_effort":"low",)" + history + "]}", claude(), 8192);
  EXPECT_THAT(out.messages(), Not(HasSubstr("reasoningContent")));
  EXPECT_EQ(out.fields(), "");
  EXPECT_THAT(out.dropped, Contains("messages[].reasoning_content"));
  EXPECT_THAT(out.dropped, Contains(HasSubstr("signature")));
  const auto next = translate(R"({"reasoning_effort":"low",)" + history +
                                  R"(,{"role":"assistant","content":"done"},)" + kUser + "]}",
                              claude(), 8192);
  EXPECT_THAT(next.fields(), HasSubstr("enabled")) << "the next user turn thinks again";
}

TEST(Case09SignatureOnly, IsKept) {
  const auto out = conversation(kUser +
                                R"(,{"role":"assistant","reasoning_details":[)"
                                R"({"type":"reasoning.text","text":"","signature":"s"},)"
                                R"({"type":"reasoning.encrypted","data":"AAAA"}],"content":"x"},)" +
                                kUser);
  EXPECT_THAT(
      out.messages(),
      HasSubstr(
          turn("assistant", R"({"reasoningContent":{"reasoningText":{"text":"","signature":"s"}}},)"
                            R"({"reasoningContent":{"redactedContent":"AAAA"}},)" +
                                text("x"))));
}

TEST(Case10ForeignReasoning, NeverCrossesProviders) {
  const auto out = conversation(
      kUser +
      R"(,{"role":"assistant","reasoning_details":[{"type":"reasoning.text","text":"t",)"
      R"("signature":"s","format":"google-gemini-v1"}],"content":"x",)"
      R"("tool_calls":[{"id":"c1","type":"function","extra_content":{"google":)"
      R"({"thought_signature":"zzz"}},"function":{"name":"run","arguments":"{}"}}]},)" +
      kResult);
  EXPECT_THAT(out.messages(), Not(HasSubstr("reasoning")));
  EXPECT_THAT(out.messages(), Not(HasSubstr("zzz")));
}

TEST(Case11Thinking, BudgetModelsGetABudgetBelowMaxTokens) {
  const auto budget = [](const std::string& members, std::int64_t max_tokens) {
    return with(members, claude(), max_tokens).fields();
  };
  EXPECT_EQ(budget(R"("reasoning_effort":"medium")", 32000),
            R"({"thinking":{"type":"enabled","budget_tokens":8192}})");
  EXPECT_EQ(budget(R"("thinking":{"type":"enabled","budget_tokens":5000})", 32000),
            R"({"thinking":{"type":"enabled","budget_tokens":5000}})");
  EXPECT_EQ(budget(R"("thinking":{"type":"enabled","budget_tokens":50000})", 10000),
            R"({"thinking":{"type":"enabled","budget_tokens":8000}})");
  EXPECT_EQ(budget(R"("reasoning":{"max_tokens":10})", 1100),
            R"({"thinking":{"type":"enabled","budget_tokens":1024}})");
  EXPECT_EQ(budget(R"("reasoning_effort":"high")", 1025),
            R"({"thinking":{"type":"enabled","budget_tokens":1024}})");
  EXPECT_EQ(budget(R"("reasoning_effort":"none")", 32000), "");
  EXPECT_EQ(budget(R"("thinking":{"type":"disabled"})", 32000), "");
  const auto none = with(R"("reasoning_effort":"high")", claude(), 1024);
  EXPECT_EQ(none.fields(), "");
  EXPECT_THAT(none.dropped, Contains(HasSubstr("max_tokens")));
}

TEST(Case11Thinking, AdaptiveModelsGetAnEffort) {
  EXPECT_EQ(with(R"("reasoning_effort":"minimal")", adaptive_claude()).fields(),
            R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}})");
  EXPECT_EQ(
      with(R"("thinking":{"type":"adaptive","display":"summarized"},)"
           R"("output_config":{"effort":"max"})",
           adaptive_claude())
          .fields(),
      R"({"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"max"}})");
  EXPECT_EQ(
      with(R"("thinking":{"type":"enabled","budget_tokens":2048})", adaptive_claude()).fields(),
      R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}})");
}

TEST(Case11Thinking, OtherFamiliesSayItInTheirWords) {
  TargetModel target = claude();
  target.family = "gpt";
  EXPECT_EQ(with(R"("reasoning_effort":"minimal")", target).fields(),
            R"({"reasoning_effort":"low"})");
  target.family = "nova";
  EXPECT_EQ(with(R"("reasoning_effort":"high")", target).fields(),
            R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}})");
  target.reasoning = false;
  EXPECT_THAT(with(R"("reasoning_effort":"high")", target).dropped, ElementsAre("reasoning"));
}

TEST(Case11Thinking, AsksForTheTokensThatConverseLeavesOut) {
  EXPECT_EQ(with(R"("reasoning_effort":"low")", adaptive_claude())
                .member("additionalModelResponseFieldPaths"),
            R"(["/usage/output_tokens_details"])");
}

TEST(Case12Sampling, IsClampedToOne) {
  EXPECT_EQ(with(R"("temperature":1.7)").member("inferenceConfig"),
            R"({"maxTokens":4096,"temperature":1})");
  EXPECT_EQ(with(R"("temperature":-0.1)").member("inferenceConfig"),
            R"({"maxTokens":4096,"temperature":0})");
  EXPECT_EQ(with(R"("top_p":0.950)").member("inferenceConfig"),
            R"({"maxTokens":4096,"topP":0.950})");
}

TEST(Case12Sampling, IsDroppedWithThinkingAndWhereForbidden) {
  const std::string members = R"("temperature":0,"top_p":0.9,"top_k":5)";
  const auto thinking = with(members + R"(,"reasoning_effort":"low")", adaptive_claude());
  EXPECT_EQ(thinking.member("inferenceConfig"), R"({"maxTokens":4096})");
  EXPECT_THAT(thinking.dropped, ElementsAre("temperature", "top_p", "top_k"));
  TargetModel target = claude();
  target.forbids_sampling = true;
  EXPECT_THAT(with(members, target).dropped, ElementsAre("temperature", "top_p", "top_k"));
  EXPECT_EQ(with(members).fields(), R"({"top_k":5})");
  EXPECT_THAT(with(members).dropped, ElementsAre("top_p")) << "Claude takes only one of the two";
  target.family = "llama";
  EXPECT_THAT(with(R"("top_k":5)", target).dropped, ElementsAre("top_k"));
}

std::string choice_of(const Translated& out) {
  JsonDocument document;
  EXPECT_TRUE(document.parse(out.member("toolConfig"))) << out.body;
  return std::string(document.root().find("toolChoice").raw());
}

TEST(Case13ToolChoice, IsMapped) {
  EXPECT_EQ(choice_of(with(R"("tool_choice":"auto",)" + kTools)), "");
  EXPECT_EQ(choice_of(with(R"("tool_choice":"required",)" + kTools)), R"({"any":{}})");
  EXPECT_EQ(
      choice_of(with(R"("tool_choice":{"type":"function","function":{"name":"run"}},)" + kTools)),
      R"({"tool":{"name":"run"}})");
  EXPECT_THAT(with(R"("tool_choice":{"type":"function","function":{"name":"x"}},)" + kTools).error,
              HasSubstr("tool_choice"));
}

TEST(Case13ToolChoice, NoneKeepsTheToolsOnlyWhereTheHistoryNeedsThem) {
  EXPECT_EQ(with(R"("tool_choice":"none",)" + kTools).member("toolConfig"), "");
  const auto out = translate(R"({"tool_choice":"none",)" + kTools + R"(,"messages":[)" + kUser +
                             "," + kCall + "," + kResult + "]}");
  EXPECT_THAT(out.member("toolConfig"), HasSubstr("\"run\""));
  EXPECT_THAT(out.messages(), HasSubstr("Do not call any tool"));
}

TEST(Case13ToolChoice, HistoryWithoutToolsGetsAToolConfig) {
  const auto out = translate(R"({"messages":[)" + kUser + "," + kCall + "," + kResult + "]}");
  EXPECT_EQ(out.member("toolConfig"),
            R"({"tools":[{"toolSpec":{"name":"run","inputSchema":{"json":{"type":"object"}}}}]})");
  EXPECT_THAT(out.messages(), HasSubstr("Do not call any tool"));
}

TEST(Case13ToolChoice, ForcingGivesWayToThinkingAndToModelsThatRefuseIt) {
  const std::string members = R"("tool_choice":"required",)" + kTools;
  const auto thinking = with(members + R"(,"reasoning_effort":"low")", adaptive_claude());
  EXPECT_EQ(choice_of(thinking), "");
  EXPECT_THAT(thinking.dropped, Contains("tool_choice"));
  TargetModel target = claude();
  target.forbids_forced_tool = true;
  EXPECT_THAT(with(members, target).dropped, ElementsAre("tool_choice"));
}

TEST(Case13ToolChoice, OneAtATimeIsSaidInClaudesWordsWithoutAConflict) {
  const auto any = with(R"("parallel_tool_calls":false,"tool_choice":"required",)" + kTools);
  EXPECT_EQ(choice_of(any), "");
  EXPECT_EQ(any.fields(), R"({"tool_choice":{"type":"any","disable_parallel_tool_use":true}})");
  EXPECT_EQ(with(R"("parallel_tool_calls":false,)" + kTools).fields(),
            R"({"tool_choice":{"type":"auto","disable_parallel_tool_use":true}})");
  EXPECT_EQ(with(R"("parallel_tool_calls":false)").fields(), "") << "no tools, no choice";
  TargetModel target;
  target.family = "nova";
  EXPECT_THAT(with(R"("parallel_tool_calls":false,)" + kTools, target).dropped,
              ElementsAre("parallel_tool_calls"));
}

TEST(Case14MaxTokens, IsAlwaysSentAndIsWhatAdmissionDecided) {
  EXPECT_EQ(
      with(R"("max_tokens":9,"max_completion_tokens":10)", claude(), 77).member("inferenceConfig"),
      R"({"maxTokens":77})");
}

TEST(Case14MaxTokens, GptNeedsSixteen) {
  TargetModel target;
  target.family = "gpt";
  EXPECT_EQ(least_max_tokens(target), 16);
  EXPECT_THAT(with(R"("n":1)", target, 15).error, HasSubstr("at least 16"));
  EXPECT_THAT(with(R"("n":1)", claude(), 0).error, HasSubstr("at least 1"));
}

TEST(Case16Stop, StringOrArrayWithoutBlanks) {
  EXPECT_EQ(with(R"("stop":"END\n")").member("inferenceConfig"),
            R"({"maxTokens":4096,"stopSequences":["END\n"]})");
  const auto out = with(R"("stop":["a"," \n",""])");
  EXPECT_EQ(out.member("inferenceConfig"), R"({"maxTokens":4096,"stopSequences":["a"]})");
  EXPECT_THAT(out.dropped, ElementsAre("stop"));
  TargetModel target;
  target.family = "gpt";
  EXPECT_THAT(with(R"("stop":"x")", target).dropped, ElementsAre("stop"));
}

const std::string kMark = R"("cache_control":{"type":"ephemeral"})";
const std::string kHour = R"("cache_control":{"type":"ephemeral","ttl":"1h"})";
const std::string kPoint = R"({"cachePoint":{"type":"default"}})";
const std::string kHourPoint = R"({"cachePoint":{"type":"default","ttl":"1h"}})";

std::string marked(const std::string& content, const std::string& mark = kMark) {
  return R"({"type":"text","text":")" + content + "\"," + mark + "}";
}

TEST(Case17CacheMarks, OnPartsMessagesAndTools) {
  const auto out = translate(
      R"({"tools":[{"type":"function","function":{"name":"run"},)" + kMark +
      R"(}],"messages":[{"role":"system","content":"s",)" + kMark +
      R"(},{"role":"user","content":[)" + marked("a") + R"(,{"type":"text","text":"b"}]},)" +
      kCall + R"(,{"role":"tool","tool_call_id":"c1","content":"ok",)" + kMark + "}]}");
  EXPECT_THAT(out.member("toolConfig"), HasSubstr("}}," + kPoint + "]"));
  EXPECT_EQ(out.member("system"), "[" + text("s") + "," + kPoint + "]");
  EXPECT_EQ(out.messages(), "[" + turn("user", text("a") + "," + kPoint + "," + text("b")) + "," +
                                turn("assistant", use("c1")) + "," +
                                turn("user", answer("c1", "ok") + "," + kPoint) + "]");
}

TEST(Case17CacheMarks, PartAndMessageMarkOnOneBlockAreOne) {
  const auto out = conversation(R"({"role":"user","content":[)" + marked("a") + "]," + kMark + "}");
  EXPECT_EQ(out.messages(), "[" + turn("user", text("a") + "," + kPoint) + "]");
}

TEST(Case17CacheMarks, FourAtMostTheLastOnesStay) {
  const auto out =
      conversation(R"({"role":"user","content":[)" + marked("1") + "," + marked("2") + "," +
                   marked("3") + "," + marked("4") + "," + marked("5") + "," + marked("6") + "]}");
  EXPECT_EQ(out.messages(),
            "[" +
                turn("user", text("1") + "," + text("2") + "," + text("3") + "," + kPoint + "," +
                                 text("4") + "," + kPoint + "," + text("5") + "," + kPoint + "," +
                                 text("6") + "," + kPoint) +
                "]");
}

TEST(Case17CacheMarks, TimeToLiveNeverIncreases) {
  const auto out = conversation(R"({"role":"user","content":[)" + marked("1", kHour) + "," +
                                marked("2") + "," + marked("3", kHour) + "]}");
  EXPECT_EQ(out.messages(), "[" +
                                turn("user", text("1") + "," + kHourPoint + "," + text("2") + "," +
                                                 kPoint + "," + text("3") + "," + kPoint) +
                                "]");
}

TEST(Case17CacheMarks, NeverWithoutContentBeforeAndNotOnThinking) {
  EXPECT_EQ(conversation(R"({"role":"user","content":[)" + marked("") +
                         R"(,{"type":"text","text":"x"}]})")
                .messages(),
            "[" + turn("user", text("x")) + "]");
  const auto out =
      conversation(kUser +
                   R"(,{"role":"assistant","thinking_blocks":[{"type":"thinking","thinking":"t",)"
                   R"("signature":"s"}],)" +
                   kMark + "}," + kUser);
  EXPECT_THAT(out.messages(), Not(HasSubstr("cachePoint")));
}

TEST(Case17CacheMarks, ModelsThatDoNotCacheGetNone) {
  TargetModel target = claude();
  target.prompt_caching = false;
  const std::string message = R"({"role":"user","content":[)" + marked("a") + "]}";
  EXPECT_THAT(conversation(message, target).messages(), Not(HasSubstr("cachePoint")));
  EXPECT_THAT(conversation(message, target).dropped, ElementsAre("cache_control"));
  target.prompt_caching = true;
  target.family = "nova";
  const auto nova = translate(R"({"tools":[{"type":"function","function":{"name":"run"},)" + kMark +
                                  R"(}],"messages":[)" + message + "]}",
                              target);
  EXPECT_THAT(nova.member("toolConfig"), Not(HasSubstr("cachePoint")));
  EXPECT_THAT(nova.messages(), HasSubstr("cachePoint"));
}

const std::string kPng = "iVBORw0KGgoAAAANSUhEUg==";

std::string image(const std::string& url) {
  return R"({"type":"image_url","image_url":{"url":")" + url + R"("}})";
}

TEST(Case19Images, FormatComesFromTheBytesNotFromTheName) {
  const std::string block = R"({"image":{"format":"png","source":{"bytes":")" + kPng + R"("}}})";
  EXPECT_EQ(
      conversation(R"({"role":"user","content":[)" + image("data:image/jpg;base64," + kPng) + "]}")
          .messages(),
      "[" + turn("user", block) + "]");
  EXPECT_THAT(conversation(R"({"role":"user","content":[)" +
                           image(R"(data:image\/png;base64,)" + kPng) + "]}")
                  .messages(),
              HasSubstr(block))
      << "escaped slashes";
  EXPECT_THAT(conversation(R"({"role":"user","content":[)" +
                           image("data:image/png;base64,/9j/4AAQSkZJRg==") + "]}")
                  .messages(),
              HasSubstr("jpeg"));
}

TEST(Case19Images, UrlsAreRefusedClearly) {
  const auto out =
      conversation(R"({"role":"user","content":[)" + image("https://x.example/a.png") + "]}");
  EXPECT_EQ(out.code, Code::kUnsupported);
  EXPECT_THAT(out.error, HasSubstr("messages[0].content[0]: image URLs are not fetched"));
  EXPECT_EQ(
      conversation(R"({"role":"user","content":[)" + image("data:image/png;base64,AAAA") + "]}")
          .code,
      Code::kUnsupported);
  TargetModel target = claude();
  target.images = false;
  EXPECT_THAT(
      conversation(R"({"role":"user","content":[)" + image("data:image/png;base64," + kPng) + "]}",
                   target)
          .error,
      HasSubstr("takes no images"));
}

TEST(Case19Images, InToolResultsStayThere) {
  const auto out =
      conversation(kUser + "," + kCall + R"(,{"role":"tool","tool_call_id":"c1","content":[)" +
                   image("data:image/png;base64," + kPng) + "]}");
  EXPECT_THAT(out.messages(), HasSubstr(R"("content":[{"image":{"format":"png")"));
}

TEST(Case20Documents, NamesAreCleanAndUniqueAndATextStandsBeside) {
  const std::string file = R"({"type":"file","file":{"filename":"r\u00e9port_1.pdf",)"
                           R"("file_data":"data:application/pdf;base64,JVBERi0xLjcK"}})";
  const auto out = conversation(R"({"role":"user","content":[)" + file + "," + file + "]}");
  EXPECT_THAT(out.messages(), HasSubstr(text("Documents:")));
  EXPECT_THAT(out.messages(), HasSubstr(R"("name":"r port-1-pdf","format":"pdf")"));
  EXPECT_THAT(out.messages(), HasSubstr(R"("name":"r port-1-pdf 2")"));
  EXPECT_EQ(
      conversation(R"({"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]})").code,
      Code::kUnsupported);
}

TEST(Case21Schema, IsMadeAnObject) {
  const auto schema = [](const std::string& parameters) {
    const auto out =
        with(R"("tools":[{"type":"function","function":{"name":"f","description":" ")" +
             (parameters.empty() ? "" : R"(,"parameters":)" + parameters) + "}}]");
    return out.error.empty() ? out.member("toolConfig") : out.error;
  };
  const auto spec = [](const std::string& json) {
    return R"({"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":)" + json + "}}}]}";
  };
  EXPECT_EQ(schema(""), spec(R"({"type":"object","properties":{}})"));
  EXPECT_EQ(schema("null"), spec(R"({"type":"object","properties":{}})"));
  EXPECT_EQ(schema("{}"), spec(R"({"type":"object","properties":{}})"));
  EXPECT_EQ(schema(R"({"properties":{"z":{},"a":{}}})"),
            spec(R"({"type":"object","properties":{"z":{},"a":{}}})"));
  EXPECT_EQ(schema(R"({"type":["object","null"]})"), spec(R"({"type":"object"})"));
  EXPECT_THAT(schema(R"({"type":"string"})"), HasSubstr("must be object"));
  const std::string big =
      R"({ "type" : "object", "$schema":"x", "maximum": 12345678901234567890123, "b":1.0e5,"a":1 })";
  EXPECT_EQ(schema(big), spec(big)) << "key order, numbers and spaces survive";
}

TEST(Case21Schema, LongAndStrangeNamesComeBack) {
  const std::string name = "mcp__" + std::string(80, 'a');
  const auto out =
      translate(R"({"tool_choice":{"type":"function","function":{"name":")" + name +
                R"("}},"tools":[{"type":"function","function":{"name":")" + name +
                R"("}},{"type":"function","function":{"name":"a.b"}}],"messages":[)" + kUser +
                R"(,{"role":"assistant","tool_calls":[{"id":"c1","function":{"name":")" + name +
                R"(","arguments":""}}]},)" + kResult + "]}");
  ASSERT_EQ(out.names.aliases().size(), 2U);
  const ToolAlias& alias = out.names.aliases()[0];
  EXPECT_EQ(alias.original, name);
  EXPECT_LE(alias.sent.size(), 64U);
  EXPECT_THAT(out.member("toolConfig"), HasSubstr(R"("tool":{"name":")" + alias.sent));
  EXPECT_THAT(out.messages(), HasSubstr(R"("name":")" + alias.sent));
  EXPECT_THAT(out.body, Not(HasSubstr("a.b")));
}

TEST(Case21Schema, TwoToolsOfOneNameAreRefused) {
  EXPECT_THAT(with(R"("tools":[{"type":"function","function":{"name":"f"}},)"
                   R"({"type":"function","function":{"name":"f"}}])")
                  .error,
              HasSubstr("tools[1]"));
}

TEST(Case22Arguments, SurviveAsTheyWereSpelled) {
  const auto input = [](const std::string& arguments) {
    return conversation(kUser + "," + calls(call("c1", arguments)) + "," + kResult).messages();
  };
  EXPECT_THAT(input(R"({\"z\":12345678901234567890123,\"a\":1.00,\"s\":\"x\\ny\"})"),
              HasSubstr(use("c1", R"({"z":12345678901234567890123,"a":1.00,"s":"x\ny"})")));
  EXPECT_THAT(input(""), HasSubstr(use("c1", "{}")));
  EXPECT_THAT(input(R"({\"a\":)"), HasSubstr(use("c1", R"({"_raw":"{\"a\":"})")));
  EXPECT_THAT(input("[1]"), HasSubstr(use("c1", R"({"_raw":"[1]"})")));
  EXPECT_THAT(input(R"({\"a\":1,\"a\":2})"),
              HasSubstr(use("c1", R"({"_raw":"{\"a\":1,\"a\":2}"})")))
      << "two meanings are no meaning";
}

TEST(Case24HostedTools, AreLeftOutAndReported) {
  const auto out = with(R"("tools":[{"type":"web_search"},)" + kTools.substr(9));
  EXPECT_THAT(out.member("toolConfig"), Not(HasSubstr("web_search")));
  EXPECT_THAT(out.dropped, ElementsAre("tools[web_search]"));
  EXPECT_THAT(with(R"("web_search_options":{"a":1})").dropped, ElementsAre("web_search_options"));
}

TEST(Case24HostedTools, CustomToolsBecomeFunctionsOfOneString) {
  const auto out = translate(
      R"({"tools":[{"type":"custom","custom":{"name":"patch","format":{"type":"grammar"}}}],)"
      R"("messages":[)" +
      kUser +
      R"(,{"role":"assistant","tool_calls":[{"id":"c1","type":"custom",)"
      R"("custom":{"name":"patch","input":"a\nb"}}]},)" +
      kResult + "]}");
  EXPECT_THAT(out.member("toolConfig"), HasSubstr(R"("required":["input"])"));
  EXPECT_THAT(out.messages(), HasSubstr(R"("name":"patch","input":{"input":"a\nb"})"));
  ASSERT_NE(out.names.find_sent("patch"), nullptr);
  EXPECT_TRUE(out.names.find_sent("patch")->custom);
  EXPECT_THAT(out.dropped, ElementsAre("tools[].custom.format"));
}

// ---- more differences ----

TEST(ChatToConverse, OneChoiceOnly) {
  EXPECT_EQ(with(R"("n":2)").code, Code::kUnsupported);
  EXPECT_THAT(with(R"("n":1)").dropped, IsEmpty());
}

TEST(ChatToConverse, WhatHasNoPlaceIsReported) {
  const auto out = with(
      R"("logprobs":true,"top_logprobs":3,"logit_bias":{"1":2},"seed":0,"unknown_thing":"x",)"
      R"("presence_penalty":0,"frequency_penalty":0.5,"store":false,"service_tier":"priority",)"
      R"("prompt_cache_key":"k","drop_params":true,"litellm_session_id":"s")");
  EXPECT_THAT(out.dropped, ElementsAre("logprobs", "top_logprobs", "logit_bias", "seed",
                                       "unknown_thing", "frequency_penalty", "service_tier"));
}

TEST(ChatToConverse, JsonSchemaIsSentAsAString) {
  const auto out =
      with(R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,)"
           R"("schema":{"type":"object","properties":{"b":{},"a":{}}}}},"reasoning_effort":"low")",
           adaptive_claude());
  EXPECT_EQ(out.member("outputConfig"),
            R"({"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":)"
            R"("{\"type\":\"object\",\"properties\":{\"b\":{},\"a\":{}}}","name":"n"}}},)"
            R"("effort":"low"})");
  EXPECT_EQ(out.fields(), R"({"thinking":{"type":"adaptive"}})") << "no conflicting output_config";
  EXPECT_THAT(with(R"("response_format":{"type":"json_object"})").dropped,
              ElementsAre("response_format"));
}

TEST(ChatToConverse, MetadataKeepsToItsCharacters) {
  const auto out = with(R"("user":"\u592a\u90ce@x","metadata":{"b":"1","a":true,"o":{"x":1}})");
  EXPECT_EQ(out.member("requestMetadata"), R"({"a":"true","b":"1","user":"__@x"})");
  EXPECT_THAT(out.dropped, ElementsAre("metadata.o"));
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += (i ? "," : "") + ("\"k" + std::to_string(i)) + "\":\"v\"";
  }
  EXPECT_EQ(with("\"metadata\":{" + many + "}").dropped.size(), 4U);
}

TEST(ChatToConverse, ErrorsNameThePlace) {
  const auto error = [](const std::string& message) { return conversation(message).error; };
  EXPECT_THAT(error("1"), HasSubstr("messages[0]: not an object"));
  EXPECT_THAT(error(R"({"role":"robot"})"), HasSubstr("messages[0]: role"));
  EXPECT_THAT(error(R"({"role":"user","content":7})"), HasSubstr("messages[0].content"));
  EXPECT_THAT(error(R"({"role":"user","content":[{"type":"video"}]})"),
              HasSubstr("messages[0].content[0]: content of type video"));
  EXPECT_THAT(error(R"({"role":"tool","content":"x"})"), HasSubstr("tool_call_id"));
  EXPECT_THAT(error(R"({"role":"assistant","tool_calls":[{"id":"a"}]})"),
              HasSubstr("messages[0].tool_calls[0]"));
  EXPECT_THAT(translate("{}").error, HasSubstr("messages: not an array"));
  EXPECT_THAT(translate(R"({"messages":[]})").error, HasSubstr("messages: empty"));
  EXPECT_THAT(translate("[").error, HasSubstr("JSON at byte"));
  EXPECT_THAT(translate("[]").error, HasSubstr("not a JSON object"));
  TargetModel target = claude();
  target.tools = false;
  EXPECT_EQ(with(kTools, target).code, Code::kUnsupported);
}

TEST(ChatToConverse, MediaCountsAreLimited) {
  std::string images = image("data:image/png;base64," + kPng);
  for (int i = 1; i < 20; ++i) images += "," + image("data:image/png;base64," + kPng);
  EXPECT_EQ(conversation(R"({"role":"user","content":[)" + images + "]}").error, "");
  EXPECT_EQ(conversation(R"({"role":"user","content":[)" + images + "," +
                         image("data:image/png;base64," + kPng) + "]}")
                .code,
            Code::kTooLarge);
}

}  // namespace
}  // namespace sekisho::wire
