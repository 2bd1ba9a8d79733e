#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/aws/event_stream.h"
#include "wire/raw_answer_testing.h"

namespace sekisho::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using testing::Read;
using K = FrameTextKind;

std::string event(std::string_view type, std::string_view json) {
  return aws::encode_event(type, json);
}

std::string whole_stream() {
  return event("messageStart", R"({"role":"assistant","p":"abc"})") +
         event("contentBlockDelta",
               R"({"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}},"p":"abcd"})") +
         event("contentBlockDelta",
               R"({"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}})") +
         event("contentBlockStop", R"({"contentBlockIndex":0})") +
         event("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"Hel"}})") +
         event("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"l\u006f"}})") +
         event("contentBlockStop", R"({"contentBlockIndex":1})") +
         event("contentBlockStart",
               R"({"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t","name":"run"}}})") +
         event("contentBlockDelta",
               R"({"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"a\":1}"}}})") +
         event("contentBlockStop", R"({"contentBlockIndex":2})") +
         event("messageStop", R"({"stopReason":"tool_use"})") +
         event("metadata",
               R"({"usage":{"inputTokens":10,"outputTokens":20,"totalTokens":35,)"
               R"("cacheReadInputTokens":2,"cacheWriteInputTokens":3,)"
               R"("cacheDetails":[{"ttl":"1h","inputTokens":3}]},"metrics":{"latencyMs":5},)"
               R"("serviceTier":{"type":"flex"}})");
}

Read read(std::string_view bytes, std::size_t step = 1 << 20) {
  return testing::read(Dialect::kBedrockConverse, true, bytes, step);
}

}  // namespace

TEST(RawAnswerConverse, KeepsTheBytesAndReadsTheSide) {
  const Read r = read(whole_stream());
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.bytes(), whole_stream());
  EXPECT_THAT(r.texts(), ElementsAre(Pair(K::kReasoning, "hm"), Pair(K::kText, "Hello"),
                                     Pair(K::kToolArguments, R"({"a":1})")));
  EXPECT_TRUE(r.answer->complete());
  EXPECT_EQ(r.answer->stop_reason(), "tool_use");
  EXPECT_EQ(r.answer->served_tier(), "flex");
  const Usage& u = r.answer->usage();
  EXPECT_EQ(u.source, UsageSource::kReported);
  EXPECT_EQ(u.input, 10);
  EXPECT_EQ(u.cache_read, 2);
  EXPECT_EQ(u.cache_write_1h, 3);
  EXPECT_EQ(u.output, 20);
}

TEST(RawAnswerConverse, IsTheSameHoweverItIsCut) {
  const auto bytes = whole_stream();
  const Read whole = read(bytes);
  for (std::size_t step = 1; step < bytes.size(); ++step) EXPECT_TRUE(read(bytes, step) == whole);
}

TEST(RawAnswerConverse, ARewrittenTextHasRightLengthsAndChecksums) {
  const auto bytes = event("contentBlockDelta",
                           R"({"contentBlockIndex":0,"delta":{"text":"AKIA secret"},"p":"ab"})");
  const Read r = read(bytes);
  ASSERT_EQ(r.frames.size(), 1U);
  EXPECT_EQ(rewrite_frame(r.frames[0], {{0, "[REDACTED:\"x\"]"}}),
            event("contentBlockDelta",
                  R"({"contentBlockIndex":0,"delta":{"text":"[REDACTED:\"x\"]"},"p":"ab"})"));
}

TEST(RawAnswerConverse, FieldsAreCompleteOnlyWhenNoBlockIsOpen) {
  const Read r =
      read(event("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"a"}})") +
           event("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"b"}})") +
           event("contentBlockStop", R"({"contentBlockIndex":0})") +
           event("contentBlockStop", R"({"contentBlockIndex":1})"));
  ASSERT_EQ(r.frames.size(), 4U);
  EXPECT_FALSE(r.frames[2].ends_fields);
  EXPECT_TRUE(r.frames[3].ends_fields);
  EXPECT_FALSE(r.answer->complete());
}

TEST(RawAnswerConverse, MetadataMayComeBeforeTheStop) {
  const Read r = read(event("metadata", R"({"usage":{"inputTokens":1,"outputTokens":2}})") +
                      event("messageStop", R"({"stopReason":"end_turn"})"));
  EXPECT_TRUE(r.answer->complete());
  const Read without = read(event("messageStop", R"({"stopReason":"end_turn"})"));
  EXPECT_TRUE(without.answer->complete());
  EXPECT_EQ(without.answer->usage().source, UsageSource::kMissing);
}

TEST(RawAnswerConverse, ExceptionsAndErrorsAreTold) {
  const Read r = read(aws::encode_exception("throttlingException", R"({"message":"slow down"})"));
  ASSERT_EQ(r.frames.size(), 1U);
  EXPECT_TRUE(r.frames[0].is_error);
  EXPECT_EQ(r.frames[0].bytes, R"({"__type":"throttlingException","message":"slow down"})");
  aws::EventMessage error;
  error.headers = {{":message-type", 7, "error"},
                   {":error-code", 7, "InternalError"},
                   {":error-message", 7, "oh"}};
  EXPECT_TRUE(read(aws::encode_message(error)).frames.at(0).is_error);
}

TEST(RawAnswerConverse, WhatCannotBeReadDoesNotPass) {
  auto broken = whole_stream();
  broken[150] = static_cast<char>(broken[150] ^ 1);
  EXPECT_NE(read(broken).error, "");
  EXPECT_NE(read(event("contentBlockDelta", "{\"a\":")).error, "");
  const auto cut = whole_stream();
  EXPECT_EQ(read(cut.substr(0, cut.size() - 3)).error, "upstream stream ended inside a frame");
}

TEST(RawAnswerConverse, WholeAnswer) {
  constexpr std::string_view kBody =
      R"({"output":{"message":{"role":"assistant","content":[{"text":"hi"},)"
      R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},)"
      R"({"toolUse":{"toolUseId":"tooluse_1","name":"run","input":{"name":"ls","n":1}}}]}},)"
      R"("stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},)"
      R"("metrics":{"latencyMs":5},"trace":{"guardrail":{"modelOutput":["what it wrote"]}}})";
  const Read r = testing::read(Dialect::kBedrockConverse, false, kBody);
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.bytes(), kBody);
  EXPECT_THAT(r.texts(),
              ElementsAre(Pair(K::kText, "hi"), Pair(K::kReasoning, "hm"),
                          Pair(K::kToolArguments, "ls"), Pair(K::kText, "what it wrote")));
  EXPECT_TRUE(r.answer->complete());
  EXPECT_EQ(r.answer->usage().output, 2);
  EXPECT_EQ(r.answer->stop_reason(), "tool_use");
}

}  // namespace sekisho::wire
