// Conversations → OpenAI chat: the turns. The cases are those that every pair of dialects knows.

#include <gmock/gmock.h>

#include "wire/conversation_to_chat_testing.h"

namespace sekisho::wire {
namespace {

using namespace testing_to_chat;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ConversationToChat, ModelFirstMessagesLast) {
  auto c = hello();
  c->system = {text("be brief")};
  c->tools = {tool("run")};
  c->temperature = "0.50";
  const auto out = encode(*c, gpt(), {.stream = true});
  EXPECT_EQ(out.body, R"({"model":"gpt-4.1","max_tokens":4096,"stream":true,)"
                      R"("stream_options":{"include_usage":true},"temperature":0.50,)"
                      R"("tools":[{"type":"function","function":{"name":"run",)"
                      R"("parameters":{"type":"object"}}}],)"
                      R"("messages":[{"role":"system","content":"be brief"},)"
                      R"({"role":"user","content":"hi"}]})");
  EXPECT_THAT(out.dropped, IsEmpty());
}

TEST(ConversationToChat, TheSameInputGivesTheSameBytes) {
  const auto once = [] {
    auto c = of({user({text("go")}), assistant({call("a:b"), call("c2")}),
                 user({result("a:b", {text("one")}), result("c2", {image()})})});
    c->tools = {tool("mcp.server/run"), tool("run")};
    return encode(*c).body;
  };
  EXPECT_EQ(once(), once());
}

TEST(ConversationToChat, AGrowingHistoryKeepsItsBytes) {
  auto shorter =
      of({user({text("go")}), assistant({call("c1")}), user({result("c1", {text("1")})})});
  auto longer = of({user({text("go")}), assistant({call("c1")}), user({result("c1", {text("1")})}),
                    assistant({text("done")}), user({text("more")})});
  std::string before = encode(*shorter).body;
  before.resize(before.size() - 2);  // ]}
  EXPECT_THAT(encode(*longer).body, StartsWith(before));
}

TEST(ConversationToChat, Case01ParallelCalls) {
  auto c = of({user({text("go")}), assistant({text("two"), call("c1"), call("c2", R"({"a":1})")}),
               user({text("and?"), result("c2", {text("B")}), result("c1", {text("A")})})});
  EXPECT_EQ(encode(*c).messages(),
            "[" + said("user", quoted("go")) +
                R"(,{"role":"assistant","content":"two","tool_calls":[)" + called("c1") + "," +
                called("c2", R"({\"a\":1})") + "]}," + tool_said("c1", quoted("A")) + "," +
                tool_said("c2", quoted("B")) + "," + said("user", quoted("and?")) + "]");
}

TEST(ConversationToChat, Case01MissingAndOrphanResults) {
  auto c = of({user({text("go")}), assistant({call("c1")}), user({result("nobody", {text("x")})})});
  const auto out = encode(*c).messages();
  EXPECT_THAT(out, HasSubstr(tool_said("c1", quoted("Error: tool result missing"))));
  EXPECT_THAT(out, HasSubstr("[result of a tool call that is not in this conversation: nobody]"));
}

TEST(ConversationToChat, Case02IdsStayWhereTheyMay) {
  const std::string longest(40, 'x'), longer(41, 'x');
  auto c = of({user({text("go")}), assistant({call("toolu_01A-b"), call(longest), call(longer)}),
               user({result("toolu_01A-b", {text("1")}), result(longest, {text("2")}),
                     result(longer, {text("3")})})});
  const auto out = encode(*c).messages();
  EXPECT_THAT(out, HasSubstr(tool_said("toolu_01A-b", quoted("1"))));
  EXPECT_THAT(out, HasSubstr(tool_said(longest, quoted("2"))));
  EXPECT_THAT(out, Not(HasSubstr(longer)));
  const auto hashed = out.find("call_");
  ASSERT_NE(hashed, std::string::npos);
  EXPECT_THAT(out, HasSubstr(tool_said(out.substr(hashed, 29), quoted("3"))));
}

TEST(ConversationToChat, Case02MistralsShortIds) {
  TargetModel mistral;
  mistral.family = "mistral";
  auto c = of({user({text("go")}), assistant({call("abcDEF123"), call("toolu_1")}),
               user({result("abcDEF123", {text("1")}), result("toolu_1", {text("2")})})});
  const auto out = encode(*c, mistral).messages();
  EXPECT_THAT(out, HasSubstr(tool_said("abcDEF123", quoted("1"))));
  EXPECT_THAT(out, Not(HasSubstr("toolu_1")));
}

TEST(ConversationToChat, Case03RunsOfOneRole) {
  auto c = of({user({text("a")}), user({text("b")}), assistant({text("c")}), assistant({text("d")}),
               user({text("e")})});
  EXPECT_EQ(encode(*c).messages(),
            "[" + said("user", R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])") + "," +
                said("assistant", R"([{"type":"text","text":"c"},{"type":"text","text":"d"}])") +
                "," + said("user", quoted("e")) + "]");
}

TEST(ConversationToChat, Case04SystemInMidConversationStaysAtItsPlace) {
  auto c = hello();
  c->turns.front().blocks.push_back(reminder(*c, "be quick"));
  EXPECT_EQ(encode(*c).messages(),
            R"([{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text",)"
            R"("text":"<system-reminder>\nbe quick\n</system-reminder>"}]}])");
}

TEST(ConversationToChat, Case05SeveralSystemBlocksAreOneString) {
  auto c = hello();
  c->system = {text("x-anthropic-billing-header: cc_version=2; cch=1a2b"), text("You are"),
               text("a \\\"tester\\\"")};
  c->system.back().cache = CacheMark::kOneHour;
  const auto out = encode(*c);
  EXPECT_THAT(out.messages(), StartsWith(R"([{"role":"system","content":)"
                                         R"("You are\n\na \"tester\""},)"));
  EXPECT_THAT(out.dropped, ElementsAre("system (x-anthropic-billing-header)"));
}

TEST(ConversationToChat, Case06EmptyTexts) {
  auto c = of({user({text(""), text("go")}), assistant({text(" "), call("c1")}),
               user({result("c1", {text("")}, true), text("\\n")})});
  EXPECT_EQ(encode(*c).messages(), "[" + said("user", quoted("go")) +
                                       R"(,{"role":"assistant","content":null,"tool_calls":[)" +
                                       called("c1") + "]}," +
                                       tool_said("c1", quoted("Error: (no output)")) + "]");
}

TEST(ConversationToChat, Case07ABegunAnswerIsFollowedByAUser) {
  auto c = of({user({text("write")}), assistant({text("Dear ")})});
  const auto out = encode(*c);
  EXPECT_THAT(out.messages(), HasSubstr(said("assistant", quoted("Dear ")) + "," +
                                        said("user", quoted("Continue."))));
  EXPECT_THAT(out.dropped, ElementsAre(HasSubstr("beginning")));
}

std::unique_ptr<Conversation> with_thinking() {
  auto redacted = thinking("ZGF0YQ==", "");
  redacted.kind = Kind::kRedactedReasoning;
  return of({user({text("go")}),
             assistant({thinking("hm"), thinking("", "b25seQ=="), redacted, call("c1")}),
             user({result("c1", {text("1")})})});
}

TEST(ConversationToChat, Case08And09ThinkingIsLeftOutAndReported) {
  auto c = with_thinking();
  const auto out = encode(*c);
  EXPECT_THAT(out.body, Not(HasSubstr("hm")));
  EXPECT_THAT(out.body, Not(HasSubstr("b25seQ")));
  EXPECT_THAT(out.body, Not(HasSubstr("ZGF0YQ")));
  EXPECT_THAT(out.dropped, ElementsAre("messages[].reasoning"));
}

TEST(ConversationToChat, Case08ThinkingGoesBackToWhoTakesItBack) {
  auto c = with_thinking();
  const auto out = encode(*c, other(), {.reasoning_field = "reasoning_content"});
  EXPECT_THAT(out.messages(), HasSubstr(R"({"role":"assistant","reasoning_content":"hm",)"));
  EXPECT_THAT(out.dropped, Contains("messages[].reasoning"));  // the redacted part
}

TEST(ConversationToChat, AnAnswerOfThinkingAloneIsNotEmpty) {
  auto c = of({user({text("go")}), assistant({thinking("hm")}), user({text("and?")})});
  EXPECT_THAT(encode(*c).messages(), HasSubstr(said("assistant", quoted("(empty)"))));
}

TEST(ConversationToChat, Case17CacheMarksNeedNoReport) {
  auto c = hello();
  c->tools = {tool("run")};
  c->tools.front().cache = CacheMark::kFiveMinutes;
  c->turns.front().blocks.front().cache = CacheMark::kOneHour;
  const auto out = encode(*c);
  EXPECT_THAT(out.body, Not(HasSubstr("cache")));
  EXPECT_THAT(out.dropped, IsEmpty());
}

TEST(ConversationToChat, Case19ImagesOfUsers) {
  auto c = of({user({text("what"), image()})});
  EXPECT_EQ(encode(*c).messages(),
            "[" + said("user", R"([{"type":"text","text":"what"},)" + kImagePart + "]") + "]");
}

TEST(ConversationToChat, Case19ImagesOfResultsMoveBehindThem) {
  auto c =
      of({user({text("go")}), assistant({call("c1"), call("c2")}),
          user({result("c1", {text("seen"), image()}), result("c2", {image()}), text("compare")})});
  const auto out = encode(*c).messages();
  EXPECT_THAT(
      out,
      HasSubstr(tool_said("c1", quoted("seen")) + "," +
                tool_said("c2", quoted("(see the next message)")) + "," +
                said("user", R"([{"type":"text","text":"[from the result of tool call c1]"},)" +
                                 kImagePart +
                                 R"(,{"type":"text","text":"[from the result of tool call c2]"},)" +
                                 kImagePart + R"(,{"type":"text","text":"compare"}])")));
}

TEST(ConversationToChat, Case19NoImagesForAModelThatTakesNone) {
  TargetModel blind = gpt();
  blind.images = false;
  auto c = of({user({text("go")}), assistant({call("c1")}), user({result("c1", {image()})})});
  const auto out = encode(*c, blind);
  EXPECT_EQ(out.code, Code::kUnsupported);
  EXPECT_THAT(out.error, HasSubstr("no images"));
}

TEST(ConversationToChat, Case20Documents) {
  Block pdf;
  pdf.kind = Kind::kDocument;
  pdf.format = "pdf";
  pdf.media = "JVBERi0x";
  pdf.name = "plan.pdf";
  Block note = pdf;
  note.format = "txt";
  note.media = "aGVsbG8gIndvcmxkIg==";  // hello "world"
  note.name = "a.txt";
  Block latin = note;  // no UTF-8
  latin.media = "4OE=";
  auto c = of({user({pdf, note, latin})});
  EXPECT_EQ(encode(*c).messages(),
            "[" +
                said("user", R"([{"type":"file","file":{"filename":"plan.pdf",)"
                             R"("file_data":"data:application/pdf;base64,JVBERi0x"}},)"
                             R"({"type":"text","text":"a.txt:\nhello \"world\""},)"
                             R"({"type":"file","file":{"filename":"a.txt",)"
                             R"("file_data":"data:text/plain;base64,4OE="}}])") +
                "]");
}

TEST(ConversationToChat, Case22ArgumentsKeepTheirSpelling) {
  const std::string arguments = R"({"z":12345678901234567890,"a":1.50,"t":"\u65e5"})";
  auto c = of(
      {user({text("go")}), assistant({call("c1", arguments)}), user({result("c1", {text("1")})})});
  EXPECT_THAT(
      encode(*c).messages(),
      HasSubstr(R"("arguments":"{\"z\":12345678901234567890,\"a\":1.50,\"t\":\"\\u65e5\"}")"));
}

// Requests of the chat dialect read and written again say the same.
TEST(ConversationToChat, WhatIsReadFromChatIsWrittenAsItWas) {
  const std::string messages =
      R"([{"role":"system","content":"be brief"},{"role":"user","content":"go"},)"
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
      R"("function":{"name":"run","arguments":"{\"a\": 1}"}}]},)"
      R"({"role":"tool","tool_call_id":"c1","content":"ok \ud83d\ude00"},)"
      R"({"role":"assistant","content":"done"},)"
      R"({"role":"user","content":[{"type":"text","text":"x"},)" +
      kImagePart + "]}]";
  std::vector<std::string> dropped;
  const std::string body = R"({"model":"m","messages":)" + messages + "}";
  auto c = openai_chat::decode_request(body, dropped);
  ASSERT_TRUE(c);
  EXPECT_EQ(encode(**c).messages(), messages);
}

}  // namespace
}  // namespace sekisho::wire
