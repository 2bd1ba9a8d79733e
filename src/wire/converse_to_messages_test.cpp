// Converse's answers as Anthropic Messages, streamed and whole.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/converse_to_chat_testing.h"
#include "wire/messages_testing.h"

namespace sekisho::wire {
namespace {

namespace b = testing_converse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_messages::data_of;

constexpr Dialect kMessages = Dialect::kAnthropicMessages;

std::string stream_of(const std::string& frames, ToolNames names = {}) {
  const auto decoded = b::decode(frames);
  EXPECT_EQ(decoded.error, "");
  return testing_messages::encode(kMessages, decoded.events, true, std::move(names));
}

std::string whole_of(const std::string& body, ToolNames names = {}) {
  const auto decoded = b::decode(body, false);
  EXPECT_EQ(decoded.error, "");
  return testing_messages::encode(kMessages, decoded.events, false, std::move(names));
}

const std::string kStart =
    R"({"type":"message_start","message":{"id":"id_1","type":"message","role":"assistant",)"
    R"("model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":)"
    R"({"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,)"
    R"("cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},)"
    R"("output_tokens":0}}})";
const std::string kUsage =
    R"({"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":70,)"
    R"("cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":0},)"
    R"("output_tokens":5})";

std::string starts(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}";
}
std::string delta(int index, const std::string& delta) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         delta + "}";
}
std::string stops(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}
std::string ends(const std::string& reason, const std::string& usage = kUsage) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason +
         R"(","stop_sequence":null},"usage":)" + usage + "}";
}
const std::string kStop = R"({"type":"message_stop"})";

TEST(ConverseToMessages, Case23StreamShape) {
  EXPECT_THAT(
      data_of(stream_of(b::kStartEvent + b::text(0, "a") + b::text(0, "\\\"b\\n") +
                        b::block_stop(0) + b::tool_start(1, "tooluse_1") +
                        b::arguments(1, "{\\\"x\\\":") + b::arguments(1, "1}") + b::block_stop(1) +
                        b::message_stop("tool_use") + b::metadata())),
      ElementsAre(kStart, starts(0, R"({"type":"text","text":""})"),
                  delta(0, R"({"type":"text_delta","text":"a"})"),
                  delta(0, R"({"type":"text_delta","text":"\"b\n"})"), stops(0),
                  starts(1, R"({"type":"tool_use","id":"tooluse_1","name":"run","input":{}})"),
                  delta(1, R"({"type":"input_json_delta","partial_json":"{\"x\":"})"),
                  delta(1, R"({"type":"input_json_delta","partial_json":"1}"})"), stops(1),
                  ends("tool_use"), kStop));
}

TEST(ConverseToMessages, Case23InterleavedBlocksComeOneByOne) {
  const auto data =
      data_of(stream_of(b::kStartEvent + b::text(0, "a") + b::tool_start(1, "t") +
                        b::arguments(1, "{}") + b::text(0, "b") + b::block_stop(1) +
                        b::block_stop(0) + b::message_stop("tool_use") + b::metadata()));
  EXPECT_EQ(data.size(), 10U);
}

TEST(ConverseToMessages, BlocksWithoutContentDoNotAppear) {
  EXPECT_THAT(
      data_of(stream_of(b::kStartEvent + b::text(0, "") + b::block_stop(0) + b::text(1, "x") +
                        b::block_stop(1) + b::message_stop("end_turn") + b::metadata())),
      ElementsAre(kStart, starts(0, R"({"type":"text","text":""})"),
                  delta(0, R"({"type":"text_delta","text":"x"})"), stops(0), ends("end_turn"),
                  kStop));
  EXPECT_THAT(data_of(stream_of(b::kStartEvent + b::message_stop("end_turn") + b::metadata())),
              ElementsAre(kStart, ends("end_turn"), kStop));
}

TEST(ConverseToMessages, Case08ThinkingAndItsSignature) {
  const auto reasoning = [](const std::string& body) {
    return b::delta(0, R"({"reasoningContent":)" + body + "}");
  };
  EXPECT_THAT(
      data_of(stream_of(
          b::kStartEvent + reasoning(R"({"text":"hm"})") + reasoning(R"({"signature":"s1"})") +
          b::block_stop(0) + b::delta(1, R"({"reasoningContent":{"redactedContent":"QUI="}})") +
          b::block_stop(1) + b::text(2, "x") + b::message_stop("end_turn") + b::metadata())),
      ElementsAre(kStart, starts(0, R"({"type":"thinking","thinking":"","signature":""})"),
                  delta(0, R"({"type":"thinking_delta","thinking":"hm"})"),
                  delta(0, R"({"type":"signature_delta","signature":"s1"})"), stops(0),
                  starts(1, R"({"type":"redacted_thinking","data":"QUI="})"), stops(1),
                  starts(2, R"({"type":"text","text":""})"),
                  delta(2, R"({"type":"text_delta","text":"x"})"), stops(2), ends("end_turn"),
                  kStop));
}

TEST(ConverseToMessages, Case09SignatureOnly) {
  EXPECT_THAT(
      data_of(stream_of(b::kStartEvent + b::delta(0, R"({"reasoningContent":{"signature":"s"}})") +
                        b::block_stop(0) + b::message_stop("end_turn") + b::metadata())),
      ElementsAre(kStart, starts(0, R"({"type":"thinking","thinking":"","signature":""})"),
                  delta(0, R"({"type":"signature_delta","signature":"s"})"), stops(0),
                  ends("end_turn"), kStop));
}

TEST(ConverseToMessages, WholeAnswer) {
  EXPECT_EQ(whole_of(b::whole(
                R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},)"
                R"({"reasoningContent":{"redactedContent":"QUI="}},{"text":"a\"b"},{"text":""},)"
                R"({"toolUse":{"toolUseId":"t:1","name":"run","input":{ "b":1e2,"a":1 }}})",
                "tool_use")),
            R"({"id":"id_1","type":"message","role":"assistant","model":"m","content":[)"
            R"({"type":"thinking","thinking":"hm","signature":"s"},)"
            R"({"type":"redacted_thinking","data":"QUI="},{"type":"text","text":"a\"b"},)"
            R"({"type":"tool_use","id":")" +
                tool_id_within("t:1", 128, "_-") +
                R"(","name":"run","input":{ "b":1e2,"a":1 }}],)"
                R"("stop_reason":"tool_use","stop_sequence":null,"usage":)" +
                kUsage + "}");
}

TEST(ConverseToMessages, Case15StopReasons) {
  const std::pair<const char*, const char*> reasons[] = {
      {"end_turn", "end_turn"},
      {"max_tokens", "max_tokens"},
      {"stop_sequence", "stop_sequence"},
      {"guardrail_intervened", "refusal"},
      {"content_filtered", "refusal"},
      {"model_context_window_exceeded", "model_context_window_exceeded"},
      {"pause_turn", "pause_turn"},
      {"of a later time", "end_turn"},
  };
  for (const auto& [converse, messages] : reasons) {
    const auto told = HasSubstr(R"("stop_reason":")" + std::string(messages) + "\"");
    EXPECT_THAT(
        stream_of(b::kStartEvent + b::text(0, "x") + b::message_stop(converse) + b::metadata()),
        told);
    EXPECT_THAT(whole_of(b::whole(R"({"text":"x"})", converse)), told);
  }
  EXPECT_THAT(whole_of(b::whole(R"({"text":"x"})", "stop_sequence",
                                R"(,"additionalModelResponseFields":{"stop_sequence":"END"})")),
              HasSubstr(R"("stop_reason":"stop_sequence","stop_sequence":"END")"));
}

TEST(ConverseToMessages, Case15MalformedAnswersAreErrors) {
  const auto data = data_of(stream_of(b::kStartEvent + b::text(0, "x") + b::block_stop(0) +
                                      b::message_stop("malformed_tool_use") + b::metadata()));
  EXPECT_EQ(data.back(), R"({"type":"error","error":{"type":"api_error",)"
                         R"("message":"The model's answer was malformed."}})");
}

TEST(ConverseToMessages, Case18Usage) {
  const std::string usage =
      R"({"inputTokens":10,"outputTokens":5,"totalTokens":125,"cacheReadInputTokens":70,)"
      R"("cacheWriteInputTokens":40,"cacheDetails":[{"ttl":"1h","inputTokens":30}]})";
  EXPECT_THAT(stream_of(b::kStartEvent + b::message_stop("end_turn") + b::metadata(usage)),
              HasSubstr(R"("usage":{"input_tokens":10,"cache_creation_input_tokens":40,)"
                        R"("cache_read_input_tokens":70,"cache_creation":)"
                        R"({"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":30},)"
                        R"("output_tokens":5}})"));
}

TEST(ConverseToMessages, Case21AliasesComeBack) {
  ToolNames names;
  names.add({"run", "mcp__a.b", false});
  EXPECT_THAT(stream_of(b::kStartEvent + b::tool_start(0, "t") + b::message_stop("tool_use") +
                            b::metadata(),
                        names),
              HasSubstr(R"("name":"mcp__a.b")"));
}

TEST(ConverseToMessages, Case22CallsWithoutArguments) {
  const auto data = data_of(stream_of(b::kStartEvent + b::tool_start(0, "t") + b::block_stop(0) +
                                      b::message_stop("tool_use") + b::metadata()));
  EXPECT_EQ(data[2], delta(0, R"({"type":"input_json_delta","partial_json":"{}"})"));
  AnswerEvent start;
  start.kind = AnswerEvent::Kind::kBlockStart;
  start.block = AnswerEvent::Block::kToolCall;
  start.tool_id = "t";
  start.tool_name = "run";
  AnswerEvent cut = start, end;
  cut.kind = AnswerEvent::Kind::kDelta;
  cut.text = "{\"a\":";
  end.kind = AnswerEvent::Kind::kEnd;
  EXPECT_THAT(testing_messages::encode(kMessages, {start, end}, false),
              HasSubstr(R"("name":"run","input":{}})"));
  EXPECT_THAT(testing_messages::encode(kMessages, {start, cut, end}, false),
              HasSubstr(R"("input":{"_raw":"{\"a\":"}})"));
}

TEST(ConverseToMessages, Case25Exceptions) {
  const auto frames = b::kStartEvent + b::text(0, "x") +
                      aws::encode_exception("throttlingException", R"({"message":"slow down"})");
  EXPECT_THAT(stream_of(frames), HasSubstr("event: error\ndata: {\"type\":\"error\",\"error\":"
                                           "{\"type\":\"rate_limit_error\""));
}

TEST(ConverseToMessages, SplitInvariance) {
  const std::string frames = b::kStartEvent + b::text(0, "日本") + b::block_stop(0) +
                             b::tool_start(1, "t") + b::arguments(1, "{\\\"x\\\":1}") +
                             b::block_stop(1) + b::message_stop("tool_use") + b::metadata();
  const std::string whole = stream_of(frames);
  for (std::size_t piece = 1; piece < frames.size(); ++piece) {
    const auto decoded = b::decode(frames, true, piece);
    EXPECT_EQ(testing_messages::encode(kMessages, decoded.events, true), whole) << piece;
  }
}

}  // namespace
}  // namespace sekisho::wire
