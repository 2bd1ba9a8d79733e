#include "wire/bedrock/answer_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/aws/event_stream.h"
#include "wire/raw_answer_testing.h"

namespace sekisho::wire::bedrock {
namespace {

using Kind = AnswerEvent::Kind;
using B = AnswerEvent::Block;

AnswerEvent event(Kind kind) {
  AnswerEvent out;
  out.kind = kind;
  return out;
}

AnswerEvent block(Kind kind, B type, std::uint32_t index, std::string text = {}) {
  AnswerEvent out = event(kind);
  out.block = type;
  out.index = index;
  out.text = std::move(text);
  return out;
}

// One of everything.
std::vector<AnswerEvent> everything() {
  std::vector<AnswerEvent> all{event(Kind::kStart)};
  all.push_back(block(Kind::kBlockStart, B::kReasoning, 0));
  all.push_back(block(Kind::kDelta, B::kReasoning, 0, "hm"));
  all.push_back(block(Kind::kDelta, B::kReasoning, 0));
  all.back().signature = "c2ln";
  all.push_back(block(Kind::kBlockStop, B::kReasoning, 0));
  all.push_back(block(Kind::kBlockStart, B::kText, 1));
  all.push_back(block(Kind::kDelta, B::kText, 1, "Hel"));
  all.push_back(block(Kind::kDelta, B::kText, 1, "lo \"you\""));
  all.push_back(block(Kind::kBlockStop, B::kText, 1));
  all.push_back(block(Kind::kBlockStart, B::kToolCall, 2));
  all.back().tool_id = "tooluse_1";
  all.back().tool_name = "run_1";
  all.push_back(block(Kind::kDelta, B::kToolCall, 2, R"({"a":)"));
  all.push_back(block(Kind::kDelta, B::kToolCall, 2, "1.0}"));
  all.push_back(block(Kind::kBlockStop, B::kToolCall, 2));
  all.push_back(event(Kind::kStop));
  all.back().stop = StopReason::kToolUse;
  all.push_back(event(Kind::kUsage));
  all.back().usage = {.input = 10, .cache_read = 2, .cache_write_1h = 3, .output = 20};
  all.back().usage.source = UsageSource::kReported;
  all.push_back(event(Kind::kEnd));
  return all;
}

AnswerEncoding encoding(bool stream) {
  AnswerEncoding out;
  out.stream = stream;
  out.estimated_prompt = 7;
  out.tool_names.add({"run_1", "run it", false});
  return out;
}

std::string encode(const std::vector<AnswerEvent>& events, bool stream) {
  auto encoder = make_converse_encoder(encoding(stream));
  std::string out;
  for (const auto& one : events) encoder->encode(one, out);
  return out;
}

constexpr std::string_view kUsage =
    R"("usage":{"inputTokens":10,"outputTokens":20,"totalTokens":35,"cacheReadInputTokens":2,)"
    R"("cacheWriteInputTokens":3,"cacheDetails":[{"ttl":"1h","inputTokens":3}]},)"
    R"("metrics":{"latencyMs":0})";

}  // namespace

TEST(ConverseEncoder, Stream) {
  aws::EventStreamDecoder decoder;
  std::vector<aws::EventMessage> messages;
  ASSERT_TRUE(decoder.feed(encode(everything(), true), messages));
  std::string lines;
  for (const auto& m : messages) {
    EXPECT_EQ(m.header(":message-type"), "event");
    lines += std::string(m.header(":event-type")) + " " + m.payload + "\n";
  }
  EXPECT_EQ(lines,
            R"(messageStart {"role":"assistant"}
contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}
contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}
contentBlockStop {"contentBlockIndex":0}
contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"Hel"}}
contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"lo \"you\""}}
contentBlockStop {"contentBlockIndex":1}
contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"tooluse_1","name":"run it"}}}
contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"a\":"}}}
contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"1.0}"}}}
contentBlockStop {"contentBlockIndex":2}
messageStop {"stopReason":"tool_use"}
metadata {)" + std::string(kUsage) +
                "}\n");
}

TEST(ConverseEncoder, Whole) {
  EXPECT_EQ(encode(everything(), false),
            R"({"output":{"message":{"role":"assistant","content":[)"
            R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},)"
            R"({"text":"Hello \"you\""},)"
            R"({"toolUse":{"toolUseId":"tooluse_1","name":"run it","input":{"a":1.0}}}]}},)"
            R"("stopReason":"tool_use",)" +
                std::string(kUsage) + "}");
}

TEST(ConverseEncoder, Case15StopReasonsAndTheSequence) {
  struct Row {
    StopReason stop;
    const char* name;
  };
  for (const auto [stop, name] :
       {Row{StopReason::kEndTurn, "end_turn"}, Row{StopReason::kMaxTokens, "max_tokens"},
        Row{StopReason::kContentFilter, "content_filtered"},
        Row{StopReason::kPauseTurn, "end_turn"},
        Row{StopReason::kContextWindow, "model_context_window_exceeded"}}) {
    auto end = event(Kind::kStop);
    end.stop = stop;
    EXPECT_THAT(encode({end, event(Kind::kEnd)}, false), ::testing::HasSubstr(name));
  }
  auto end = event(Kind::kStop);
  end.stop = StopReason::kStopSequence;
  end.stop_sequence = "###";
  EXPECT_THAT(encode({end}, true),
              ::testing::HasSubstr(R"("additionalModelResponseFields":{"stop_sequence":"###"})"));
}

TEST(ConverseEncoder, Case18WithoutFiguresItEstimates) {
  const auto out = encode({event(Kind::kStart), block(Kind::kDelta, B::kText, 0, "12345678"),
                           event(Kind::kStop), event(Kind::kEnd)},
                          true);
  EXPECT_THAT(out, ::testing::HasSubstr(R"("inputTokens":7,"outputTokens":2,"totalTokens":9)"));
}

TEST(ConverseEncoder, Case22ArgumentsThatAreNoObject) {
  auto call = [](std::string arguments) {
    return encode({block(Kind::kBlockStart, B::kToolCall, 0),
                   block(Kind::kDelta, B::kToolCall, 0, std::move(arguments)), event(Kind::kEnd)},
                  false);
  };
  EXPECT_THAT(call(R"({"a":)"), ::testing::HasSubstr(R"("input":{"_raw":"{\"a\":"}})"));
  EXPECT_THAT(call(""), ::testing::HasSubstr(R"("input":{})"));
}

TEST(ConverseEncoder, WhatItWritesIsReadAsItWas) {
  for (bool stream : {true, false}) {
    const auto bytes = encode(everything(), stream);
    for (std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
      auto decoder = make_converse_decoder(stream);
      std::vector<AnswerEvent> events;
      for (std::size_t at = 0; at < bytes.size(); at += step) {
        ASSERT_TRUE(decoder->feed(std::string_view(bytes).substr(at, step), events));
      }
      ASSERT_TRUE(decoder->finish(events));
      EXPECT_EQ(encode(events, false), encode(everything(), false));
    }
  }
}

TEST(ConverseEncoder, ErrorsAreExceptions) {
  auto error = event(Kind::kError);
  error.text = "it broke";
  EXPECT_EQ(encode({error}, true),
            aws::encode_exception("modelStreamErrorException", R"({"message":"it broke"})"));
}

}  // namespace sekisho::wire::bedrock
