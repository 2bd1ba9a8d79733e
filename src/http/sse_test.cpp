#include "http/sse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sekisho::http {
namespace {

using ::testing::ElementsAre;

// An event as text: what must be equal however the stream was split.
std::string describe(const SseEvent& event) {
  std::string text = "name=" + std::string(event.name) + " data=";
  text += event.has_data ? "<" + std::string(event.data) + ">" : "none";
  if (!event.id.empty()) text += " id=" + std::string(event.id);
  if (!event.terminated) text += " cut";
  return text;
}

struct Split {
  std::vector<std::string> events;
  std::vector<std::string> raw;
  bool too_large = false;

  friend bool operator==(const Split&, const Split&) = default;
};

// Each piece lives only until the splitter asked for more, as in a connection's read buffer.
Split split(const std::vector<std::string_view>& pieces,
            std::size_t max_bytes = limits::kSseFrameBytes) {
  SseSplitter splitter(max_bytes);
  Split out;
  const auto take = [&out](const Result<std::optional<SseEvent>>& step) {
    if (!step) out.too_large = true;
    if (!step || !*step) return false;
    out.events.push_back(describe(**step));
    out.raw.emplace_back((*step)->raw);
    return true;
  };
  for (const auto piece : pieces) {
    std::string memory(piece);
    splitter.feed(memory);
    while (take(splitter.next())) {
    }
    std::ranges::fill(memory, '#');
    if (out.too_large) return out;
  }
  take(splitter.finish());
  return out;
}

Split split_everywhere(std::string_view text) {
  const auto whole = split({text});
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(split({text.substr(0, cut), text.substr(cut)}).raw, whole.raw) << "at " << cut;
    EXPECT_EQ(split({text.substr(0, cut), text.substr(cut)}).events, whole.events) << "at " << cut;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  EXPECT_EQ(split(bytes).raw, whole.raw);
  EXPECT_EQ(split(bytes).events, whole.events);
  return whole;
}

std::vector<std::string> events_of(std::string_view text) {
  return split_everywhere(text).events;
}

TEST(SseSplitter, OpenAiStream) {
  const auto out = split_everywhere("data: {\"a\":1}\n\ndata: [DONE]\n\n");
  EXPECT_THAT(out.events, ElementsAre("name= data=<{\"a\":1}>", "name= data=<[DONE]>"));
  EXPECT_THAT(out.raw, ElementsAre("data: {\"a\":1}\n\n", "data: [DONE]\n\n"));
}

TEST(SseSplitter, AnthropicStreamWithPings) {
  EXPECT_THAT(events_of("event: message_start\r\ndata: {}\r\n\r\n: keep-alive\r\n\r\n"
                        "event: ping\r\ndata: {\"type\": \"ping\"}\r\n\r\n"),
              ElementsAre("name=message_start data=<{}>", "name= data=none",
                          "name=ping data=<{\"type\": \"ping\"}>"));
}

TEST(SseSplitter, FieldRulesOfTheStandard) {
  EXPECT_THAT(events_of("data:x\n\n"), ElementsAre("name= data=<x>"));
  EXPECT_THAT(events_of("data:  x\n\n"), ElementsAre("name= data=< x>"));
  EXPECT_THAT(events_of("data\n\n"), ElementsAre("name= data=<>"));
  EXPECT_THAT(events_of("data: a\ndata:\ndata: c\n\n"), ElementsAre("name= data=<a\n\nc>"));
  EXPECT_THAT(events_of("event: a\nevent: b\nid: 7\nretry: 1\ndata: x\n\n"),
              ElementsAre("name=b data=<x> id=7"));
  EXPECT_THAT(events_of("datax: y\nDATA: z\n data: w\n\n"), ElementsAre("name= data=none"));
  EXPECT_THAT(events_of(":comment: data: x\ndata: a:b\n\n"), ElementsAre("name= data=<a:b>"));
}

TEST(SseSplitter, EveryLineEnd) {
  EXPECT_THAT(events_of("data: a\r\rdata: b\r\r"), ElementsAre("name= data=<a>", "name= data=<b>"));
  EXPECT_THAT(events_of("data: a\r\n\r\ndata: b\n\n"),
              ElementsAre("name= data=<a>", "name= data=<b>"));
  EXPECT_THAT(events_of("data: a\rdata: b\ndata: c\r\n\n"), ElementsAre("name= data=<a\nb\nc>"));
  EXPECT_THAT(events_of("data: a\n\rdata: b\n\r\n"),
              ElementsAre("name= data=<a>", "name= data=<b>"));
}

TEST(SseSplitter, AnEventInCrStyleDoesNotWaitForTheNextByte) {
  SseSplitter splitter;
  splitter.feed("data: a\r\r");
  const auto event = splitter.next();
  ASSERT_TRUE(event && *event);
  EXPECT_EQ((*event)->data, "a");
}

TEST(SseSplitter, AnEventEndsWithItsBlankLine) {
  SseSplitter splitter;
  splitter.feed("data: a\r\n\r\n");
  const auto event = splitter.next();
  ASSERT_TRUE(event && *event);
  EXPECT_EQ((*event)->raw, "data: a\r\n\r\n");
}

TEST(SseSplitter, ByteOrderMarkOnlyAtTheStart) {
  EXPECT_THAT(events_of("\xef\xbb\xbf"
                        "data: a\n\n\xef\xbb\xbf"
                        "data: b\n\n"),
              ElementsAre("name= data=<a>", "name= data=none"));
  EXPECT_THAT(events_of("\xef\xbb\xbf\ndata: a\n\n"),
              ElementsAre("name= data=none", "name= data=<a>"));
}

TEST(SseSplitter, TheUnterminatedLastEventIsReported) {
  EXPECT_THAT(events_of("data: a\n\ndata: b"), ElementsAre("name= data=<a>", "name= data=<b> cut"));
  EXPECT_THAT(events_of("data: a\n"), ElementsAre("name= data=<a> cut"));
  EXPECT_THAT(events_of("data: a\r\n\r"), ElementsAre("name= data=<a>"));
  EXPECT_THAT(events_of(""), ElementsAre());
}

TEST(SseSplitter, StrayBlankLinesKeepTheirBytes) {
  EXPECT_THAT(split_everywhere("\n\r\ndata: a\n\n\n").raw,
              ElementsAre("\n", "\r\n", "data: a\n\n", "\n"));
}

TEST(SseSplitter, EventsWithinOneFeedAreNotCopied) {
  const std::string text = "data: a\n\ndata: b\n\n";
  SseSplitter splitter;
  splitter.feed(text);
  const auto first = splitter.next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->raw.data(), text.data());
}

TEST(SseSplitterLimits, EventBytes) {
  const std::string fits = "data: " + std::string(92, 'x') + "\n\n";  // 100 bytes
  const std::string over = "data: " + std::string(93, 'x') + "\n\n";
  EXPECT_FALSE(split({fits + fits}, 100).too_large);
  EXPECT_TRUE(split({fits + over}, 100).too_large);
  EXPECT_EQ(split({fits + over}, 100).events.size(), 1u);
  // Also when no end is in sight.
  EXPECT_TRUE(split({std::string(101, 'x')}, 100).too_large);
  for (std::size_t cut = 0; cut <= over.size(); ++cut) {
    const std::string_view text = over;
    EXPECT_TRUE(split({text.substr(0, cut), text.substr(cut)}, 100).too_large);
  }
}

TEST(SseSplitterProperty, RawPartsAreTheStreamAndSplitsDoNotMatter) {
  EXPECT_TRUE(rc::check([] {
    const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
        std::vector<std::string>{"data: ", "data", "event:", "id: 1", ":", "x", "\n", "\n", "\r",
                                 "\r\n", "\n\n", "\xef\xbb\xbf", "a long run of plain text "}));
    std::string text;
    for (const auto& word : words) text += word;
    const auto whole = split({text});
    std::string joined;
    for (const auto& raw : whole.raw) joined += raw;
    RC_ASSERT(joined == text);

    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      const auto n = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
      pieces.push_back(rest.substr(0, n));
      rest.remove_prefix(n);
    }
    RC_ASSERT(split(pieces) == whole);
  }));
}

}  // namespace
}  // namespace sekisho::http
