#include "wire/raw_answer.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/limits.h"
#include "wire/random_json_test.h"
#include "wire/raw_answer_testing.h"

namespace sekisho::wire {
namespace {

using testing::Read;
using testing::read;
using K = FrameTextKind;

Read chat(std::string_view bytes) {
  return read(Dialect::kOpenAiChat, true, bytes);
}
Read anthropic(std::string_view bytes) {
  return read(Dialect::kAnthropicMessages, true, bytes);
}

constexpr std::string_view kChat =
    ": hello\n\n"
    R"(data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}],"usage":null})"
    "\n\n"
    R"(data: {"choices":[{"index":0,"delta":{"content":"lo \"you\"","reasoning_content":"think"}}]})"
    "\r\n\r\n"
    R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"run","arguments":"{\"a\":"}}]},"index":0}]})"
    "\n\n"
    R"(data: {"choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":"{}"},"index":1},{"index":0,"function":{"arguments":"1}"}}]}}]})"
    "\n\n"
    R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"service_tier":"flex"})"
    "\n\n"
    R"(data: {"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":10},"completion_tokens_details":{"reasoning_tokens":5}}})"
    "\n\ndata: [DONE]\n\n";

constexpr std::string_view kAnthropic =
    "event: message_start\n"
    R"(data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":30,"cache_read_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":1,"service_tier":"priority","inference_geo":"us","speed":"fast"}}})"
    "\n\n"
    "event: content_block_start\n"
    R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}})"
    "\n\n"
    "event: content_block_delta\n"
    R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})"
    "\n\n"
    "event: content_block_delta\n"
    R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}})"
    "\n\n"
    "event: content_block_stop\n"
    R"(data: {"type":"content_block_stop","index":0})"
    "\n\n"
    "event: ping\ndata: {\"type\": \"ping\"}\n\n"
    "event: content_block_delta\n"
    R"(data: {"delta":{"text":"Hel","type":"text_delta"},"index":1,"type":"content_block_delta"})"
    "\n\n"
    "event: content_block_delta\n"
    R"(data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"lo"}})"
    "\n\n"
    "event: content_block_delta\n"
    R"(data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}})"
    "\n\n"
    "event: message_delta\n"
    R"(data: {"type":"message_delta","delta":{"stop_reason":null},"usage":{"input_tokens":null,"output_tokens":10}})"
    "\n\n"
    "event: message_delta\n"
    R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":null,"cache_read_input_tokens":null,"output_tokens":15,"output_tokens_details":{"thinking_tokens":4}}})"
    "\n\n"
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

Usage usage_of(std::int64_t input, std::int64_t read, std::int64_t w5, std::int64_t w1,
               std::int64_t output, std::int64_t reasoning, UsageSource source) {
  return {input, read, w5, w1, output, reasoning, source};
}

}  // namespace

TEST(RawChat, ReadsTextsUsageAndEndOnTheSide) {
  Read r = chat(kChat);
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.bytes(), kChat);
  EXPECT_EQ(r.texts(), (std::vector<std::pair<K, std::string>>{{K::kText, "Hello \"you\""},
                                                               {K::kReasoning, "think"},
                                                               {K::kToolArguments, "{\"a\":1}"},
                                                               {K::kToolArguments, "{}"}}));
  EXPECT_TRUE(r.answer->complete());
  EXPECT_EQ(r.answer->stop_reason(), "tool_calls");
  EXPECT_EQ(r.answer->served_tier(), "flex");
  EXPECT_EQ(r.answer->usage(), usage_of(30, 60, 10, 0, 20, 5, UsageSource::kReported));
  EXPECT_TRUE(r.frames.at(5).ends_fields);
  EXPECT_TRUE(r.frames.at(6).carries_usage_only);
  EXPECT_FALSE(r.frames.at(5).carries_usage_only);
}

TEST(RawChat, FieldsOfSeveralChoicesEndWithTheLast) {
  Read r = chat(
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}},"
      "{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
  EXPECT_EQ(r.texts().size(), 2U);
  EXPECT_FALSE(r.frames.at(1).ends_fields);
  EXPECT_TRUE(r.frames.at(2).ends_fields);
}

TEST(RawChat, UnknownTextIsSeenToo) {
  Read r = chat(
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"new_text\":\"se\",\"refusal\":\"no\"}}]}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"new_text\":\"cret\"}}],"
      "\"new_top\":\"long enough\"}\n\n");
  EXPECT_EQ(r.texts(), (std::vector<std::pair<K, std::string>>{
                           {K::kText, "secret"}, {K::kText, "no"}, {K::kText, "long enough"}}));
}

TEST(RawChat, RunningUsageIsPartialUntilTheEnd) {
  std::string_view running =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],"
      "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n\n";
  EXPECT_EQ(chat(running).answer->usage(), usage_of(9, 0, 0, 0, 1, 0, UsageSource::kPartial));
  EXPECT_EQ(chat(std::string(running) + "data: [DONE]\n\n").answer->usage().source,
            UsageSource::kReported);
  EXPECT_EQ(chat("data: [DONE]\n\n").answer->usage().source, UsageSource::kMissing);
}

// A usage object is a bill only with prompt and output as whole numbers of zero or more.
TEST(RawChat, FiguresThatCannotBeReadAreNotReported) {
  struct Case {
    const char* usage;
    Usage expected;
  };
  constexpr auto kP = UsageSource::kPartial, kR = UsageSource::kReported;
  for (const auto& [usage, expected] : {
           Case{R"({})", usage_of(0, 0, 0, 0, 0, 0, kP)},
           Case{R"({"prompt_tokens":null})", usage_of(0, 0, 0, 0, 0, 0, kP)},
           Case{R"({"total_tokens":50})", usage_of(0, 0, 0, 0, 0, 0, kP)},
           Case{R"({"prompt_tokens":"10","completion_tokens":"5"})",
                usage_of(0, 0, 0, 0, 0, 0, kP)},
           Case{R"({"prompt_tokens":-5,"completion_tokens":-1})", usage_of(0, 0, 0, 0, 0, 0, kP)},
           Case{R"({"prompt_tokens":10.0,"completion_tokens":1e1})",
                usage_of(0, 0, 0, 0, 0, 0, kP)},
           Case{R"({"prompt_tokens":10})", usage_of(10, 0, 0, 0, 0, 0, kP)},
           Case{R"({"completion_tokens":7})", usage_of(0, 0, 0, 0, 7, 0, kP)},
           Case{R"({"prompt_tokens":10,"total_tokens":15})", usage_of(10, 0, 0, 0, 5, 0, kR)},
           Case{R"({"completion_tokens":5,"total_tokens":15})", usage_of(10, 0, 0, 0, 5, 0, kR)},
           Case{R"({"prompt_tokens":10,"total_tokens":5})", usage_of(10, 0, 0, 0, 0, 0, kP)},
           Case{R"({"input_tokens":10,"output_tokens":5,"input_tokens_details":
                   {"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":2}})",
                usage_of(6, 4, 0, 0, 5, 2, kR)},
       }) {
    std::string choice =
        R"({"choices":[{"index":0,"MESSAGE":{"content":"hi"},"finish_reason":"stop"}],"usage":)" +
        std::string(usage) + "}";
    auto as = [&](const char* message) {
      return std::string(choice).replace(choice.find("MESSAGE"), 7, message);
    };
    EXPECT_EQ(read(Dialect::kOpenAiChat, false, as("message")).answer->usage(), expected) << usage;
    std::string one_line = as("delta");
    std::erase(one_line, '\n');
    auto streamed = chat("data: " + one_line + "\n\ndata: [DONE]\n\n");
    EXPECT_EQ(streamed.answer->usage(), expected) << usage;
  }
}

TEST(RawChat, WholeAnswer) {
  std::string body =
      R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi","tool_calls":[
        {"id":"c1","function":{"name":"f","arguments":"{\"k\":1}"}},
        {"id":"c2","function":{"name":"f","arguments":"{\"k\":2}"}}]},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":3,"completion_tokens":4},"service_tier":"default"})";
  Read r = read(Dialect::kOpenAiChat, false, body, 7);
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.bytes(), body);
  EXPECT_EQ(r.texts(), (std::vector<std::pair<K, std::string>>{{K::kText, "hi"},
                                                               {K::kToolArguments, "{\"k\":1}"},
                                                               {K::kToolArguments, "{\"k\":2}"}}));
  EXPECT_TRUE(r.answer->complete());
  EXPECT_TRUE(r.frames.at(0).ends_fields);
  EXPECT_EQ(r.answer->usage(), usage_of(3, 0, 0, 0, 4, 0, UsageSource::kReported));
}

TEST(RawAnthropic, ReadsTextsUsageAndEndOnTheSide) {
  Read r = anthropic(kAnthropic);
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.bytes(), kAnthropic);
  EXPECT_EQ(r.texts(),
            (std::vector<std::pair<K, std::string>>{
                {K::kReasoning, "hm"}, {K::kText, "Hello"}, {K::kToolArguments, "{\"a\":1}"}}));
  EXPECT_TRUE(r.answer->complete());
  EXPECT_EQ(r.answer->stop_reason(), "end_turn");
  EXPECT_EQ(r.answer->served_tier(), "priority");
  EXPECT_EQ(r.answer->served_fast(), true);
  EXPECT_EQ(r.answer->served_us(), true);
  // Nulls keep what message_start said; the last cumulative figure counts, never the sum.
  EXPECT_EQ(r.answer->usage(), usage_of(25, 7, 10, 20, 15, 4, UsageSource::kReported));
  EXPECT_TRUE(r.frames.at(4).ends_fields);
  EXPECT_FALSE(r.frames.at(3).ends_fields);
}

TEST(RawAnthropic, ACutStreamIsPartialAndIncomplete) {
  Read r = anthropic(kAnthropic.substr(0, kAnthropic.find("event: message_delta")));
  EXPECT_EQ(r.error, "");
  EXPECT_FALSE(r.answer->complete());
  EXPECT_EQ(r.answer->usage(), usage_of(25, 7, 10, 20, 1, 0, UsageSource::kPartial));
}

TEST(RawAnthropic, WithoutFinalFiguresUsageStaysPartial) {
  std::string without(kAnthropic);
  for (std::size_t at; (at = without.find(",\"usage\":{\"input_tokens\":null")) != without.npos;) {
    without.erase(at, without.find("}\n\n", at) - at);
  }
  Read r = anthropic(without);
  EXPECT_EQ(r.error, "");
  EXPECT_TRUE(r.answer->complete());
  EXPECT_EQ(r.answer->usage(), usage_of(25, 7, 10, 20, 1, 0, UsageSource::kPartial));
}

TEST(RawAnthropic, IterationsAreSummedPerKind) {
  Read r = read(Dialect::kAnthropicMessages, false, R"({"type":"message","content":[],
    "stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2,"iterations":[
    {"type":"compaction","input_tokens":100,"output_tokens":10,"cache_read_input_tokens":5},
    {"type":"message","input_tokens":20,"output_tokens":3,"cache_creation_input_tokens":8,
     "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":8}}]}})");
  EXPECT_EQ(r.answer->usage(), usage_of(120, 5, 0, 8, 13, 0, UsageSource::kReported));
}

TEST(RawAnthropic, FiguresThatCannotBeReadAreNotReported) {
  constexpr auto kP = UsageSource::kPartial;
  auto whole = [](std::string usage) {
    return read(Dialect::kAnthropicMessages, false,
                R"({"type":"message","content":[],"stop_reason":"end_turn","usage":)" + usage + "}")
        .answer->usage();
  };
  EXPECT_EQ(whole(R"({"input_tokens":10})"), usage_of(10, 0, 0, 0, 0, 0, kP));
  EXPECT_EQ(whole(R"({"input_tokens":"10","output_tokens":-2})"), usage_of(0, 0, 0, 0, 0, 0, kP));
  EXPECT_EQ(whole(R"({"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":"9"})"),
            usage_of(1, 0, 0, 0, 2, 0, kP));
  EXPECT_EQ(whole(R"({"input_tokens":1,"output_tokens":2,"iterations":[{"input_tokens":5}]})"),
            usage_of(5, 0, 0, 0, 0, 0, kP));
  // The last event has usage, but no output in it: the running figure is not final.
  std::string stream(kAnthropic);
  auto last = stream.find("\"output_tokens\":15");
  stream.replace(last, 18, "\"output_tokens\":null");
  EXPECT_EQ(anthropic(stream).answer->usage().source, kP);
  EXPECT_EQ(anthropic(kAnthropic).answer->usage().source, UsageSource::kReported);
}

TEST(RawAnthropic, WhatTheAnswerDoesNotSayOfItsModeStaysOpen) {
  Read r = read(Dialect::kAnthropicMessages, false,
                R"({"type":"message","content":[],"usage":{"input_tokens":1,"output_tokens":2,
                "speed":"standard"}})");
  EXPECT_EQ(r.answer->served_fast(), false);
  EXPECT_EQ(r.answer->served_us(), std::nullopt);
}

TEST(RawAnthropic, CacheWritesWithoutSplitAreFiveMinutes) {
  Read r = read(Dialect::kAnthropicMessages, false,
                R"({"type":"message","content":[],"usage":{"input_tokens":1,"output_tokens":2,
                "cache_creation_input_tokens":9}})");
  EXPECT_EQ(r.answer->usage(), usage_of(1, 0, 9, 0, 2, 0, UsageSource::kReported));
}

TEST(RawAnthropic, WholeAnswerListsEveryStringOfToolInput) {
  Read r = read(Dialect::kAnthropicMessages, false,
                R"({"type":"message","id":"msg","model":"claude","content":[
    {"type":"thinking","thinking":"hm","signature":"c2lnbmF0dXJl"},{"type":"text","text":"hi"},
    {"type":"tool_use","id":"toolu_1","name":"bash","input":{"command":"ls","x":["a","b"]}},
    {"type":"web_search_tool_result","tool_use_id":"s","content":[
      {"type":"web_search_result","title":"T","encrypted_content":"b3BhcXVl"}]}],
    "stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2}})");
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.texts(), (std::vector<std::pair<K, std::string>>{{K::kReasoning, "hm"},
                                                               {K::kText, "hi"},
                                                               {K::kToolArguments, "ls"},
                                                               {K::kToolArguments, "a"},
                                                               {K::kToolArguments, "b"},
                                                               {K::kText, "T"}}));
  EXPECT_EQ(r.answer->stop_reason(), "tool_use");
}

TEST(RawAnswer, ErrorFramesAreMarked) {
  Read r = chat("data: {\"error\":{\"message\":\"boom\",\"code\":\"x\"}}\n\n");
  EXPECT_TRUE(r.frames.at(0).is_error);
  EXPECT_TRUE(r.frames.at(0).texts.empty());
  EXPECT_EQ(r.frames.at(0).data.of(r.frames.at(0).bytes),
            "{\"error\":{\"message\":\"boom\",\"code\":\"x\"}}");
  r = anthropic(
      "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n");
  EXPECT_TRUE(r.frames.at(0).is_error);
  EXPECT_FALSE(r.answer->complete());
}

TEST(RawAnswer, TheOutcomeDoesNotDependOnTheSplit) {
  for (auto [dialect, bytes] : {std::pair{Dialect::kOpenAiChat, kChat},
                                std::pair{Dialect::kAnthropicMessages, kAnthropic}}) {
    Read whole = read(dialect, true, bytes);
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
      auto answer = make_raw_answer(dialect, true);
      std::vector<RawFrame> frames;
      ASSERT_TRUE(answer->feed(std::string(bytes.substr(0, at)), frames));
      ASSERT_TRUE(answer->feed(std::string(bytes.substr(at)), frames));
      ASSERT_TRUE(answer->finish(frames));
      ASSERT_EQ(frames, whole.frames) << at;
      ASSERT_EQ(answer->usage(), whole.answer->usage());
    }
    EXPECT_EQ(read(dialect, true, bytes, 1).frames, whole.frames);
  }
}

TEST(RawAnswer, AnUnterminatedLastEventIsInspectedOrRefused) {
  std::string_view last = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"tail\"}}]}";
  Read r = chat(last);
  ASSERT_EQ(r.frames.size(), 1U);
  EXPECT_EQ(r.frames[0].bytes, last);
  EXPECT_EQ(r.texts().at(0).second, "tail");
  r = chat(last.substr(0, last.size() - 4));
  EXPECT_TRUE(r.frames.empty());
  EXPECT_EQ(r.error, "upstream stream ended inside an event");
}

TEST(RawAnswer, WhatIsNoJsonDoesNotPassAndTheErrorSticks) {
  auto answer = make_raw_answer(Dialect::kOpenAiChat, true);
  std::vector<RawFrame> frames;
  auto fed = answer->feed("data: <html>\n\ndata: {}\n\n", frames);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Code::kUpstreamFailed);
  EXPECT_TRUE(frames.empty());
  EXPECT_FALSE(answer->feed("data: {}\n\n", frames));
  EXPECT_FALSE(answer->finish(frames));
  EXPECT_TRUE(frames.empty());
  EXPECT_NE(read(Dialect::kOpenAiChat, false, "<html>").error, "");
  EXPECT_NE(read(Dialect::kAnthropicMessages, false, "").error, "");
  Read half = read(Dialect::kOpenAiChat, false, "{\"choices\":[]");
  EXPECT_NE(half.error, "");
  EXPECT_FALSE(half.answer->complete());
}

TEST(RawAnswer, OfEventsWithoutDataOnlyKnownLinesPass) {
  for (std::string_view fine :
       {": ping\n\n", "\n", "event: ping\nid: 1\r\nretry: 5\n\n", "data\n\n"}) {
    Read r = read(Dialect::kOpenAiChat, true, std::string(fine));
    EXPECT_EQ(r.error, "") << fine;
    EXPECT_EQ(r.bytes(), fine);
  }
  for (std::string_view garbage :
       {"\xDE\xAD words\n\n", ": ping\nsecret text\n\n", "date: x\n\n"}) {
    Read r = read(Dialect::kOpenAiChat, true, std::string(garbage));
    EXPECT_NE(r.error, "") << garbage;
    EXPECT_TRUE(r.frames.empty());
  }
}

TEST(RawAnswer, AByteOrderMarkAtTheStartIsLeftOut) {
  for (std::string_view first : {": hello\n\n", "data: {\"choices\":[]}\n\n"}) {
    Read r = chat("\xef\xbb\xbf" + std::string(first) + "data: [DONE]\n\n");
    EXPECT_EQ(r.error, "");
    EXPECT_EQ(r.bytes(), std::string(first) + "data: [DONE]\n\n");
  }
}

TEST(RawAnswer, ALeftOutDoneIsAddedOnceEveryChoiceHasFinished) {
  const std::string text = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n";
  const std::string stop =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";
  Read r = chat(text + stop + "\n\n");
  EXPECT_TRUE(r.answer->complete());
  EXPECT_EQ(r.bytes(), text + stop + "\n\ndata: [DONE]\n\n");
  EXPECT_TRUE(r.frames.back().ends_fields);
  EXPECT_EQ(chat(text + stop).bytes(), text + stop + "\n\ndata: [DONE]\n\n");
  EXPECT_FALSE(chat(text).answer->complete());
  EXPECT_EQ(chat(text).bytes(), text);
  const std::string other =
      "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"hi\"}}]}\n\n";
  EXPECT_FALSE(chat(text + other + stop + "\n\n").answer->complete());
  EXPECT_FALSE(anthropic("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
                         "\"end_turn\"}}\n\n")
                   .answer->complete());
}

TEST(RawAnswer, ErrorsAreKnownByEveryFormThatServersGiveThem) {
  for (std::string_view error :
       {"data: {\"error\":\"oops\"}\n\n", "data: {\"object\":\"error\",\"code\":400}\n\n",
        "event: error\ndata: {\"code\":500,\"message\":\"x\"}\n\n"}) {
    Read r = chat(error);
    EXPECT_TRUE(r.frames.at(0).is_error) << error;
    EXPECT_TRUE(r.frames.at(0).ends_fields) << error;
  }
  Read whole = read(Dialect::kOpenAiChat, false, "{\"error\":{\"message\":\"boom\"}}");
  EXPECT_TRUE(whole.frames.at(0).is_error);
  EXPECT_FALSE(whole.answer->complete());
}

TEST(RawAnswer, DataOnSeveralLinesIsPutOntoOne) {
  Read r = anthropic(
      "event: content_block_delta\nid: 7\ndata: {\"type\":\"content_block_delta\",\"index\":0,\n"
      "data: \"delta\":{\"text\":\"x\"}}\n\n");
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(
      r.bytes(),
      "event: content_block_delta\nid: 7\ndata: {\"type\":\"content_block_delta\",\"index\":0, "
      "\"delta\":{\"text\":\"x\"}}\n\n");
  EXPECT_EQ(r.texts().at(0).second, "x");
}

TEST(RawAnswer, LimitsOfFramesBodiesAndIndexes) {
  std::string huge = "data: \"" + std::string(limits::kSseFrameBytes, 'a');
  EXPECT_NE(chat(huge).error, "");
  auto whole = make_raw_answer(Dialect::kOpenAiChat, false);
  std::vector<RawFrame> frames;
  std::string megabyte(1 << 20, ' ');
  for (std::size_t i = 0; i < limits::kResponseBodyBytes >> 20; ++i) {
    ASSERT_TRUE(whole->feed(megabyte, frames));
  }
  EXPECT_FALSE(whole->feed(" ", frames));
  EXPECT_NE(chat("data: {\"choices\":[{\"index\":128}]}\n\n").error, "");
  EXPECT_NE(chat("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":512}]}}]}\n\n").error,
            "");
  EXPECT_NE(anthropic("data: {\"index\":65536}\n\n").error, "");
}

TEST(RewriteFrame, ReplacesTextsAndNothingElse) {
  RawFrame frame =
      chat("data:  {\"choices\": [{\"delta\":{\"content\":\"a\\n\",\"reasoning\":\"b\"}}]}\r\n\r\n")
          .frames.at(0);
  ASSERT_EQ(frame.texts.size(), 2U);
  EXPECT_EQ(
      rewrite_frame(frame, {{0, "x\"y"}}),
      "data:  {\"choices\": [{\"delta\":{\"content\":\"x\\\"y\",\"reasoning\":\"b\"}}]}\r\n\r\n");
  EXPECT_EQ(rewrite_frame(frame, {{1, ""}, {0, "z"}}),
            "data:  {\"choices\": [{\"delta\":{\"content\":\"z\",\"reasoning\":\"\"}}]}\r\n\r\n");
  EXPECT_EQ(rewrite_frame(frame, {}), frame.bytes);
}

// Any JSON may come from an upstream: nothing crashes, frames are the stream's bytes, texts lie in
// the frame and are whole strings.
TEST(RawAnswer, TakesAnyJson) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomJson random(seed);
    std::string bytes(random.chance(50) ? kChat : kAnthropic);
    for (int i = 0; i < 3; ++i) bytes = random.mutate(bytes);
    for (auto dialect : {Dialect::kOpenAiChat, Dialect::kAnthropicMessages}) {
      Read r = read(dialect, true, bytes, 1 + random.below(200));
      for (const RawFrame& frame : r.frames) {
        for (const FrameText& text : frame.texts) {
          RC_ASSERT(text.raw.end < frame.bytes.size());
          RC_ASSERT(frame.bytes[text.raw.begin - 1] == '"');
          RC_ASSERT(frame.bytes[text.raw.end] == '"');
        }
      }
      (void)read(dialect, false, bytes, 50);
    }
  }));
}

}  // namespace sekisho::wire
