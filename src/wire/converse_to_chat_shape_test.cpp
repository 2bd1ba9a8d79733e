// Converse → OpenAI chat: the shape of streams and whole answers, streamed and not.
// Each translation case has tests in its own name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "wire/converse_to_chat_testing.h"

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// Counts. Sanitizers bring their own operators; there the test cannot fail.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
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
#endif

namespace sekisho::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace testing_converse;

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

TEST(ConverseToChat, UsageThatNeverCameIsEstimated) {
  const std::string estimate =
      R"("usage":{"prompt_tokens":40,"completion_tokens":3,"total_tokens":43,)";
  for (const bool stream : {true, false}) {
    const auto out =
        stream
            ? decode(kStartEvent + text(0, "Hello ") + text(0, "world") + message_stop("end_turn"))
            : decode(R"({"output":{"message":{"content":[{"text":"Hello world"}]}},)"
                     R"("stopReason":"end_turn"})",
                     false);
    const auto encoder = make_chat_encoder(
        {.id = "i", .model = "m", .stream = stream, .include_usage = true, .estimated_prompt = 40});
    std::string bytes;
    for (const AnswerEvent& one : out.events) encoder->encode(one, bytes);
    EXPECT_THAT(bytes, HasSubstr(estimate));
    if (stream) EXPECT_THAT(bytes, HasSubstr(R"("choices":[],"usage":{)"));
  }
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
