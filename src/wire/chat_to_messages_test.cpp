// OpenAI chat requests for Claude at Anthropic.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/messages_testing.h"

namespace sekisho::wire {
namespace {

using namespace testing_messages;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kUser = R"({"role":"user","content":"hi"})";
const std::string kGo = turn("user", text("hi"));
const std::string kChatTools =
    R"("tools":[{"type":"function","function":{"name":"run","parameters":{"type":"object"}}}])";

std::string chat(const std::string& messages, const std::string& more = "") {
  return R"({"model":"m",)" + kChatTools + more + R"(,"messages":[)" + messages + "]}";
}
std::string chat_with(const std::string& members) {
  return R"({"model":"m","messages":[)" + kUser + "]," + members + "}";
}
std::string call(const std::string& id, const std::string& arguments = "{}") {
  return R"({"id":")" + id + R"(","type":"function","function":{"name":"run","arguments":")" +
         arguments + R"("}})";
}
std::string calls(const std::string& list, const std::string& more = "") {
  return R"({"role":"assistant")" + more + R"(,"tool_calls":[)" + list + "]}";
}
std::string answered(const std::string& id, const std::string& content) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":)" + content + "}";
}
std::string a_result(const std::string& id, const std::string& content, bool error = false) {
  return result(id, "[" + content + "]", error ? R"(,"is_error":true)" : "");
}

TEST(ChatToMessages, PlainRequest) {
  const auto out = translate(
      Dialect::kOpenAiChat, Dialect::kAnthropicMessages,
      R"({"model":"m","temperature":0.7,"stop":"x","user":"u","metadata":{"a":"b"},"messages":[)"
      R"({"role":"system","content":"s1"},{"role":"system","content":"s2"},)" +
          kUser + "]}",
      claude(), 77, true);
  EXPECT_EQ(out.body, R"({"model":"up","max_tokens":77,"stream":true,"temperature":0.7,)"
                      R"("stop_sequences":["x"],"metadata":{"user_id":"u"},"system":[)" +
                          text("s1") + "," + text("s2") + R"(],"messages":[)" + kGo + "]}");
  EXPECT_THAT(out.dropped, ElementsAre("metadata.a"));
}

TEST(ChatToMessages, Case01ParallelCalls) {
  const auto out = from_chat(
      chat(kUser + "," + calls(call("a") + "," + call("b", R"({\"x\":1e2})"), R"(,"content":"I")") +
           "," + answered("b", R"("2")") + "," + answered("a", R"("1")") + "," + kUser));
  EXPECT_EQ(out.messages(),
            "[" + kGo + "," +
                turn("assistant", text("I") + "," + use("a") + "," + use("b", R"({"x":1e2})")) +
                "," +
                turn("user",
                     a_result("a", text("1")) + "," + a_result("b", text("2")) + "," + text("hi")) +
                "]");
  EXPECT_THAT(from_chat(chat(kUser + "," + calls(call("a")))).messages(),
              HasSubstr(a_result("a", text("tool result missing"), true)));
}

TEST(ChatToMessages, Case02IdsAreMadeFit) {
  const auto out =
      from_chat(chat(kUser + "," + calls(call("call:1.x")) + "," + answered("call:1.x", R"("r")")));
  const std::string id = tool_id_within("call:1.x", 128, "_-");
  EXPECT_THAT(out.messages(), HasSubstr(use(id)));
  EXPECT_THAT(out.messages(), HasSubstr(a_result(id, text("r"))));
}

TEST(ChatToMessages, Case04SystemInMidConversation) {
  EXPECT_EQ(from_chat(chat(kUser + R"(,{"role":"assistant","content":"a"},)"
                                   R"({"role":"developer","content":"now"})"))
                .messages(),
            "[" + kGo + "," + turn("assistant", text("a")) + "," +
                turn("user", text("<system-reminder>\\nnow\\n</system-reminder>")) + "]");
}

TEST(ChatToMessages, Case06EmptyTexts) {
  EXPECT_THAT(from_chat(chat(kUser + "," + calls(call("a"), R"(,"content":"")") + "," +
                             answered("a", R"("")")))
                  .messages(),
              HasSubstr(turn("assistant", use("a")) + "," +
                        turn("user", a_result("a", text("(no output)")))));
}

TEST(ChatToMessages, Case07Prefill) {
  const std::string body = chat(kUser + R"(,{"role":"assistant","content":"{ \n "})");
  EXPECT_THAT(from_chat(body).messages(), HasSubstr(turn("assistant", text("{")) + "]"));
  TargetModel target = claude();
  target.rejects_prefill = true;
  const auto out = from_chat(body, target);
  EXPECT_THAT(out.messages(), HasSubstr(turn("user", text("Continue."))));
  EXPECT_EQ(out.dropped.size(), 1U);
}

const std::string kDetails =
    R"(,"reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","index":0},)"
    R"({"type":"reasoning.encrypted","data":"QUI=","index":1}])";

TEST(ChatToMessages, Case08SignaturesGoBack) {
  const auto out =
      from_chat(chat(kUser + "," + calls(call("a"), kDetails) + "," + answered("a", R"("r")"),
                     R"(,"reasoning_effort":"low")"),
                claude(), 20'000);
  EXPECT_THAT(out.messages(),
              HasSubstr(turn("assistant", R"({"type":"thinking","thinking":"hm","signature":"s"},)"
                                          R"({"type":"redacted_thinking","data":"QUI="},)" +
                                              use("a"))));
  EXPECT_EQ(out.member("thinking"), R"({"type":"enabled","budget_tokens":2048})");
  const auto lost = from_chat(chat(kUser + "," + calls(call("a"), R"(,"reasoning_content":"hm")") +
                                       "," + answered("a", R"("r")"),
                                   R"(,"reasoning_effort":"low")"),
                              claude(), 20'000);
  EXPECT_EQ(lost.member("thinking"), "");
  EXPECT_THAT(lost.dropped, ElementsAre("messages[].reasoning_content",
                                        "reasoning (the signature of the last turn's is lost)"));
}

TEST(ChatToMessages, Case09SignatureOnly) {
  EXPECT_THAT(
      from_chat(chat(kUser + "," +
                     calls(call("a"), R"(,"thinking_blocks":[{"type":"thinking","thinking":"",)"
                                      R"("signature":"only"}])")))
          .messages(),
      HasSubstr(R"({"type":"thinking","thinking":"","signature":"only"})"));
}

TEST(ChatToMessages, Case11ThinkingConfiguration) {
  const auto out = from_chat(chat_with(R"("reasoning_effort":"high")"), adaptive_claude());
  EXPECT_EQ(out.member("thinking"), R"({"type":"adaptive"})");
  EXPECT_EQ(out.member("output_config"), R"({"effort":"high"})");
  const auto plain = from_chat(chat_with(R"("reasoning_effort":"high")"), model("claude"));
  EXPECT_EQ(plain.member("thinking"), "");
  EXPECT_THAT(plain.dropped, ElementsAre("reasoning"));
  EXPECT_EQ(
      from_chat(chat_with(R"("reasoning_effort":"high")"), claude(), 10'000).member("thinking"),
      R"({"type":"enabled","budget_tokens":8000})");
}

TEST(ChatToMessages, Case12Sampling) {
  const auto out = from_chat(chat_with(R"("temperature":1.5,"top_p":0.5,"top_k":3)"));
  EXPECT_EQ(out.member("temperature"), "1");
  EXPECT_EQ(out.member("top_p"), "");
  EXPECT_EQ(out.member("top_k"), "3");
  TargetModel modern = adaptive_claude();
  modern.forbids_sampling = true;
  EXPECT_THAT(from_chat(chat_with(R"("temperature":0.5,"top_p":0.5)"), modern).dropped,
              ElementsAre("temperature", "top_p"));
}

TEST(ChatToMessages, Case13ToolChoice) {
  const auto choice = [](const std::string& members, const TargetModel& target = claude()) {
    return from_chat(chat(kUser, "," + members), target).member("tool_choice");
  };
  EXPECT_EQ(choice(R"("tool_choice":"required")"), R"({"type":"any"})");
  EXPECT_EQ(choice(R"("tool_choice":"none")"), R"({"type":"none"})");
  EXPECT_EQ(choice(R"("tool_choice":"auto")"), "");
  EXPECT_EQ(choice(R"("tool_choice":{"type":"function","function":{"name":"run"}})"),
            R"({"type":"tool","name":"run"})");
  EXPECT_EQ(choice(R"("parallel_tool_calls":false)"),
            R"({"type":"auto","disable_parallel_tool_use":true})");
  TargetModel target = claude();
  target.forbids_forced_tool = true;
  const auto out = from_chat(chat(kUser, R"(,"tool_choice":"required")"), target);
  EXPECT_EQ(out.member("tool_choice"), "");
  EXPECT_THAT(out.dropped, ElementsAre("tool_choice"));
  EXPECT_EQ(from_chat(chat(kUser, R"(,"tool_choice":"required","reasoning_effort":"low")"),
                      adaptive_claude())
                .member("tool_choice"),
            "")
      << "not with thinking";
}

TEST(ChatToMessages, Case13ToolsOfTheHistoryStay) {
  const auto out = from_chat(R"({"messages":[)" + kUser + "," + calls(call("a")) + "," +
                             answered("a", R"("r")") + "]}");
  EXPECT_EQ(out.member("tools"), R"([{"name":"run","input_schema":{"type":"object"}}])");
  EXPECT_EQ(out.member("tool_choice"), R"({"type":"none"})");
}

TEST(ChatToMessages, Case16StopSequences) {
  const auto out = from_chat(chat_with(R"("stop":["\n","x"])"));
  EXPECT_EQ(out.member("stop_sequences"), R"(["x"])");
  EXPECT_THAT(out.dropped, ElementsAre("stop"));
}

TEST(ChatToMessages, Case17CacheMarks) {
  const auto user = [](const std::string& more) {
    return R"({"role":"user","content":[)" + text("t", more) + "]}";
  };
  std::string messages = user(kLongMark);
  for (int i = 0; i < 5; ++i) {
    messages += R"(,{"role":"assistant","content":"a"},)" + user(i == 0 ? kMark : kLongMark);
  }
  const auto out = from_chat(R"({"messages":[)" + messages + "]}");
  std::size_t marks = 0;
  for (std::size_t at = 0; (at = out.body.find("cache_control", at)) != std::string::npos; ++at) {
    ++marks;
  }
  EXPECT_EQ(marks, 4U);
  EXPECT_THAT(out.messages(), HasSubstr(turn("user", text("t", kLongMark)) + "]"));
  const auto tool = from_chat(R"({"tools":[{"type":"function","function":{"name":"run"})" + kMark +
                              R"(}],"messages":[)" + kUser + "]}");
  EXPECT_EQ(tool.member("tools"),
            R"([{"name":"run","input_schema":{"type":"object","properties":{}})" + kMark + "}]");
}

TEST(ChatToMessages, Case19Images) {
  const auto out =
      from_chat(R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":)"
                R"("data:image/jpg;base64,)" +
                kPng + R"("}}]}]})");
  EXPECT_EQ(out.messages(), "[" +
                                turn("user", R"({"type":"image","source":{"type":"base64",)"
                                             R"("media_type":"image/png","data":")" +
                                                 kPng + R"("}})") +
                                "]");
}

TEST(ChatToMessages, Case20Documents) {
  const auto file = [](const std::string& name, const std::string& data) {
    return from_chat(R"({"messages":[{"role":"user","content":[{"type":"file","file":)"
                     R"({"filename":")" +
                     name + R"(","file_data":"data:;base64,)" + data + R"("}}]}]})");
  };
  EXPECT_THAT(file("a.pdf", "JVBERi0xLjQK").messages(),
              HasSubstr(R"({"type":"document","source":{"type":"base64",)"
                        R"("media_type":"application/pdf","data":"JVBERi0xLjQK"},)"
                        R"("title":"a.pdf"})"));
  EXPECT_THAT(file("a.md", "IyBIaSAiMSI=").messages(),
              HasSubstr(R"("source":{"type":"text","media_type":"text/plain",)"
                        R"("data":"# Hi \"1\""},"title":"a.md")"));
  EXPECT_EQ(file("a.docx", "UEsDBA==").code, Code::kUnsupported);
  EXPECT_EQ(file("a.txt", "//79").error, "messages: file 'a.txt': not text in UTF-8");
}

TEST(ChatToMessages, Case21Names) {
  const std::string name = "mcp__" + std::string(90, 'a');
  const auto tools = [](const std::string& name) {
    return from_chat(
        chat_with(R"("tools":[{"type":"function","function":{"name":")" + name + R"("}}])"));
  };
  EXPECT_THAT(tools(name).names.aliases(), IsEmpty()) << "128 characters are allowed";
  const auto out = tools("a.b");
  ASSERT_EQ(out.names.aliases().size(), 1U);
  EXPECT_THAT(out.body, Not(HasSubstr("a.b")));
  EXPECT_EQ(tools(name).body, tools(name).body);
}

TEST(ChatToMessages, Case22Arguments) {
  const auto out = from_chat(chat(kUser + "," +
                                  calls(call("a", R"({\"n\":12345678901234567890})") + "," +
                                        call("b", "") + "," + call("c", R"({\"x\")"))));
  EXPECT_THAT(out.messages(), HasSubstr(use("a", R"({"n":12345678901234567890})") + "," + use("b") +
                                        "," + use("c", R"({"_raw":"{\"x\""})")));
}

TEST(ChatToMessages, OutputFormat) {
  EXPECT_EQ(from_chat(chat_with(R"("response_format":{"type":"json_schema","json_schema":)"
                                R"({"name":"n","schema":{"type":"object","z":1}}})"))
                .member("output_config"),
            R"({"format":{"type":"json_schema","schema":{"type":"object","z":1}}})");
}

TEST(ChatToMessages, ModelsThatTheCatalogueDoesNotKnow) {
  const auto out = from_chat(chat_with(R"("top_k":3,"parallel_tool_calls":false)"), TargetModel{});
  EXPECT_EQ(out.member("top_k"), "3");
}

// What changes from turn to turn stands at the end.
TEST(ChatToMessages, AGrowingConversationKeepsItsBeginning) {
  const auto first = from_chat(chat(kUser)).body;
  const auto second =
      from_chat(chat(kUser + R"(,{"role":"assistant","content":"a"},)" + kUser)).body;
  EXPECT_TRUE(second.starts_with(first.substr(0, first.size() - 2)));
}

}  // namespace
}  // namespace sekisho::wire
