#include "wire/bedrock/invoke_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "wire/aws/event_stream.h"
#include "wire/raw_answer_testing.h"

namespace sekisho::wire::bedrock {
namespace {

using ::testing::HasSubstr;
using wire::testing::Read;

std::string base64(std::string_view bytes) {
  std::string out(4 * (bytes.size() / 3 + 1) + 1, '\0');
  auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                              reinterpret_cast<const unsigned char*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string chunk(std::string_view json) {
  return aws::encode_event("chunk", "{\"bytes\":\"" + base64(json) + "\",\"p\":\"abcdef\"}");
}

Read read(std::string_view bytes, std::size_t step = 1 << 20) {
  return wire::testing::read(make_invoke_stream(), bytes, step);
}

const std::string kStart =
    R"({"type":"message_start","message":{"id":"msg_bdrk_1","type":"message","role":"assistant",)"
    R"("model":"claude-sonnet-4-6","content":[],"stop_reason":null,"usage":{"input_tokens":25,)"
    R"("cache_creation_input_tokens":30,"cache_read_input_tokens":7,"cache_creation":)"
    R"({"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":1}}})";
const std::string kDelta =
    R"({ "delta":{"text":"Hel\u006co","type":"text_delta"},"index":0,"type":"content_block_delta"})";
const std::string kEnd =
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}})";
const std::string kStop =
    R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":25,)"
    R"("outputTokenCount":15,"invocationLatency":100,"firstByteLatency":10}})";

std::string whole() {
  return chunk(kStart) + chunk(kDelta) + chunk(kEnd) + chunk(kStop);
}

TEST(InvokeAnswer, EventsComeOutWithTheBytesOfTheirJson) {
  Read r = read(whole());
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.bytes(), "event: message_start\ndata: " + kStart +
                           "\n\nevent: content_block_delta\ndata: " + kDelta +
                           "\n\nevent: message_delta\ndata: " + kEnd +
                           "\n\nevent: message_stop\ndata: " + kStop + "\n\n");
  EXPECT_TRUE(r.answer->complete());
  EXPECT_EQ(r.answer->stop_reason(), "end_turn");
  ASSERT_EQ(r.frames.size(), 4U);
  ASSERT_EQ(r.frames[1].texts.size(), 1U);
  EXPECT_EQ(r.frames[1].texts[0].raw.of(r.frames[1].bytes), R"(Hel\u006co)");
}

// The closing metrics may lack the cache counts; those of the beginning stay.
TEST(InvokeAnswer, UsageKeepsTheCacheCounts) {
  EXPECT_EQ(read(whole()).answer->usage(), (Usage{25, 7, 10, 20, 15, 0, UsageSource::kReported}));
}

TEST(InvokeAnswer, HowItIsCutChangesNothing) {
  const std::string exception =
      aws::encode_exception("throttlingException", R"({"message":"slow"})");
  for (const std::string& bytes :
       {whole(), chunk(kStart) + exception, chunk(kStart) + "junkjunkjunk"}) {
    Read all = read(bytes);
    for (std::size_t step : {1U, 2U, 7U, 13U, 64U, 200U}) {
      Read cut = read(bytes, step);
      EXPECT_EQ(cut.frames, all.frames) << step;
      EXPECT_EQ(cut.error, all.error) << step;
      EXPECT_EQ(cut.answer->usage(), all.answer->usage()) << step;
      EXPECT_EQ(cut.answer->complete(), all.answer->complete()) << step;
    }
  }
}

TEST(InvokeAnswer, AnExceptionIsAnErrorEvent) {
  Read r = read(chunk(kStart) +
                aws::encode_exception("throttlingException", R"({"message":"slow \"down\""})"));
  ASSERT_EQ(r.frames.size(), 2U);
  EXPECT_TRUE(r.frames[1].is_error);
  EXPECT_EQ(
      r.frames[1].bytes,
      "event: error\n"
      R"(data: {"type":"error","error":{"type":"throttlingException","message":"slow \"down\""}})"
      "\n\n");
  aws::EventMessage error;
  error.headers = {{":message-type", 7, "error"},
                   {":error-code", 7, "InternalFailure"},
                   {":error-message", 7, "broke"}};
  r = read(aws::encode_message(error));
  ASSERT_EQ(r.frames.size(), 1U);
  EXPECT_TRUE(r.frames[0].is_error);
  EXPECT_THAT(r.frames[0].bytes, HasSubstr(R"("type":"InternalFailure","message":"broke")"));
}

TEST(InvokeAnswer, LineBreaksBetweenTokensBecomeBlanks) {
  Read r = read(chunk("{\r\n\"type\":\n\"ping\"}"));
  EXPECT_EQ(r.bytes(), "event: ping\ndata: {  \"type\": \"ping\"}\n\n");
}

TEST(InvokeAnswer, WhatCannotBeReadDoesNotPass) {
  auto error = [](const std::string& bytes) {
    Read r = read(chunk(kStart) + bytes + chunk(kStop));
    EXPECT_FALSE(r.answer->complete());
    EXPECT_EQ(r.frames.size(), 1U);  // what came before the fault is the client's
    std::vector<RawFrame> more;
    EXPECT_FALSE(r.answer->feed(chunk(kStop), more));  // it sticks
    EXPECT_TRUE(more.empty());
    return r.error;
  };
  EXPECT_THAT(error(aws::encode_event("chunk", R"({"bytes":"!!"})")), HasSubstr("base64"));
  EXPECT_THAT(error(aws::encode_event("chunk", "[]")), HasSubstr("JSON"));
  EXPECT_THAT(error(aws::encode_event("chunk", "{}")), HasSubstr("JSON"));
  EXPECT_THAT(error(chunk("{\"type\":\"ping\"")), HasSubstr("JSON"));
  EXPECT_THAT(error(chunk("{}")), HasSubstr("no type"));
  EXPECT_THAT(error(chunk(R"({"type":"a\nb"})")), HasSubstr("no type"));
  std::string bad = chunk(kDelta);
  bad.back() = static_cast<char>(bad.back() ^ 1);
  EXPECT_THAT(error(bad), HasSubstr("checksum"));
}

TEST(InvokeAnswer, ACutInsideAFrameIsNoEnd) {
  const std::string bytes = whole();
  Read r = read(std::string_view(bytes).substr(0, bytes.size() - 3));
  EXPECT_THAT(r.error, HasSubstr("cut inside a frame"));
  EXPECT_FALSE(r.answer->complete());
}

TEST(InvokeAnswer, OtherEventsArePassedOver) {
  Read r = read(aws::encode_event("later", R"({"x":1})") + chunk(kStart));
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.frames.size(), 1U);
}

}  // namespace
}  // namespace sekisho::wire::bedrock
