#include "wire/bedrock/packed_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/bedrock/count_tokens.h"
#include "wire/bedrock/fault.h"
#include "wire/bedrock/invoke_answer.h"
#include "wire/media.h"
#include "wire/raw_answer_testing.h"

namespace sekisho::wire::bedrock {
namespace {

constexpr std::string_view kStart =
    R"({"type":"message_start","message":{"id":"m","usage":{"input_tokens":3,"output_tokens":1}}})";
constexpr std::string_view kDelta =
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}})";
constexpr std::string_view kStop = R"({"type":"message_stop"})";

std::string sse(std::string_view name, std::string_view json) {
  return "event: " + std::string(name) + "\ndata: " + std::string(json) + "\n\n";
}

std::string stream() {
  return sse("message_start", kStart) + sse("ping", R"({"type": "ping"})") + ": note\n\n" +
         sse("content_block_delta", kDelta) + sse("message_stop", kStop);
}

std::string packed(std::string_view events, std::size_t step) {
  MessagePacker packer;
  std::string out;
  Usage usage{.input = 3, .cache_read = 4, .output = 2};
  for (std::size_t at = 0; at < events.size(); at += step) {
    const std::string piece(events.substr(at, step));
    EXPECT_TRUE(packer.feed(piece, usage, out));
  }
  return out;
}

std::string unpacked(std::string_view body, bool stream = false, bool count = false) {
  const std::string text(body);
  auto e = parse_envelope(Dialect::kAnthropicMessages, text, ModelPlace::kPath);
  EXPECT_TRUE(e) << e.error().detail;
  return SplicedBody(text, unpack_edits(*e, text, "claude", stream, count)).str();
}

}  // namespace

TEST(PackedMessages, EventsArePackedWithoutPings) {
  const auto out = packed(stream(), 1 << 20);
  const auto read = wire::testing::read(make_invoke_stream(), out);
  EXPECT_EQ(read.error, "");
  const std::string stop =
      R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,)"
      R"("outputTokenCount":2,"cacheReadInputTokenCount":4,"cacheWriteInputTokenCount":0}})";
  EXPECT_EQ(read.bytes(), sse("message_start", kStart) + sse("content_block_delta", kDelta) +
                              sse("message_stop", stop));
  for (std::size_t step = 1; step < stream().size(); ++step) EXPECT_EQ(packed(stream(), step), out);
}

TEST(PackedMessages, MetricsThatAreThereStay) {
  const std::string stop = R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"a":1}})";
  const auto read =
      wire::testing::read(make_invoke_stream(), packed(sse("message_stop", stop), 1 << 20));
  EXPECT_EQ(read.bytes(), sse("message_stop", stop));
}

TEST(PackedMessages, UnpackingTakesOutWhatPacks) {
  EXPECT_EQ(unpacked(R"({"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["a"],)"
                     R"("max_tokens":5, "messages":[] })"),
            R"({"model":"claude","max_tokens":5, "messages":[] })");
  EXPECT_EQ(
      unpacked(R"({"messages":[],"stream":true,"anthropic_version":"vertex-2023-10-16"})", true),
      R"({"model":"claude","stream":true,"messages":[]})");
  EXPECT_EQ(unpacked(R"({"model":"x","messages":[],"max_tokens":1})", false, true),
            R"({"model":"claude","messages":[]})");
}

TEST(PackedMessages, BetasOfAPackedBodyAreBetas) {
  constexpr std::string_view kBody = R"({"anthropic_beta":["a-1","b-2"],"messages":[]})";
  auto in_path = parse_envelope(Dialect::kAnthropicMessages, kBody, ModelPlace::kPath);
  EXPECT_THAT(in_path->betas, ::testing::ElementsAre("a-1", "b-2"));
  EXPECT_TRUE(in_path->provider_features.empty());
  auto in_body = parse_envelope(Dialect::kAnthropicMessages,
                                R"({"model":"m","anthropic_beta":["a-1"],"messages":[]})");
  EXPECT_THAT(in_body->provider_features, ::testing::ElementsAre("anthropic_beta"));
}

TEST(CountTokens, ReadsBothForms) {
  auto converse = read_count_request(R"({"input":{"converse":{ "messages":[] }}})");
  EXPECT_EQ(converse->body, R"({ "messages":[] })");
  EXPECT_EQ(converse->dialect, Dialect::kBedrockConverse);
  const auto request = count_request(Dialect::kAnthropicMessages, R"({"messages":[]})");
  auto invoke = read_count_request(request);
  EXPECT_EQ(invoke->body, R"({"messages":[]})");
  EXPECT_EQ(invoke->dialect, Dialect::kAnthropicMessages);
  for (auto bad : {"", "[]", "{}", R"({"input":{"invokeModel":{"body":"%"}}})",
                   R"({"input":{"converse":{}},"input":{}})"}) {
    EXPECT_FALSE(read_count_request(bad)) << bad;
  }
}

TEST(CountTokens, ABodyIsMadeCountable) {
  auto edited = [](const std::string& body) {
    auto e = parse_envelope(Dialect::kAnthropicMessages, body, ModelPlace::kPath);
    std::vector<SpanEdit> edits;
    edit_for_count(*e, body, edits);
    return SplicedBody(body, std::move(edits)).str();
  };
  EXPECT_EQ(edited(R"({"messages":[],"tools":[]})"), R"({"max_tokens":1,"messages":[]})");
  EXPECT_EQ(edited(R"({"thinking":{"budget_tokens":2048},"messages":[]})"),
            R"({"max_tokens":2049,"thinking":{"budget_tokens":2048},"messages":[]})");
}

TEST(CountTokens, BareIdsOnly) {
  EXPECT_EQ(foundation_model("us.anthropic.claude-sonnet-4-6"), "anthropic.claude-sonnet-4-6");
  EXPECT_EQ(foundation_model("anthropic.claude-x"), "anthropic.claude-x");
  EXPECT_EQ(foundation_model("arn:aws:bedrock:us-east-1:1:inference-profile/x"), "");
  EXPECT_EQ(read_count_answer(R"({"inputTokens":5})"), 5);
  EXPECT_EQ(read_count_answer(R"({"input_tokens":6,"x":1})"), 6);
  EXPECT_EQ(read_count_answer("{}"), std::nullopt);
}

TEST(Base64, Encodes) {
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("f"), "Zg==");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("foo"), "Zm9v");
  EXPECT_EQ(encode_base64("\xff\xfe\xfd"), "//79");
}

namespace {

RenderedError rendered(Code code, std::string rule, ClientKind client = ClientKind::kUnknown) {
  Refusal refusal;
  refusal.code = code;
  refusal.rule = std::move(rule);
  return render_refusal(refusal, Dialect::kBedrockConverse, client, Language::kEnglish, "req_1");
}

std::string type_of(const RenderedError& error) {
  for (const auto& [name, value] : error.headers) {
    if (name == "x-amzn-errortype") return value;
  }
  return "";
}

}  // namespace

TEST(BedrockFaults, TellWhoIsRefusedAsAwsDoes) {
  struct Row {
    std::string rule, type;
    int status;
  };
  for (const auto& row : {Row{"key_missing", "MissingAuthenticationTokenException", 403},
                          Row{"key_unknown", "UnrecognizedClientException", 403},
                          Row{"key_expired", "ExpiredTokenException", 403},
                          Row{"key_blocked", "AccessDeniedException", 403},
                          Row{"session_token", "UnrecognizedClientException", 403},
                          Row{"signature_incomplete", "IncompleteSignature", 400},
                          Row{"signature_mismatch", "InvalidSignatureException", 403}}) {
    const auto e = rendered(Code::kUnauthenticated, row.rule);
    EXPECT_EQ(type_of(e), row.type) << row.rule;
    EXPECT_EQ(e.status, row.status) << row.rule;
  }
}

TEST(BedrockFaults, DenialsAreNotRepeated) {
  for (auto code : {Code::kBudgetExceeded, Code::kModelDenied, Code::kGuardrailBlocked}) {
    EXPECT_EQ(rendered(code, "x").status, 403);
    EXPECT_EQ(rendered(code, "x", ClientKind::kCline).status, 403);
    EXPECT_EQ(type_of(rendered(code, "x")), "AccessDeniedException");
  }
}

TEST(BedrockFaults, InsideAStreamTheyAreExceptions) {
  Refusal refusal;
  refusal.code = Code::kGuardrailBlocked;
  refusal.detail = "it held a secret";
  const auto bytes =
      render_stream_error(refusal, Dialect::kBedrockConverse, Language::kEnglish, "req_1");
  const auto read = wire::testing::read(Dialect::kBedrockConverse, true, bytes);
  ASSERT_EQ(read.frames.size(), 1U);
  EXPECT_TRUE(read.frames[0].is_error);
  EXPECT_THAT(read.frames[0].bytes, ::testing::HasSubstr("\"__type\":\"validationException\""));
  EXPECT_THAT(read.frames[0].bytes, ::testing::HasSubstr("req_1"));
  refusal.code = Code::kUpstreamThrottled;
  EXPECT_THAT(render_stream_error(refusal, Dialect::kBedrockConverse, Language::kEnglish, "r"),
              ::testing::HasSubstr("throttlingException"));
}

}  // namespace sekisho::wire::bedrock
