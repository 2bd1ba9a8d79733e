// Conversations → OpenAI chat: settings, tools and what models refuse.

#include <gmock/gmock.h>

#include "wire/conversation_to_chat_testing.h"
#include "wire/openai_chat/model_rules.h"

namespace sekisho::wire {
namespace {

using namespace testing_to_chat;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::string effort(std::string_view model, ReasoningWish wish,
                   const TargetModel& target = reasoning_gpt()) {
  auto c = hello();
  c->reasoning = wish;
  return encode(*c, target, {.model = model}).member("reasoning_effort");
}
ReasoningWish wish(std::string_view word) {
  return {.mode = ReasoningWish::Mode::kOn, .effort = word};
}

TEST(ConversationToChat, Case11EffortInTheWordsOfTheModel) {
  EXPECT_EQ(effort("gpt-5-mini", wish("minimal")), R"("minimal")");
  EXPECT_EQ(effort("gpt-5.1", wish("minimal")), R"("low")");
  EXPECT_EQ(effort("gpt-5.1", wish("xhigh")), R"("high")");
  EXPECT_EQ(effort("gpt-5.5", wish("max")), R"("xhigh")");
  EXPECT_EQ(effort("openai/gpt-5.5", wish("xhigh")), R"("xhigh")");
  EXPECT_EQ(effort("o4-mini", wish("max")), R"("high")");
  EXPECT_EQ(effort("gpt-5-pro", wish("low")), R"("high")");
  EXPECT_EQ(effort("qwen3", wish("minimal"), other()), R"("low")");
}

TEST(ConversationToChat, Case11ThinkingOfClaudesClients) {
  using Mode = ReasoningWish::Mode;
  EXPECT_EQ(effort("gpt-5.5", {.mode = Mode::kOn, .budget_tokens = 2048}), R"("low")");
  EXPECT_EQ(effort("gpt-5.5", {.mode = Mode::kOn, .budget_tokens = 8192}), R"("medium")");
  EXPECT_EQ(effort("gpt-5.5", {.mode = Mode::kOn, .budget_tokens = 31'999}), R"("high")");
  EXPECT_EQ(effort("gpt-5.5", {.mode = Mode::kOn}), R"("medium")");
  EXPECT_EQ(effort("gpt-5.5", {.output_effort = "high"}), R"("high")");
  EXPECT_EQ(effort("gpt-5.5", {}), "");
}

TEST(ConversationToChat, Case11ReasoningSwitchedOff) {
  const ReasoningWish off{.mode = ReasoningWish::Mode::kOff};
  EXPECT_EQ(effort("gpt-5.5", off), R"("none")");
  auto c = hello();
  c->reasoning = off;
  const auto out = encode(*c, reasoning_gpt(), {.model = "gpt-5-mini"});
  EXPECT_EQ(out.member("reasoning_effort"), R"("minimal")");
  EXPECT_THAT(out.dropped, ElementsAre("reasoning (this model always thinks)"));
}

TEST(ConversationToChat, Case11NoReasoningForAModelWithout) {
  auto c = hello();
  c->reasoning = wish("high");
  const auto out = encode(*c);
  EXPECT_EQ(out.member("reasoning_effort"), "");
  EXPECT_THAT(out.dropped, ElementsAre("reasoning"));
}

TEST(ConversationToChat, Case12Sampling) {
  auto c = hello();
  c->temperature = "1.70";
  c->top_p = "0.9";
  c->top_k = "40";
  const auto out = encode(*c);
  EXPECT_EQ(out.member("temperature"), "1.70");
  EXPECT_EQ(out.member("top_p"), "0.9");
  EXPECT_THAT(out.dropped, ElementsAre("top_k"));
}

TEST(ConversationToChat, Case12SamplingOfReasoningModels) {
  auto c = hello();
  c->temperature = "1";  // what they do anyway
  c->top_p = "0.9";
  const auto out = encode(*c, reasoning_gpt());
  EXPECT_EQ(out.member("temperature"), "");
  EXPECT_EQ(out.member("top_p"), "");
  EXPECT_THAT(out.dropped, ElementsAre("top_p"));
}

std::string choice(ToolChoice wanted, std::vector<std::string>* dropped = nullptr,
                   const TargetModel& target = gpt()) {
  auto c = hello();
  c->tools = {tool("run"), tool("mcp.x")};
  c->choice = wanted;
  auto out = encode(*c, target);
  if (dropped) *dropped = out.dropped;
  return out.member("tool_choice");
}

TEST(ConversationToChat, Case13ToolChoice) {
  using Choice = ToolChoice::Kind;
  EXPECT_EQ(choice({}), "");
  EXPECT_EQ(choice({.kind = Choice::kNone}), R"("none")");
  EXPECT_EQ(choice({.kind = Choice::kAny}), R"("required")");
  EXPECT_EQ(choice({.kind = Choice::kOne, .name = "run"}),
            R"({"type":"function","function":{"name":"run"}})");
  TargetModel target = gpt();
  target.forbids_forced_tool = true;
  std::vector<std::string> dropped;
  EXPECT_EQ(choice({.kind = Choice::kAny}, &dropped, target), "");
  EXPECT_THAT(dropped, ElementsAre("tool_choice"));
}

TEST(ConversationToChat, Case13OneCallAtATime) {
  auto c = hello();
  c->tools = {tool("run")};
  c->choice.parallel = false;
  EXPECT_EQ(encode(*c).member("parallel_tool_calls"), "false");
  const auto out = encode(*c, reasoning_gpt(), {.model = "o4-mini"});
  EXPECT_EQ(out.member("parallel_tool_calls"), "");
  EXPECT_THAT(out.dropped, ElementsAre("parallel_tool_calls"));
}

TEST(ConversationToChat, Case14TheFieldOfTheOutputLimit) {
  auto c = hello();
  EXPECT_EQ(encode(*c).member("max_tokens"), "4096");
  EXPECT_EQ(encode(*c, gpt(), {.max_tokens_field = "max_completion_tokens"})
                .member("max_completion_tokens"),
            "4096");
  // They refuse the older name.
  EXPECT_EQ(encode(*c, reasoning_gpt()).member("max_completion_tokens"), "4096");
  EXPECT_EQ(encode(*c, other()).member("max_tokens"), "4096");
  TargetModel small = gpt();
  small.max_output = 1000;
  EXPECT_EQ(encode(*c, small).member("max_tokens"), "1000");
}

TEST(ConversationToChat, Case16StopSequences) {
  auto c = hello();
  c->stop = {"", "a", "b\\n", " ", "d", "e"};
  const auto out = encode(*c);
  EXPECT_EQ(out.member("stop"), R"(["a","b\n"," ","d"])");
  EXPECT_THAT(out.dropped, ElementsAre("stop"));
  c->stop = {"a"};
  const auto none = encode(*c, reasoning_gpt());
  EXPECT_EQ(none.member("stop"), "");
  EXPECT_THAT(none.dropped, ElementsAre("stop"));
}

TEST(ConversationToChat, Case21ToolNamesAndSchemas) {
  const std::string name = "mcp__server__" + std::string(80, 'x');
  auto c = of(
      {user({text("go")}), assistant({call("c1", "{}", name)}), user({result("c1", {text("1")})})});
  c->tools = {tool(name), tool("run")};
  c->tools[0].schema = R"({"type":"object","properties":{"b":{"const":1.0},"a":{}}})";
  c->choice = {.kind = ToolChoice::Kind::kOne, .name = name};
  const auto out = encode(*c);
  ASSERT_EQ(out.names.aliases().size(), 1U);
  const std::string sent = out.names.aliases()[0].sent;
  EXPECT_EQ(sent.size(), 64U);
  EXPECT_EQ(out.names.aliases()[0].original, name);
  EXPECT_EQ(out.member("tools"),
            R"([{"type":"function","function":{"name":")" + sent +
                R"(","parameters":{"type":"object","properties":{"b":{"const":1.0},"a":{}}}}},)"
                R"({"type":"function","function":{"name":"run","parameters":{"type":"object"}}}])");
  EXPECT_EQ(out.member("tool_choice"),
            R"({"type":"function","function":{"name":")" + sent + R"("}})");
  EXPECT_THAT(out.messages(), ::testing::HasSubstr(R"("name":")" + sent + '"'));
}

TEST(ConversationToChat, Case24CustomToolsBecomeFunctionsOfOneText) {
  auto c =
      of({user({text("go")}), assistant({call("c1", R"({"input":"*** Begin"})", "apply_patch")}),
          user({result("c1", {text("1")})})});
  c->tools = {tool("apply_patch")};
  c->tools[0].custom = true;
  const auto out = encode(*c);
  ASSERT_EQ(out.names.aliases().size(), 1U);
  EXPECT_TRUE(out.names.aliases()[0].custom);
  EXPECT_EQ(out.names.aliases()[0].sent, "apply_patch");
}

std::string format(std::string_view schema, RawText name = "") {
  auto c = hello();
  c->format = {.name = name, .schema = schema};
  return encode(*c).member("response_format");
}

TEST(ConversationToChat, AnswersByASchema) {
  EXPECT_EQ(format(R"({"type":"object"})"),
            R"({"type":"json_schema","json_schema":{"name":"answer",)"
            R"("schema":{"type":"object"}}})");
  // What OpenAI can enforce it shall.
  const std::string strict =
      R"({"type":"object","properties":{"a":{"type":"array","items":{"enum":["not"]}}},)"
      R"("required":["a"],"additionalProperties":false})";
  EXPECT_EQ(format(strict, "my_answer"),
            R"({"type":"json_schema","json_schema":{"name":"my_answer","strict":true,"schema":)" +
                strict + "}}");
  const std::string optional =
      R"({"type":"object","properties":{"a":{}},"required":[],"additionalProperties":false})";
  EXPECT_THAT(format(optional), Not(::testing::HasSubstr("strict")));
  const std::string inner = R"({"type":"object","properties":{"a":{"properties":{}}},)"
                            R"("required":["a"],"additionalProperties":false})";
  EXPECT_THAT(format(inner), Not(::testing::HasSubstr("strict")));
  TargetModel target = gpt();
  target.json_schema = false;
  auto c = hello();
  c->format.schema = "{}";
  EXPECT_THAT(encode(*c, target).dropped, ElementsAre("response_format"));
}

TEST(ConversationToChat, TheEndUserAndOtherMetadata) {
  auto c = hello();
  c->metadata = {{"user_id", "u1"}, {"team", "x"}};
  const auto out = encode(*c);
  EXPECT_EQ(out.member("user"), R"("u1")");
  EXPECT_THAT(out.dropped, ElementsAre("metadata.team"));
  c->metadata = {{"user_id", std::string(200, 'u')}};
  EXPECT_EQ(encode(*c).member("user").size(), 66U);
  EXPECT_THAT(encode(*c, other()).dropped, ElementsAre("metadata.user_id"));
}

TEST(ConversationToChat, UsageIsAskedForWhereItIsKnown) {
  auto c = hello();
  EXPECT_EQ(encode(*c, gpt(), {.stream = true, .usage_in_stream = false}).member("stream_options"),
            "");
  EXPECT_EQ(encode(*c).member("stream"), "");
}

TEST(ConversationToChat, NoToolsForAModelWithout) {
  TargetModel target = gpt();
  target.tools = false;
  auto c = hello();
  c->tools = {tool("run")};
  EXPECT_EQ(encode(*c, target).code, Code::kUnsupported);
}

}  // namespace
}  // namespace sekisho::wire
