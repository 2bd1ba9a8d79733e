// OpenAI chat answers → canonical events, streamed and whole, of OpenAI and of servers that differ.

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "wire/translate.h"

namespace sekisho::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = AnswerEvent::Kind;
using Part = AnswerEvent::Block;

struct Decoded {
  std::vector<AnswerEvent> events;
  std::string error;
};

Decoded decode(const std::string& bytes, bool stream = true, std::size_t piece = SIZE_MAX) {
  const auto decoder = make_chat_decoder(stream);
  Decoded out;
  Result<void> good;
  for (std::size_t at = 0; at < bytes.size() && good; at += std::min(piece, bytes.size() - at)) {
    good = decoder->feed(std::string_view(bytes).substr(at, piece), out.events);
  }
  if (good) good = decoder->finish(out.events);
  if (!good) {
    EXPECT_EQ(good.error().code, Code::kUpstreamFailed);
    out.error = good.error().detail;
  }
  return out;
}

// An answer in a line: "text(…)", "reasoning(…)", "call id name(…)", "stop N".
std::string shown(const Decoded& decoded) {
  std::string out;
  std::uint32_t expected = 0;
  for (const AnswerEvent& event : decoded.events) {
    if (event.kind == Kind::kBlockStart) {
      EXPECT_EQ(event.index, expected);
      out += event.block == Part::kText ? "text("
             : event.block == Part::kReasoning
                 ? "reasoning("
                 : "call " + event.tool_id + " " + event.tool_name + "(";
    }
    if (event.kind == Kind::kDelta) out += event.text;
    if (event.kind == Kind::kBlockStop) {
      EXPECT_EQ(event.index, expected++);
      out += ") ";
    }
    if (event.kind == Kind::kStop) {
      out += "stop " + std::to_string(static_cast<int>(event.stop));
    }
    if (event.kind == Kind::kError) out += "error " + event.error_type;
  }
  return out;
}
std::string stopped(StopReason reason) {
  return "stop " + std::to_string(static_cast<int>(reason));
}

std::string chunk(const std::string& choice, const std::string& more = "") {
  return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",)"
         R"("choices":[)" +
         choice + "]" + more + "}\n\n";
}
std::string delta(const std::string& members, const std::string& finish = "null") {
  return chunk(R"({"index":0,"delta":{)" + members + R"(},"finish_reason":)" + finish + "}");
}
std::string say(const std::string& raw) {
  return delta(R"("content":")" + raw + '"');
}
std::string calls(const std::string& list) {
  return delta(R"("tool_calls":[)" + list + "]");
}
const std::string kRole = delta(R"("role":"assistant","content":"","refusal":null)");
const std::string kStop = delta("", R"("stop")");
const std::string kToolStop = delta("", R"("tool_calls")");
const std::string kUsage =
    R"("usage":{"prompt_tokens":100,"completion_tokens":7,"total_tokens":107,)"
    R"("prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},)"
    R"("completion_tokens_details":{"reasoning_tokens":3}})";
const std::string kUsageChunk = chunk("", "," + kUsage + R"(,"service_tier":"flex")");
const std::string kDone = "data: [DONE]\n\n";

const std::string kParallel =
    kRole + say("I look") +
    calls(R"({"index":0,"id":"c1","type":"function","function":{"name":"run","arguments":""}})") +
    calls(R"({"index":0,"function":{"arguments":"{\"a\":"}})") +
    calls(R"({"index":1,"id":"c2","type":"function","function":{"name":"get","arguments":""}})") +
    calls(R"({"index":1,"function":{"arguments":"{}"}})") +
    calls(R"({"index":0,"function":{"arguments":"1}"}})") + kToolStop + kUsageChunk + kDone;
const std::string kParallelShown =
    "text(I look) call c1 run({\"a\":1}) call c2 get({}) " + stopped(StopReason::kToolUse);

const AnswerEvent* find(const Decoded& decoded, Kind kind) {
  const auto found = std::ranges::find(decoded.events, kind, &AnswerEvent::kind);
  return found == decoded.events.end() ? nullptr : &*found;
}

TEST(ChatAnswer, TextAndItsEnd) {
  const auto out =
      decode(kRole + say("Hel") + say("lo \\ud83d\\ude00") + kStop + kUsageChunk + kDone);
  EXPECT_EQ(shown(out), "text(Hello 😀) " + stopped(StopReason::kEndTurn));
  EXPECT_EQ(out.events.front().kind, Kind::kStart);
  EXPECT_EQ(out.events.back().kind, Kind::kEnd);
}

TEST(ChatAnswer, Case01InterleavedCallsComeOneAfterTheOther) {
  EXPECT_EQ(shown(decode(kParallel)), kParallelShown);
}

TEST(ChatAnswer, EverySplitGivesTheSame) {
  const auto whole = decode(kParallel);
  for (std::size_t piece = 1; piece < 40; ++piece) {
    const auto cut = decode(kParallel, true, piece);
    ASSERT_EQ(shown(cut), shown(whole)) << piece;
    ASSERT_EQ(cut.events.size(), whole.events.size());
  }
  const auto at_each = [&](std::size_t at) {
    const auto decoder = make_chat_decoder(true);
    Decoded out;
    EXPECT_TRUE(decoder->feed(std::string_view(kParallel).substr(0, at), out.events));
    EXPECT_TRUE(decoder->feed(std::string_view(kParallel).substr(at), out.events));
    EXPECT_TRUE(decoder->finish(out.events));
    return shown(out);
  };
  for (std::size_t at = 0; at <= kParallel.size(); ++at) ASSERT_EQ(at_each(at), kParallelShown);
}

TEST(ChatAnswer, WholeAnswersGiveTheSameAsStreams) {
  const auto out =
      decode(R"({"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"message":)"
             R"({"role":"assistant","content":"I look","tool_calls":[)"
             R"({"id":"c1","type":"function","function":{"name":"run","arguments":"{\"a\":1}"}},)"
             R"({"id":"c2","type":"function","function":{"name":"get","arguments":""}}]},)"
             R"("finish_reason":"tool_calls"}],)" +
                 kUsage + "}",
             false);
  EXPECT_EQ(shown(out), kParallelShown);
  ASSERT_TRUE(find(out, Kind::kUsage));
  EXPECT_EQ(find(out, Kind::kUsage)->usage.source, UsageSource::kReported);
}

TEST(ChatAnswer, Case08ReasoningUnderEitherName) {
  const std::string wanted = "reasoning(hm, yes) text(ok) " + stopped(StopReason::kEndTurn);
  for (const std::string name : {"reasoning_content", "reasoning"}) {
    EXPECT_EQ(
        shown(decode(kRole + delta('"' + name + R"(":"hm, ")") +
                     delta('"' + name + R"(":"yes","content":null)") + say("ok") + kStop + kDone)),
        wanted);
  }
  // Said twice by servers that rename the field.
  EXPECT_EQ(shown(decode(delta(R"("reasoning_content":"hm, yes","reasoning":"hm, yes")") +
                         say("ok") + kStop + kDone)),
            wanted);
  EXPECT_EQ(shown(decode(R"({"choices":[{"message":{"reasoning":"hm, yes","content":"ok"},)"
                         R"("finish_reason":"stop"}]})",
                         false)),
            wanted);
}

TEST(ChatAnswer, ReasoningInParts) {
  EXPECT_EQ(shown(decode(delta(R"("content":[{"type":"thinking","thinking":)"
                               R"([{"type":"text","text":"hm"}]}])") +
                         delta(R"("content":[{"type":"text","text":"ok"}])") + kStop + kDone)),
            "reasoning(hm) text(ok) " + stopped(StopReason::kEndTurn));
}

struct Quirk {
  std::string name, stream, wanted;
};
class ChatAnswerQuirk : public ::testing::TestWithParam<Quirk> {};

TEST_P(ChatAnswerQuirk, IsUnderstood) {
  EXPECT_EQ(shown(decode(GetParam().stream + kToolStop + kDone)),
            GetParam().wanted + stopped(StopReason::kToolUse));
}

INSTANTIATE_TEST_SUITE_P(
    Servers, ChatAnswerQuirk,
    ::testing::Values(
        Quirk{"NameRepeated",
              calls(R"({"index":0,"id":"c1","function":{"name":"run","arguments":"{\"a\""}})") +
                  calls(R"({"index":0,"id":"c1","function":{"name":"run","arguments":":1}"}})"),
              "call c1 run({\"a\":1}) "},
        Quirk{"NameAfterTheId",
              calls(R"({"index":0,"id":"c1"})") +
                  calls(R"({"index":0,"function":{"arguments":"{"}})") +
                  calls(R"({"index":0,"function":{"name":"run"}})") +
                  calls(R"({"index":0,"function":{"arguments":"}"}})"),
              "call c1 run({}) "},
        Quirk{"NoIndex",
              calls(R"({"id":"c1","function":{"name":"run","arguments":"{"}})") +
                  calls(R"({"function":{"arguments":"}"}})") +
                  calls(R"({"id":"c2","function":{"name":"get","arguments":"{}"}})"),
              "call c1 run({}) call c2 get({}) "},
        Quirk{"EachCallIsNumberZero",
              calls(R"({"index":0,"id":"c1","function":{"name":"run","arguments":"{}"}})") +
                  calls(R"({"index":0,"id":"c2","function":{"name":"run","arguments":"{}"}})"),
              "call c1 run({}) call c2 run({}) "},
        Quirk{"NumbersFromOne",
              calls(R"({"index":1,"id":"c1","function":{"name":"run","arguments":"{}"}})") +
                  calls(R"({"index":3,"id":"c2","function":{"name":"run","arguments":"{}"}})"),
              "call c1 run({}) call c2 run({}) "},
        Quirk{"NoArguments", calls(R"({"index":0,"id":"c1","function":{"name":"run"}})"),
              "call c1 run({}) "},
        Quirk{"ArgumentsAsAnObject",
              calls(R"({"index":0,"id":"c1","function":{"name":"run","arguments":{"a":1.0}}})"),
              "call c1 run({\"a\":1.0}) "},
        Quirk{"TextBehindACall",
              calls(R"({"index":0,"id":"c1","function":{"name":"run","arguments":"{}"}})") +
                  say("bye"),
              "call c1 run({}) text(bye) "}),
    [](const auto& quirk) { return quirk.param.name; });

TEST(ChatAnswer, CallsWithoutIdsGetTheSameOnesEachTime) {
  const std::string stream =
      calls(R"({"index":0,"function":{"name":"run","arguments":"{\"a\":\"}\"}"}})") +
      calls(R"({"index":0,"function":{"name":"run","arguments":"{}"}})") + kToolStop + kDone;
  const auto first = decode(stream), second = decode(stream);
  EXPECT_EQ(shown(first), shown(second));
  std::vector<std::string> ids;
  for (const AnswerEvent& event : first.events) {
    if (event.kind == Kind::kBlockStart) ids.push_back(event.tool_id);
  }
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_TRUE(ids[0].starts_with("call_"));
}

TEST(ChatAnswer, Case15StopReasons) {
  const auto stop = [](const std::string& reason, const std::string& before = say("x")) {
    const auto out = decode(before + delta("", '"' + reason + '"') + kDone);
    return find(out, Kind::kStop)->stop;
  };
  EXPECT_EQ(stop("stop"), StopReason::kEndTurn);
  EXPECT_EQ(stop("length"), StopReason::kMaxTokens);
  EXPECT_EQ(stop("content_filter"), StopReason::kContentFilter);
  EXPECT_EQ(stop("tool_calls"), StopReason::kToolUse);
  EXPECT_EQ(stop("eos"), StopReason::kEndTurn);
  EXPECT_EQ(stop("error"), StopReason::kError);
  const std::string call =
      calls(R"({"index":0,"id":"c1","function":{"name":"run","arguments":"{}"}})");
  EXPECT_EQ(stop("stop", call), StopReason::kToolUse);
  EXPECT_EQ(stop("length", call), StopReason::kMaxTokens);
}

TEST(ChatAnswer, Case15Refusals) {
  const auto out =
      decode(kRole + delta(R"("refusal":"I can")") + delta(R"("refusal":"not")") + kStop + kDone);
  EXPECT_EQ(shown(out), "text(I cannot) " + stopped(StopReason::kContentFilter));
}

TEST(ChatAnswer, Case18Usage) {
  const auto out = decode(kParallel);
  const AnswerEvent* event = find(out, Kind::kUsage);
  ASSERT_TRUE(event);
  const Usage wanted{.input = 10,
                     .cache_read = 60,
                     .cache_write_5m = 30,
                     .output = 7,
                     .reasoning = 3,
                     .source = UsageSource::kReported};
  EXPECT_EQ(event->usage, wanted);
  EXPECT_EQ(event->served_tier, "flex");
}

TEST(ChatAnswer, Case18RunningUsageIsNotAddedUp) {
  const auto with = [](int output, const std::string& choice) {
    return chunk(choice, R"(,"usage":{"prompt_tokens":5,"completion_tokens":)" +
                             std::to_string(output) + "}");
  };
  const std::string stream =
      with(1, R"({"index":0,"delta":{"content":"a"}})") +
      with(2, R"({"index":0,"delta":{"content":"b"},"finish_reason":"stop"})");
  const auto out = decode(stream + kDone);
  EXPECT_EQ(find(out, Kind::kUsage)->usage.output, 2);
  EXPECT_EQ(find(out, Kind::kUsage)->usage.source, UsageSource::kReported);
  // Cut in the middle: what was told so far.
  const auto cut = decode(with(1, R"({"index":0,"delta":{"content":"a"}})"));
  EXPECT_THAT(cut.error, HasSubstr("before its end"));
  EXPECT_EQ(find(cut, Kind::kUsage)->usage.source, UsageSource::kPartial);
}

TEST(ChatAnswer, NoUsageIsNoEvent) {
  EXPECT_FALSE(find(decode(say("x") + kStop + kDone), Kind::kUsage));
  EXPECT_FALSE(
      find(decode(say("x") + kStop + chunk("", R"(,"usage":null)") + kDone), Kind::kUsage));
}

TEST(ChatAnswer, Case23AzuresFirstChunkHasNoChoices) {
  const auto out = decode(chunk("", R"(,"prompt_filter_results":[])") + say("x") + kStop + kDone);
  EXPECT_EQ(shown(out), "text(x) " + stopped(StopReason::kEndTurn));
}

TEST(ChatAnswer, OnlyTheFirstOfSeveralChoices) {
  const std::string both =
      R"({"index":1,"delta":{"content":"B"}},{"index":0,"delta":{"content":"A"}})";
  EXPECT_EQ(shown(decode(chunk(both) + kStop + kDone)), "text(A) " + stopped(StopReason::kEndTurn));
}

TEST(ChatAnswer, Case25ErrorsInsideTheStream) {
  const auto out = decode(say("x") +
                          "data: {\"error\":{\"message\":\"slow "
                          "down\",\"type\":\"rate_limit_error\",\"code\":null}}\n\n");
  ASSERT_EQ(out.events.back().kind, Kind::kError);
  EXPECT_EQ(out.events.back().error.code, Code::kUpstreamThrottled);
  EXPECT_EQ(out.events.back().error_type, "rate_limit_error");
  EXPECT_EQ(out.events.back().error.detail, "slow down");
}

TEST(ChatAnswer, Case25AnOverflowKeepsItsWords) {
  const auto out =
      decode(R"({"error":{"message":"This model's maximum context length is 5 tokens.",)"
             R"("type":"invalid_request_error","code":"context_length_exceeded"}})",
             false);
  ASSERT_EQ(out.events.back().kind, Kind::kError);
  EXPECT_EQ(out.events.back().error.code, Code::kContextOverflow);
  EXPECT_THAT(out.events.back().text, HasSubstr("maximum context length"));
}

TEST(ChatAnswer, ACutStreamIsABrokenOne) {
  EXPECT_THAT(decode(say("x")).error, HasSubstr("before its end"));
  EXPECT_THAT(decode("").error, HasSubstr("before its end"));
  EXPECT_THAT(decode(say("x") + "data: {\"id\":").error, HasSubstr("cut inside an event"));
  EXPECT_THAT(decode(say("x") + "data: nonsense\n\n").error, HasSubstr("answer"));
  EXPECT_THAT(decode(kDone).error, HasSubstr("no choices"));
  EXPECT_THAT(decode(R"({"choices":[]})", false).error, HasSubstr("no choices"));
  EXPECT_THAT(decode("", false).error, HasSubstr("answer"));
}

TEST(ChatAnswer, DoneMayBeLeftOutAfterTheFinish) {
  EXPECT_EQ(decode(say("x") + kStop).error, "");
  EXPECT_EQ(decode(say("x") + kStop + kUsageChunk).events.back().kind, Kind::kEnd);
}

TEST(ChatAnswer, NothingIsReadBehindDone) {
  EXPECT_EQ(decode(say("x") + kStop + kDone + "data: nonsense\n\n").events.back().kind, Kind::kEnd);
}

}  // namespace
}  // namespace sekisho::wire
