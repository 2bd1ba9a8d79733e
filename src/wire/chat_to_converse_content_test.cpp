// OpenAI chat → Converse: cache marks, media, tools and arguments.
// Each translation case has tests in its own name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/chat_to_converse_testing.h"

namespace sekisho::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace testing_chat;

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

TEST(Case17CacheMarks, AnHourBecomesFiveMinutesWhereTheModelHasNoHour) {
  TargetModel target = claude();
  target.one_hour_cache = false;
  const auto out =
      conversation(R"({"role":"user","content":[)" + marked("a", kHour) + "]}", target);
  EXPECT_EQ(out.messages(), "[" + turn("user", text("a") + "," + kPoint) + "]");
  EXPECT_THAT(out.dropped, ElementsAre("cache_control.ttl"));
  EXPECT_EQ(
      conversation(R"({"role":"user","content":[)" + marked("a") + "]}", target).dropped.size(),
      0U);
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

TEST(Case19Images, LineBreaksInBase64GoAway) {
  const std::string block = R"({"image":{"format":"png","source":{"bytes":")" + kPng + R"("}}})";
  const std::string broken = R"(iVBORw0K\r\nGgoAAAAN SUhEUg==\n)";
  EXPECT_EQ(conversation(R"({"role":"user","content":[)" +
                         image("data:image/png;base64," + broken) + "]}")
                .messages(),
            "[" + turn("user", block) + "]");
  const auto file =
      conversation(R"({"role":"user","content":[{"type":"file","file":{"filename":"a.pdf",)"
                   R"("file_data":"data:application/pdf;base64,JVBE\nRi0xLjcK\n"}}]})");
  EXPECT_THAT(file.messages(), HasSubstr(R"("bytes":"JVBERi0xLjcK")"));
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

TEST(Case21Schema, AToolSaysItsType) {
  const auto tool = [](const std::string& json) { return with(R"("tools":[)" + json + "]").error; };
  EXPECT_THAT(tool(R"({"function":{"name":"f"}})"), HasSubstr("tools[0].type: missing"));
  EXPECT_THAT(tool(R"({"type":null,"function":{"name":"f"}})"), HasSubstr("tools[0].type"));
  EXPECT_THAT(tool("3"), HasSubstr("tools[0].type"));
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
