// Answers of Anthropic as canonical events, and as OpenAI chat's.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/messages_testing.h"

namespace sekisho::wire {
namespace {

using namespace testing_messages;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Dialect kMessages = Dialect::kAnthropicMessages, kChat = Dialect::kOpenAiChat;

Decoded stream(const std::string& bytes, std::size_t piece = SIZE_MAX) {
  return decode(kMessages, bytes, true, piece);
}
// The last usage that was told.
AnswerEvent last_usage(const Decoded& decoded) {
  AnswerEvent out;
  for (const auto& event : decoded.events) {
    if (event.kind == Kind::kUsage) out = event;
  }
  return out;
}
StopReason stop_of(const Decoded& decoded) {
  for (const auto& event : decoded.events) {
    if (event.kind == Kind::kStop) return event.stop;
  }
  return StopReason::kError;
}
// The events without usage, in short.
std::vector<std::string> told(const Decoded& decoded) {
  std::vector<std::string> out;
  for (const auto& event : decoded.events) {
    const std::string at = std::to_string(event.index);
    if (event.kind == Kind::kStart) out.push_back("start");
    if (event.kind == Kind::kBlockStart) {
      out.push_back("block " + at + " " + event.tool_id + event.tool_name);
    }
    if (event.kind == Kind::kDelta) {
      out.push_back(at + " " + event.text +
                    (event.signature.empty() ? "" : " signed " + event.signature));
    }
    if (event.kind == Kind::kBlockStop) out.push_back("end " + at);
    if (event.kind == Kind::kStop) out.push_back("stop");
    if (event.kind == Kind::kError) out.push_back("error " + event.error_type);
    if (event.kind == Kind::kEnd) out.push_back("end");
  }
  return out;
}

const std::string kThinking = block(
    0, R"({"type":"thinking","thinking":"","signature":""})",
    {R"({"type":"thinking_delta","thinking":"h"})", R"({"type":"thinking_delta","thinking":"m"})",
     R"({"type":"signature_delta","signature":"s1"})"});
const std::string kAll = start_event() + event("ping") + kThinking +
                         block(1, R"({"type":"redacted_thinking","data":"QUI="})", {}) +
                         text_block(2, {"日", "\\\"b\\n"}) +
                         tool_block(3, "toolu_1", {"", "{\\\"x\\\":", "1}"}) +
                         end_events("tool_use");

TEST(MessagesAnswer, EverythingInOrder) {
  const auto decoded = stream(kAll);
  EXPECT_EQ(decoded.error, "");
  EXPECT_THAT(told(decoded),
              ElementsAre("start", "block 0 ", "0 h", "0 m", "0  signed s1", "end 0", "block 1 ",
                          "1 QUI=", "end 1", "block 2 ", "2 日", "2 \"b\n", "end 2",
                          "block 3 toolu_1run", "3 {\"x\":", "3 1}", "end 3", "stop", "end"));
  EXPECT_EQ(stop_of(decoded), StopReason::kToolUse);
}

TEST(MessagesAnswer, SplitInvariance) {
  const auto whole = encode(kChat, stream(kAll).events, true);
  for (std::size_t piece = 1; piece < kAll.size(); ++piece) {
    const auto decoded = stream(kAll, piece);
    EXPECT_EQ(decoded.error, "") << piece;
    EXPECT_EQ(encode(kChat, decoded.events, true), whole) << piece;
  }
}

TEST(MessagesAnswer, Case18UsageIsCumulativeAndNullsKeepWhatWasKnown) {
  const auto decoded = stream(
      start_event() + text_block(0, {"x"}) +
      event("message_delta", R"(,"delta":{},"usage":{"input_tokens":null,"output_tokens":3})") +
      end_events("end_turn",
                 R"({"input_tokens":null,"cache_read_input_tokens":null,)"
                 R"("output_tokens":5,"output_tokens_details":{"thinking_tokens":2}})"));
  const Usage usage = last_usage(decoded).usage;
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.cache_read, 70);
  EXPECT_EQ(usage.cache_write_5m, 20);
  EXPECT_EQ(usage.cache_write_1h, 10);
  EXPECT_EQ(usage.output, 5);
  EXPECT_EQ(usage.reasoning, 2);
  EXPECT_EQ(usage.source, UsageSource::kReported);
}

TEST(MessagesAnswer, Case18IterationsAreWhatIsBilled) {
  const auto decoded = stream(
      start_event() + text_block(0, {"x"}) +
      end_events("end_turn", R"({"output_tokens":5,"iterations":[)"
                             R"({"type":"compaction","input_tokens":100,"output_tokens":40},)"
                             R"({"type":"message","input_tokens":10,"output_tokens":5}]})"));
  const Usage usage = last_usage(decoded).usage;
  EXPECT_EQ(usage.input, 110);
  EXPECT_EQ(usage.output, 45);
}

TEST(MessagesAnswer, ServedTierAndModesAreTold) {
  const auto decoded =
      stream(start_event(R"({"input_tokens":1,"output_tokens":1,"service_tier":"priority",)"
                         R"("inference_geo":"us","speed":"standard"})") +
             end_events());
  const auto usage = last_usage(decoded);
  EXPECT_EQ(usage.served_tier, "priority");
  EXPECT_EQ(usage.served_us, true);
  EXPECT_EQ(usage.served_fast, false);
}

TEST(MessagesAnswer, CutStreamsFailWithTheFiguresSoFar) {
  const std::string begin = start_event() + text_block(0, {"x"});
  const auto decoded = stream(begin);
  EXPECT_THAT(decoded.error, HasSubstr("ended before its end"));
  EXPECT_EQ(last_usage(decoded).usage.prompt(), 110);
  EXPECT_EQ(last_usage(decoded).usage.source, UsageSource::kPartial);
  const std::string all = begin + end_events();
  for (std::size_t size = 1; size < all.size() - 2; ++size) {
    EXPECT_NE(stream(all.substr(0, size)).error, "") << size;
  }
}

TEST(MessagesAnswer, WithoutOutputFiguresNothingIsFinal) {
  const auto decoded = stream(start_event() + text_block(0, {"x"}) + end_events("end_turn", "{}"));
  EXPECT_EQ(last_usage(decoded).usage.source, UsageSource::kPartial);
}

TEST(MessagesAnswer, Case15StopReasons) {
  const std::pair<const char*, const char*> reasons[] = {
      {"end_turn", "stop"},        {"max_tokens", "length"},
      {"stop_sequence", "stop"},   {"tool_use", "tool_calls"},
      {"pause_turn", "stop"},      {"refusal", "content_filter"},
      {"of a later time", "stop"}, {"model_context_window_exceeded", "length"}};
  for (const auto& [messages, chat] : reasons) {
    const auto decoded = stream(start_event() + text_block(0, {"x"}) + end_events(messages));
    EXPECT_THAT(encode(kChat, decoded.events, true),
                HasSubstr(R"("finish_reason":")" + std::string(chat) + "\""));
  }
  const auto decoded =
      stream(start_event() + end_events("stop_sequence", R"({"output_tokens":5})", R"("END")"));
  EXPECT_THAT(encode(kMessages, decoded.events, false), HasSubstr(R"("stop_sequence":"END")"));
}

TEST(MessagesAnswer, Case22CallsWithoutArguments) {
  const std::string expected = "3 {}";
  const auto at_3 = [](const std::string& tool) { return told(stream(start_event() + tool)); };
  const std::string empty = tool_block(0, "t", {}), blank = tool_block(0, "t", {""});
  EXPECT_THAT(at_3(empty + end_events("tool_use")), ::testing::Contains("0 {}"));
  EXPECT_THAT(at_3(blank + end_events("tool_use")), ::testing::Contains("0 {}"));
  // Whole with its start, as some servers send it.
  const auto decoded = stream(
      start_event() + block(0, R"({"type":"tool_use","id":"t","name":"run","input":{"a":1}})", {}) +
      end_events("tool_use"));
  EXPECT_THAT(told(decoded), ::testing::Contains("0 {\"a\":1}"));
}

TEST(MessagesAnswer, Case24WhatRanAtTheProviderIsSkipped) {
  const auto decoded =
      stream(start_event() +
             block(0, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})",
                   {R"({"type":"input_json_delta","partial_json":"{\"q\":1}"})"}) +
             block(1, R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})", {}) +
             event("event_of_a_later_time", R"(,"x":[1])") +
             block(2, R"({"type":"text","text":"A"})",
                   {R"({"type":"citations_delta","citation":{"cited_text":"c"}})",
                    R"({"type":"text_delta","text":"B"})"}) +
             end_events());
  EXPECT_EQ(decoded.error, "");
  EXPECT_THAT(told(decoded),
              ElementsAre("start", "block 0 ", "0 A", "0 B", "end 0", "stop", "end"));
}

TEST(MessagesAnswer, Case25ErrorsInsideTheStream) {
  const auto decoded =
      stream(start_event() + text_block(0, {"x"}) +
             event("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})"));
  EXPECT_EQ(decoded.error, "");
  EXPECT_EQ(told(decoded).back(), "error overloaded_error");
  EXPECT_EQ(decoded.events.back().error.code, Code::kUpstreamOverloaded);
  EXPECT_EQ(last_usage(decoded).usage.prompt(), 110);
  const auto overflow = stream(event(
      "error",
      R"(,"error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8 maximum"})"));
  EXPECT_EQ(overflow.events.back().error.code, Code::kContextOverflow);
  EXPECT_EQ(overflow.events.back().text, "prompt is too long: 9 > 8 maximum");
}

TEST(MessagesAnswer, WhatIsNoJsonIsABrokenUpstream) {
  EXPECT_NE(stream("data: {\"type\":\n\n").error, "");
  EXPECT_NE(stream("<html>").error, "");
  EXPECT_NE(stream(start_event() + "\x01 garbage\n\n" + end_events()).error, "");
  EXPECT_NE(stream("").error, "");
}

const std::string kWhole =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"c","content":[)"
    R"({"type":"thinking","thinking":"hm","signature":"s1"},)"
    R"({"type":"redacted_thinking","data":"QUI="},{"type":"text","text":"日\"b"},)"
    R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1}},)"
    R"({"type":"tool_use","id":"toolu_1","name":"run","input":{ "b":1e2,"a":1 }},)"
    R"({"type":"tool_use","id":"toolu_2","name":"run","input":{}}],)"
    R"("stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,)"
    R"("cache_read_input_tokens":70,"cache_creation_input_tokens":30,"output_tokens":5}})";

TEST(MessagesAnswer, WholeAnswer) {
  const auto decoded = decode(kMessages, kWhole, false, 7);
  EXPECT_EQ(decoded.error, "");
  EXPECT_THAT(told(decoded),
              ElementsAre("start", "block 0 ", "0 hm", "0  signed s1", "end 0", "block 1 ",
                          "1 QUI=", "end 1", "block 2 ", "2 日\"b", "end 2", "block 3 toolu_1run",
                          "3 { \"b\":1e2,\"a\":1 }", "end 3", "block 4 toolu_2run", "4 {}", "end 4",
                          "stop", "end"));
  EXPECT_EQ(last_usage(decoded).usage.source, UsageSource::kReported);
  const std::string chat = encode(kChat, decoded.events, false);
  EXPECT_THAT(chat, HasSubstr(R"("arguments":"{ \"b\":1e2,\"a\":1 }")"));
  EXPECT_THAT(chat, HasSubstr(R"("prompt_tokens":110,"completion_tokens":5)"));
}

TEST(MessagesAnswer, WholeAnswersThatAreNone) {
  const auto error =
      decode(kMessages, R"({"type":"error","error":{"type":"api_error","message":"m"}})", false);
  EXPECT_EQ(told(error), (std::vector<std::string>{"error api_error"}));
  EXPECT_NE(decode(kMessages, "{}", false).error, "");
  EXPECT_NE(decode(kMessages, "[", false).error, "");
  EXPECT_NE(decode(kMessages, kWhole.substr(0, 200), false).error, "");
}

// Through the canonical form and back.
TEST(MessagesAnswer, RoundTrip) {
  const auto decoded = stream(kAll);
  const auto again = stream(encode(kMessages, decoded.events, true));
  EXPECT_EQ(again.error, "");
  EXPECT_EQ(told(again), told(decoded));
  EXPECT_EQ(last_usage(again).usage, last_usage(decoded).usage);
  const auto whole = decode(kMessages, encode(kMessages, decoded.events, false), false);
  EXPECT_EQ(encode(kMessages, whole.events, false), encode(kMessages, decoded.events, false));
  EXPECT_THAT(encode(kMessages, decoded.events, true), Not(HasSubstr("event: error")));
}

}  // namespace
}  // namespace sekisho::wire
