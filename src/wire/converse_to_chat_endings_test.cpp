// Converse → OpenAI chat: how answers end: stop reasons, usage, errors, streamed and not.
// Each translation case has tests in its own name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/converse_to_chat_testing.h"

namespace sekisho::wire {
namespace {

using testing::HasSubstr;
using namespace testing_converse;

TEST(Case15StopReasons, AreMapped) {
  const std::pair<const char*, const char*> reasons[] = {
      {"end_turn", "stop"},
      {"tool_use", "tool_calls"},
      {"max_tokens", "length"},
      {"stop_sequence", "stop"},
      {"guardrail_intervened", "content_filter"},
      {"content_filtered", "content_filter"},
      {"refusal", "content_filter"},
      {"pause_turn", "stop"},
      {"model_context_window_exceeded", "length"},
      {"something_new", "stop"}};
  for (const auto& [upstream, client] : reasons) {
    const auto out = decode(kStartEvent + text(0, "x") + message_stop(upstream) + metadata());
    EXPECT_EQ(deltas(encode(out.events)).back(), client) << upstream;
    EXPECT_THAT(choice(encode(decode(whole(R"({"text":"x"})", upstream), false).events, false)),
                HasSubstr(R"("finish_reason":")" + std::string(client)))
        << upstream;
  }
}

TEST(Case15StopReasons, MalformedOutputIsAnErrorAfterItsUsage) {
  for (const std::string reason : {"malformed_model_output", "malformed_tool_use"}) {
    const auto out = decode(kStartEvent + text(0, "x") + message_stop(reason) + metadata());
    EXPECT_EQ(out.events[out.events.size() - 2].kind, Kind::kUsage) << "it is billed";
    const auto all = payloads(encode(out.events));
    EXPECT_THAT(all.back(),
                HasSubstr(R"({"error":{"message":"The model's answer was malformed.")"));
    EXPECT_THAT(encode(decode(whole("", reason), false).events, false), HasSubstr(R"({"error":)"));
  }
}

TEST(Case15StopReasons, ACallAlwaysMeansToolCalls) {
  const auto out = decode(kStartEvent + tool_start(0, "a") + block_stop(0) +
                          message_stop("end_turn") + metadata());
  EXPECT_EQ(deltas(encode(out.events)).back(), "tool_calls");
}

TEST(Case16Stop, TheSequenceThatFiredIsKnown) {
  for (const std::string fields :
       {R"({"stop_sequence":"END"})", R"({"delta":{"stop_sequence":"END"}})"}) {
    const auto out =
        decode(kStartEvent + text(0, "x") +
               message_stop("stop_sequence", R"(,"additionalModelResponseFields":)" + fields));
    EXPECT_EQ(out.events[out.events.size() - 2].stop_sequence, "END");
  }
}

Usage usage_of(const std::string& json, bool stream = true) {
  const auto out =
      stream ? decode(kStartEvent + message_stop("end_turn") + metadata(json))
             : decode(R"({"output":{"message":{"content":[]}},"stopReason":"end_turn","usage":)" +
                          json + "}",
                      false);
  for (const AnswerEvent& one : out.events) {
    if (one.kind == Kind::kUsage) return one.usage;
  }
  return {};
}

Usage tokens(std::int64_t input, std::int64_t read, std::int64_t write_5m, std::int64_t write_1h,
             std::int64_t output) {
  Usage usage;
  usage.input = input;
  usage.cache_read = read;
  usage.cache_write_5m = write_5m;
  usage.cache_write_1h = write_1h;
  usage.output = output;
  usage.source = UsageSource::kReported;
  return usage;
}

TEST(Case18Usage, ArithmeticInBothShapes) {
  for (const bool stream : {true, false}) {
    EXPECT_EQ(usage_of(kUsageJson, stream), tokens(10, 70, 30, 0, 5)) << "twins are not added";
    EXPECT_EQ(usage_of(R"({"inputTokens":110,"outputTokens":5,"totalTokens":115,)"
                       R"("cacheReadInputTokens":70,"cacheWriteInputTokens":30})",
                       stream),
              tokens(10, 70, 30, 0, 5))
        << "input includes the cache when the total says so";
    EXPECT_EQ(usage_of(R"({"inputTokens":10,"outputTokens":5,"totalTokens":15})", stream),
              tokens(10, 0, 0, 0, 5));
    EXPECT_EQ(usage_of(R"({"inputTokens":10,"outputTokens":5})", stream), tokens(10, 0, 0, 0, 5));
    for (const std::string hour : {"1h", "T1H", "PT1H"}) {
      EXPECT_EQ(usage_of(R"({"inputTokens":1,"outputTokens":2,"totalTokens":83,)"
                         R"("cacheWriteInputTokens":80,"cacheDetails":[{"ttl":")" +
                             hour + R"(","inputTokens":50},{"ttl":"T5M","inputTokens":30}]})",
                         stream),
                tokens(1, 0, 30, 50, 2));
    }
    EXPECT_EQ(usage_of(R"({"inputTokens":1,"outputTokens":2,"totalTokens":53,)"
                       R"("cacheDetails":[{"ttl":"1h","inputTokens":50}]})",
                       stream),
              tokens(1, 0, 0, 50, 2))
        << "one-hour writes show only in cacheDetails";
    EXPECT_EQ(usage_of(R"({"inputTokens":500,"outputTokens":100,"totalTokens":600,)"
                       R"("cacheDetails":[{"ttl":"1h","inputTokens":400}]})",
                       stream),
              tokens(500, 0, 0, 400, 100))
        << "a total need not know them";
    for (const std::string nonsense :
         {R"({"inputTokens":-5,"outputTokens":99999999999999999999})", R"({"totalTokens":50})",
          R"({"inputTokens":"0","outputTokens":0.0})", "{}"}) {
      auto none = tokens(0, 0, 0, 0, 0);
      none.source = UsageSource::kPartial;
      EXPECT_EQ(usage_of(nonsense, stream), none) << "nonsense is not booked, nor final";
    }
    auto half = tokens(10, 0, 0, 0, 0);
    half.source = UsageSource::kPartial;
    EXPECT_EQ(usage_of(R"({"inputTokens":10})", stream), half) << "the output is not free";
  }
}

TEST(Case18Usage, ThinkingTokensAreThePartOfOutputThatWasAskedFor) {
  const auto out =
      decode(kStartEvent + text(0, "x") +
             message_stop("end_turn",
                          R"(,"additionalModelResponseFields":{"usage":{"output_tokens_details":)"
                          R"({"thinking_tokens":3}}})") +
             metadata());
  EXPECT_EQ(out.events[out.events.size() - 2].usage.reasoning, 3);
  EXPECT_THAT(encode(out.events), HasSubstr(R"("reasoning_tokens":3)"));
}

TEST(Case18Usage, TheServedTierIsReported) {
  const auto out =
      decode(kStartEvent + message_stop("end_turn") +
             event("metadata", R"({"serviceTier":{"type":"flex"},"usage":)" + kUsageJson + "}"));
  EXPECT_THAT(encode(out.events), HasSubstr(R"("service_tier":"flex")"));
}

TEST(Case25Errors, ExceptionsInTheStreamBecomeAnErrorOfTheDialect) {
  const auto out =
      decode(kStartEvent + text(0, "x") +
             aws::encode_exception("throttlingException",
                                   R"({"message":"arn:aws:bedrock:123456789012 busy"})") +
             text(0, "never"));
  EXPECT_EQ(out.error, "");
  ASSERT_EQ(out.events.back().kind, Kind::kError);
  EXPECT_EQ(out.events.back().error.code, Code::kUpstreamThrottled);
  EXPECT_THAT(out.events.back().error.detail, HasSubstr("busy")) << "for the operator";
  const auto all = payloads(encode(out.events));
  EXPECT_EQ(all.back(),
            R"({"error":{"message":"The model provider is limiting requests; try again )"
            R"(in a moment.","type":"rate_limit_error","param":null,)"
            R"("code":"rate_limit_exceeded"}})");
}

TEST(Case25Errors, EachExceptionHasItsCode) {
  const std::pair<const char*, Code> codes[] = {
      {"validationException", Code::kUpstreamRejected},
      {"internalServerException", Code::kUpstreamFailed},
      {"modelStreamErrorException", Code::kUpstreamFailed},
      {"serviceUnavailableException", Code::kUpstreamOverloaded},
      {"modelNotReadyException", Code::kUpstreamThrottled},
      {"modelTimeoutException", Code::kUpstreamTimeout},
      {"newException", Code::kUpstreamFailed}};
  for (const auto& [name, code] : codes) {
    const auto out = decode(aws::encode_exception(name, R"({"message":"m"})"));
    ASSERT_EQ(out.events.size(), 1U);
    EXPECT_EQ(out.events[0].error.code, code) << name;
  }
  aws::EventMessage transport;
  transport.headers = {{":message-type", 7, "error"},
                       {":error-code", 7, "InternalError"},
                       {":error-message", 7, "gone"}};
  EXPECT_EQ(decode(aws::encode_message(transport)).events.at(0).error.code, Code::kUpstreamFailed);
}

TEST(Case25Errors, ContextOverflowKeepsItsWording) {
  const auto out =
      decode(aws::encode_exception("validationException", R"({"message":"Input is too long."})"));
  EXPECT_EQ(out.events[0].error.code, Code::kContextOverflow);
  EXPECT_EQ(out.events[0].text, "Input is too long.");
  EXPECT_THAT(encode(out.events), HasSubstr("context_length_exceeded"));
}

TEST(Case25Errors, ContextOverflowNamesNoAccount) {
  const auto out = decode(aws::encode_exception(
      "validationException",
      R"({"message":"arn:aws:bedrock:us-east-1:123456789012:x: Input is too long."})"));
  EXPECT_EQ(out.events[0].text, "[arn] Input is too long.");
  EXPECT_EQ(out.events[0].error_type, "validationException");
}

TEST(Case25Errors, UsageBeforeAnExceptionIsNotLost) {
  const auto out =
      decode(kStartEvent + metadata() + aws::encode_exception("internalServerException", "{}"));
  ASSERT_GE(out.events.size(), 2U);
  EXPECT_EQ(out.events[out.events.size() - 2].kind, Kind::kUsage);
}

TEST(Case25Errors, BrokenStreamsAreNoticed) {
  const std::string good = kStartEvent + text(0, "x") + message_stop("end_turn") + metadata();
  EXPECT_EQ(decode(good).error, "");
  EXPECT_THAT(decode(kStartEvent + text(0, "x") + metadata()).error, HasSubstr("before its end"));
  EXPECT_THAT(decode("").error, HasSubstr("before its end"));
  EXPECT_THAT(decode(good.substr(0, good.size() - 1)).error, HasSubstr("cut inside a frame"));
  EXPECT_THAT(decode(event("messageStart", "{")).error, HasSubstr("JSON"));
  EXPECT_THAT(decode("HTTP/1.1 500 no event stream").error, HasSubstr("checksum"));
  EXPECT_THAT(decode("{", false).error, HasSubstr("JSON"));
  EXPECT_THAT(decode("{}", false).error, HasSubstr("no output.message.content"));
}

}  // namespace
}  // namespace sekisho::wire
