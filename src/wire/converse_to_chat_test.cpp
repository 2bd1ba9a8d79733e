// Answers: Converse → canonical events → OpenAI chat, streamed and whole, and at every split.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <cstdlib>
#include <new>

#include "wire/aws/event_stream.h"
#include "wire/json_text.h"
#include "wire/translate.h"

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// Counts; the default forms of delete fit it.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace sekisho::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Kind = AnswerEvent::Kind;
using aws::encode_event;

std::string event(std::string_view type, std::string_view payload) {
  return encode_event(type, payload);
}
const std::string kStartEvent = event("messageStart", R"({"role":"assistant","p":"abc"})");
std::string delta(int index, const std::string& body) {
  return event("contentBlockDelta",
               R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"delta":)" + body + "}");
}
std::string text(int index, const std::string& raw) {
  return delta(index, R"({"text":")" + raw + R"("})");
}
std::string tool_start(int index, const std::string& id, const std::string& name = "run") {
  return event("contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(index) +
                                        R"(,"start":{"toolUse":{"toolUseId":")" + id +
                                        R"(","name":")" + name + R"("}}})");
}
std::string arguments(int index, const std::string& raw) {
  return delta(index, R"({"toolUse":{"input":")" + raw + R"("}})");
}
std::string block_stop(int index) {
  return event("contentBlockStop", R"({"contentBlockIndex":)" + std::to_string(index) + "}");
}
std::string message_stop(const std::string& reason, const std::string& more = "") {
  return event("messageStop", R"({"stopReason":")" + reason + "\"" + more + "}");
}
const std::string kUsageJson =
    R"({"inputTokens":10,"outputTokens":5,"totalTokens":115,"cacheReadInputTokens":70,)"
    R"("cacheWriteInputTokens":30,"cacheReadInputTokenCount":70,"cacheWriteInputTokenCount":30})";
std::string metadata(const std::string& usage = kUsageJson) {
  return event("metadata", R"({"usage":)" + usage + R"(,"metrics":{"latencyMs":9}})");
}

struct Decoded {
  std::vector<AnswerEvent> events;
  std::string error;
};

Decoded decode(const std::string& bytes, bool stream = true, std::size_t piece = SIZE_MAX) {
  const auto decoder = make_converse_decoder(stream);
  Decoded out;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at)) {
    const auto fed = decoder->feed(std::string_view(bytes).substr(at, piece), out.events);
    if (!fed) {
      out.error = fed.error().detail;
      return out;
    }
  }
  if (const auto end = decoder->finish(out.events); !end) out.error = end.error().detail;
  return out;
}

std::string encode(const std::vector<AnswerEvent>& events, bool stream = true,
                   bool include_usage = true, ToolNames names = {}) {
  const auto encoder = make_chat_encoder({.id = "chatcmpl-1",
                                          .model = "m",
                                          .created = 7,
                                          .stream = stream,
                                          .include_usage = include_usage,
                                          .tool_names = std::move(names)});
  std::string out;
  for (const AnswerEvent& one : events) encoder->encode(one, out);
  return out;
}

// The `data:` payloads of a stream; each must be JSON (or [DONE]).
std::vector<std::string> payloads(const std::string& stream) {
  std::vector<std::string> out;
  simdjson::dom::parser parser;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = stream.find("\n\n", at);
    EXPECT_NE(end, std::string::npos);
    const std::string frame = stream.substr(at, end - at);
    EXPECT_EQ(frame.substr(0, 6), "data: ");
    out.push_back(frame.substr(6));
    if (out.back() != "[DONE]") {
      EXPECT_FALSE(parser.parse(out.back()).error()) << out.back();
    }
    at = end + 2;
  }
  return out;
}

// The deltas of a stream of chunks, with the finish reasons that are not null.
std::vector<std::string> deltas(const std::string& stream) {
  std::vector<std::string> out;
  simdjson::dom::parser parser;
  for (const std::string& payload : payloads(stream)) {
    if (payload == "[DONE]") continue;
    const auto chunk = parser.parse(payload).value();
    if (chunk["choices"].error()) {
      out.push_back(payload);
      continue;
    }
    for (const auto choice : chunk["choices"].get_array()) {
      out.push_back(simdjson::minify(choice["delta"].value()));
      if (!choice["finish_reason"].is_null()) {
        out.push_back(std::string(choice["finish_reason"].get_string().value()));
      }
    }
  }
  return out;
}

std::string whole(const std::string& content, const std::string& stop = "end_turn",
                  const std::string& more = "") {
  return R"({"output":{"message":{"role":"assistant","content":[)" + content +
         R"(]}},"stopReason":")" + stop + R"(","usage":)" + kUsageJson +
         R"(,"metrics":{"latencyMs":1},"serverToolUsage":{})" + more + "}";
}

// The whole answer's first choice.
std::string choice(const std::string& completion) {
  simdjson::dom::parser parser;
  const auto json = parser.parse(completion);
  EXPECT_FALSE(json.error()) << completion;
  return simdjson::minify(json["choices"].at(0).value());
}

const std::string kRole = R"({"role":"assistant","content":""})";

TEST(ConverseToChat, AStreamHasTheStrictShape) {
  const auto out = decode(kStartEvent + text(0, R"(He\"llo)") + block_stop(0) +
                          message_stop("end_turn") + metadata());
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(
      encode(out.events),
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"He\"llo"},"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":110,"completion_tokens":5,"total_tokens":115,"prompt_tokens_details":{"cached_tokens":70,"cache_write_tokens":30},"completion_tokens_details":{"reasoning_tokens":0},"cache_read_input_tokens":70,"cache_creation_input_tokens":30}}

data: [DONE]

)");
}

TEST(ConverseToChat, UsageOnlyWhenAskedFor) {
  const auto out = decode(kStartEvent + text(0, "x") + message_stop("end_turn") + metadata());
  EXPECT_THAT(encode(out.events, true, false), Not(HasSubstr("usage")));
}

TEST(ConverseToChat, AWholeAnswerHasTheStrictShape) {
  const auto out = decode(whole(R"({"text":"Hel"},{"text":"lo"})"), false);
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(
      encode(out.events, false),
      R"({"id":"chatcmpl-1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"Hello","refusal":null},"logprobs":null,)"
      R"("finish_reason":"stop"}],"usage":{"prompt_tokens":110,"completion_tokens":5,)"
      R"("total_tokens":115,"prompt_tokens_details":{"cached_tokens":70,"cache_write_tokens":30},)"
      R"("completion_tokens_details":{"reasoning_tokens":0},"cache_read_input_tokens":70,)"
      R"("cache_creation_input_tokens":30}})");
}

TEST(ConverseToChat, PingIsAComment) {
  EXPECT_EQ(make_chat_encoder({.stream = true})->ping(), ": ping\n\n");
  EXPECT_EQ(make_chat_encoder({.stream = false})->ping(), "");
}

// ---- the cases, by their numbers ----

TEST(Case01ParallelCalls, AnswersGetContiguousIndicesFromZero) {
  const auto out =
      decode(kStartEvent + text(0, "x") + block_stop(0) + tool_start(1, "a") +
             arguments(1, R"({\"k\":)") + arguments(1, "1}") + block_stop(1) + tool_start(3, "b") +
             arguments(3, "{}") + block_stop(3) + message_stop("tool_use") + metadata());
  EXPECT_THAT(
      deltas(encode(out.events)),
      ElementsAre(
          kRole, R"({"content":"x"})",
          R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"run","arguments":""}}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"k\":"}}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]})",
          R"({"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"run","arguments":""}}]})",
          R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})", R"({})", "tool_calls"));
  const auto same = decode(whole(R"({"toolUse":{"toolUseId":"a","name":"run","input":{"k":1}}},)"
                                 R"({"toolUse":{"toolUseId":"b","name":"run","input":{}}})",
                                 "tool_use"),
                           false);
  EXPECT_EQ(
      choice(encode(same.events, false)),
      R"({"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[)"
      R"({"id":"a","type":"function","function":{"name":"run","arguments":"{\"k\":1}"}},)"
      R"({"id":"b","type":"function","function":{"name":"run","arguments":"{}"}}]},)"
      R"("logprobs":null,"finish_reason":"tool_calls"})");
}

std::string reasoning(int index, const std::string& member, const std::string& value) {
  return delta(index, R"({"reasoningContent":{")" + member + R"(":")" + value + R"("}})");
}

TEST(Case08Signatures, AreCarriedToTheClientInReasoningDetails) {
  const auto out = decode(kStartEvent + reasoning(0, "text", "h") + reasoning(0, "text", "m") +
                          reasoning(0, "signature", "si") + reasoning(0, "signature", "g") +
                          block_stop(0) + text(1, "x") + block_stop(1) + message_stop("end_turn"));
  const std::string detail =
      R"("reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"sig",)"
      R"("format":"anthropic-claude-v1","index":0}])";
  EXPECT_THAT(deltas(encode(out.events)),
              ElementsAre(kRole, R"({"reasoning_content":"h"})", R"({"reasoning_content":"m"})",
                          "{" + detail + "}", R"({"content":"x"})", "{}", "stop"));
  const auto same = decode(
      whole(
          R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},{"text":"x"})"),
      false);
  EXPECT_THAT(choice(encode(same.events, false)),
              HasSubstr(R"("reasoning_content":"hm",)" + detail));
}

TEST(Case08Signatures, WhatTheClientHandsBackIsWhatTheModelSaid) {
  const auto out =
      decode(kStartEvent + reasoning(0, "text", R"(a\"b\n)") + reasoning(0, "signature", "sig==") +
             block_stop(0) + tool_start(1, "c1") + block_stop(1) + message_stop("tool_use"));
  const std::string answer = encode(out.events, false);
  simdjson::dom::parser parser;
  const std::string message =
      simdjson::minify(parser.parse(answer)["choices"].at(0)["message"].value());
  TargetModel target;
  target.reasoning = true;
  target.family = "claude";
  const auto next = chat_to_converse(
      R"({"messages":[{"role":"user","content":"go"},)" + message +
          R"(,{"role":"tool","tool_call_id":"c1","content":"ok"}],"tools":[{"type":"function",)"
          R"("function":{"name":"run"}}]})",
      target, 100);
  ASSERT_TRUE(next) << next.error().detail;
  EXPECT_THAT(
      next->body,
      HasSubstr(R"({"reasoningContent":{"reasoningText":{"text":"a\"b\n","signature":"sig=="}}},)"
                R"({"toolUse":{"toolUseId":"c1","name":"run","input":{}}})"));
}

TEST(Case09SignatureOnly, AndRedactedReasoningReachTheClient) {
  const auto out = decode(kStartEvent + reasoning(0, "signature", "s") + block_stop(0) +
                          reasoning(1, "redactedContent", "AAAA") + block_stop(1) + text(2, "x") +
                          block_stop(2) + message_stop("end_turn"));
  const std::string signed_only =
      R"({"type":"reasoning.text","text":"","signature":"s","format":"anthropic-claude-v1","index":0})";
  const std::string redacted =
      R"({"type":"reasoning.encrypted","data":"AAAA","format":"anthropic-claude-v1","index":1})";
  EXPECT_THAT(deltas(encode(out.events)),
              ElementsAre(kRole, R"({"reasoning_details":[)" + signed_only + "]}",
                          R"({"reasoning_details":[)" + redacted + "]}", R"({"content":"x"})", "{}",
                          "stop"));
  const auto same =
      decode(whole(R"({"reasoningContent":{"reasoningText":{"text":"","signature":"s"}}},)"
                   R"({"reasoningContent":{"redactedContent":"AAAA"}})"),
             false);
  EXPECT_THAT(choice(encode(same.events, false)),
              HasSubstr(R"("reasoning_details":[)" + signed_only + "," + redacted + "]"));
}

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
    EXPECT_EQ(usage_of(R"({"inputTokens":-5,"outputTokens":99999999999999999999})", stream),
              tokens(0, 0, 0, 0, 0))
        << "nonsense is not booked";
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

TEST(Case21Schema, NamesComeBackToTheClient) {
  ToolNames names;
  names.add({"short_1", "mcp.very.long", false});
  const auto out = decode(kStartEvent + tool_start(0, "a", "short_1") + block_stop(0) +
                          message_stop("tool_use"));
  for (const bool stream : {true, false}) {
    EXPECT_THAT(encode(out.events, stream, true, names), HasSubstr(R"("name":"mcp.very.long")"));
    EXPECT_THAT(encode(out.events, stream, true, names), Not(HasSubstr("short_1")));
  }
}

TEST(Case22Arguments, CallsWithoutDeltasYieldAnEmptyObject) {
  const auto out =
      decode(kStartEvent + tool_start(0, "a") + block_stop(0) + message_stop("tool_use"));
  EXPECT_THAT(encode(out.events), HasSubstr(R"("arguments":"{}")"));
  EXPECT_THAT(encode(out.events, false), HasSubstr(R"("arguments":"{}")"));
}

TEST(Case22Arguments, SurviveAsTheModelSpelledThem) {
  const auto out = decode(
      whole(
          R"({"toolUse":{"toolUseId":"a","name":"run","input":{"z":12345678901234567890,"a":1.00}}})",
          "tool_use"),
      false);
  EXPECT_THAT(encode(out.events, false),
              HasSubstr(R"("arguments":"{\"z\":12345678901234567890,\"a\":1.00}")"));
}

std::vector<std::string> outline(const std::vector<AnswerEvent>& events) {
  std::vector<std::string> out;
  for (const AnswerEvent& one : events) {
    const auto block = std::to_string(one.index);
    if (one.kind == Kind::kBlockStart) out.push_back("start " + block);
    if (one.kind == Kind::kDelta) out.push_back(block + ":" + one.text + one.signature);
    if (one.kind == Kind::kBlockStop) out.push_back("stop " + block);
    if (one.kind == Kind::kStop) out.push_back("end");
  }
  return out;
}

TEST(Case23StreamShape, InterleavedBlocksAreSerialised) {
  const auto out =
      decode(kStartEvent + text(5, "a") + tool_start(2, "t") + text(5, "b") + arguments(2, "{") +
             reasoning(9, "text", "r") + block_stop(2) + text(5, "c") + block_stop(5) +
             reasoning(9, "text", "s") + message_stop("end_turn"));
  EXPECT_THAT(outline(out.events),
              ElementsAre("start 0", "0:a", "0:b", "0:c", "stop 0", "start 1", "1:{", "stop 1",
                          "start 2", "2:r", "2:s", "stop 2", "end"));
}

TEST(Case23StreamShape, AnotherKindAtOneIndexIsAnotherBlock) {
  const auto out = decode(kStartEvent + reasoning(0, "text", "r") + reasoning(0, "signature", "s") +
                          text(0, "x") + message_stop("end_turn"));
  EXPECT_THAT(outline(out.events),
              ElementsAre("start 0", "0:r", "0:s", "stop 0", "start 1", "1:x", "stop 1", "end"));
}

TEST(Case23StreamShape, MetadataBeforeMessageStop) {
  const auto out =
      decode(kStartEvent + text(0, "x") + block_stop(0) + metadata() + message_stop("max_tokens"));
  EXPECT_EQ(out.error, "");
  std::vector<Kind> kinds;
  for (const AnswerEvent& one : out.events) kinds.push_back(one.kind);
  EXPECT_THAT(kinds, ElementsAre(Kind::kStart, Kind::kBlockStart, Kind::kDelta, Kind::kBlockStop,
                                 Kind::kStop, Kind::kUsage, Kind::kEnd));
}

TEST(Case23StreamShape, UnknownMembersAndEventsArePassedOver) {
  const auto out = decode(
      kStartEvent + event("contentBlockAura", R"({"x":1})") + text(0, "a") +
      delta(0, R"({"citation":{"title":"t"}})") + delta(0, R"({"hologram":{}})") + block_stop(0) +
      event("contentBlockStart", R"({"contentBlockIndex":1,"start":{"image":{"format":"png"}}})") +
      delta(1, R"({"image":{}})") + block_stop(1) +
      event("contentBlockStart",
            R"({"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"s","name":"web",)"
            R"("type":"server_tool_use"}}})") +
      arguments(2, "{}") + block_stop(2) + text(3, "b") + message_stop("end_turn"));
  EXPECT_EQ(out.error, "");
  EXPECT_THAT(outline(out.events),
              ElementsAre("start 0", "0:a", "stop 0", "start 1", "1:b", "stop 1", "end"));
}

TEST(Case23StreamShape, BothShapesOfOneAnswerAreOneSequence) {
  const auto streamed =
      decode(kStartEvent + reasoning(0, "text", "r") + reasoning(0, "signature", "s") +
             block_stop(0) + text(1, "x") + block_stop(1) + tool_start(2, "t") +
             arguments(2, R"({\"a\":1})") + block_stop(2) + message_stop("tool_use") + metadata());
  const auto at_once = decode(
      whole(R"({"reasoningContent":{"reasoningText":{"text":"r","signature":"s"}}},{"text":"x"},)"
            R"({"toolUse":{"toolUseId":"t","name":"run","input":{"a":1}}})",
            "tool_use"),
      false);
  EXPECT_EQ(encode(streamed.events), encode(at_once.events));
  EXPECT_EQ(encode(streamed.events, false), encode(at_once.events, false));
}

TEST(Case24HostedTools, CustomToolCallsComeBackAsFreeText) {
  ToolNames names;
  names.add({"patch", "patch", true});
  const auto out =
      decode(kStartEvent + tool_start(0, "a", "patch") + arguments(0, R"({\"inp)") +
             arguments(0, R"(ut\":\"x\\ny\"})") + block_stop(0) + message_stop("tool_use"));
  const std::string body = R"("type":"custom","custom":{"name":"patch","input":"x\ny"}}])";
  EXPECT_THAT(encode(out.events, true, true, names),
              HasSubstr(R"("tool_calls":[{"index":0,"id":"a",)" + body));
  EXPECT_THAT(encode(out.events, false, true, names), HasSubstr(R"([{"id":"a",)" + body));
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
      {"serviceUnavailableException", Code::kUpstreamFailed},
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

// ---- properties ----

const std::string kEverything =
    kStartEvent + reasoning(0, "text", "r\\u00e9") + reasoning(0, "signature", "s") +
    block_stop(0) + text(1, "x") + tool_start(2, "t") + arguments(2, R"({\"a\":)") +
    text(1, "\\n") + block_stop(1) + arguments(2, "1}") + block_stop(2) + tool_start(4, "u") +
    block_stop(4) + metadata() + message_stop("tool_use");

TEST(ConverseToChat, HowTheStreamIsCutChangesNothing) {
  const std::string expected = encode(decode(kEverything).events);
  for (std::size_t piece = 1; piece < 200; ++piece) {
    ASSERT_EQ(encode(decode(kEverything, true, piece).events), expected) << piece;
  }
  for (std::size_t split = 0; split <= kEverything.size(); ++split) {
    const auto decoder = make_converse_decoder(true);
    std::vector<AnswerEvent> events;
    ASSERT_TRUE(decoder->feed(std::string_view(kEverything).substr(0, split), events));
    ASSERT_TRUE(decoder->feed(std::string_view(kEverything).substr(split), events));
    ASSERT_TRUE(decoder->finish(events));
    ASSERT_EQ(encode(events), expected) << split;
  }
  const std::string body = whole(R"({"text":"x"})");
  EXPECT_EQ(encode(decode(body, false, 1).events), encode(decode(body, false).events));
}

TEST(ConverseToChat, EveryCutStreamIsAnErrorAndStillValidJson) {
  for (std::size_t size = 0; size < kEverything.size(); size += 7) {
    const auto out = decode(kEverything.substr(0, size));
    ASSERT_NE(out.error, "") << size;
    payloads(encode(out.events));
  }
}

TEST(ConverseToChat, ATextDeltaAllocatesNothing) {
  const auto encoder =
      make_chat_encoder({.id = "i", .model = "m", .stream = true, .include_usage = true});
  AnswerEvent one;
  one.kind = Kind::kDelta;
  one.text = std::string(100, 'x') + "\"\n";
  std::string out;
  out.reserve(4096);
  const std::size_t before = allocations;
  encoder->encode(one, out);
  EXPECT_EQ(allocations, before);
  EXPECT_THAT(out, HasSubstr(R"(x\"\n"})"));
}

}  // namespace
}  // namespace sekisho::wire
