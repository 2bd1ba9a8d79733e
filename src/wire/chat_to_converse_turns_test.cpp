// OpenAI chat → Converse: how turns, results, reasoning and system messages come out.
// Each translation case has tests in its own name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/chat_to_converse_testing.h"

namespace sekisho::wire {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace testing_chat;

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
  const std::string messages = out.messages();
  JsonDocument document;
  ASSERT_TRUE(document.parse(messages));
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

TEST(Case06EmptyText, WhiteSpaceOfAnyScriptAndSpellingIsBlank) {
  for (const std::string blank :
       {"\u3000\u3000", "\u00a0", R"(\f)", R"(\u0020\u000a)", R"(\u3000 \u00A0)", R"(\u000B\u001c)",
        "\u2003\u2028\u205f\u1680", R"(\u0085)"}) {
    EXPECT_EQ(conversation(R"({"role":"user","content":")" + blank + R"("})").messages(),
              "[" + turn("user", text("(empty)")) + "]")
        << blank;
    EXPECT_THAT(conversation(kUser + "," + kCall + "," + result("c1", blank)).messages(),
                HasSubstr(answer("c1", "(no output)")))
        << blank;
  }
  for (const std::string said :
       {R"(\b)", R"(\u200b)", R"(\\f)", R"(\ud83d\ude00)", "\u3001", "é"}) {
    EXPECT_EQ(conversation(R"({"role":"user","content":")" + said + R"("})").messages(),
              "[" + turn("user", text(said)) + "]");
  }
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
  EXPECT_THAT(conversation(kUser + ",{\"role\":\"assistant\",\"content\":\"日本\u3000\u00a0" +
                           R"(\u0020\f\u3000"})")
                  .messages(),
              HasSubstr(turn("assistant", text("日本")) + "]"));
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

}  // namespace
}  // namespace sekisho::wire
