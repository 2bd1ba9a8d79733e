// Gemini's answers to Gemini's clients: bytes kept; texts, usage and end found.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/gemini_testing.h"
#include "wire/raw_answer_testing.h"

namespace sekisho::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using namespace testing_gemini;

const std::string kFirst = chunk(R"({"text":"I see","thought":true},{"text":"Hel"})");
const std::string kSecond = chunk(
    R"({"text":"lo"},{"functionCall":{"name":"run","args":{"path":"/tmp/a"}},"thoughtSignature":"AA"})");
const std::string kUsage =
    R"("usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,)"
    R"("candidatesTokenCount":3,"thoughtsTokenCount":2,"totalTokenCount":15})";
std::string last() {
  std::string out = chunk(text(""), R"(,"finishReason":"STOP")");
  return out.insert(out.size() - 1, "," + kUsage);
}
const std::string kEvents = sse(kFirst) + sse(kSecond) + sse(last());
const std::string kArray = "[" + kFirst + "\n,\r\n" + kSecond + ",\r\n" + last() + "\n]\n";

void expect_whole(const testing::Read& read, const std::string& bytes) {
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.bytes(), bytes);
  EXPECT_TRUE(read.answer->complete());
  EXPECT_EQ(read.answer->stop_reason(), "STOP");
  const Usage usage{
      .input = 6, .cache_read = 4, .output = 5, .reasoning = 2, .source = UsageSource::kReported};
  EXPECT_EQ(read.answer->usage(), usage);
  EXPECT_THAT(read.texts(), ElementsAre(Pair(FrameTextKind::kReasoning, "I see"),
                                        Pair(FrameTextKind::kText, "Hello"),
                                        Pair(FrameTextKind::kToolArguments, "/tmp/a")));
}

}  // namespace

TEST(RawGemini, EventsKeepTheirBytesAtEverySplit) {
  for (std::size_t step = 1; step < kEvents.size(); ++step) {
    expect_whole(testing::read(Dialect::kGemini, true, kEvents, step), kEvents);
  }
}

TEST(RawGemini, ElementsOfAnArrayKeepTheirBytesAtEverySplit) {
  for (std::size_t step = 1; step < kArray.size(); ++step) {
    expect_whole(testing::read(make_raw_array(), kArray, step), kArray);
  }
}

TEST(RawGemini, AWholeAnswer) {
  const auto read = testing::read(Dialect::kGemini, false, last());
  EXPECT_TRUE(read.answer->complete());
  EXPECT_EQ(read.answer->usage().source, UsageSource::kReported);
  EXPECT_EQ(read.bytes(), last());
  EXPECT_TRUE(testing::read(Dialect::kGemini, false, R"({"totalTokens":7})").answer->complete());
}

TEST(RawGemini, WithoutItsEndAnAnswerIsNotComplete) {
  EXPECT_FALSE(testing::read(Dialect::kGemini, true, sse(kFirst)).answer->complete());
  const auto cut = testing::read(make_raw_array(), "[" + kFirst);
  EXPECT_NE(cut.error, "");
  EXPECT_EQ(cut.frames.size(), 1u);
  for (auto bad : {"{}", "[1]", "[{}{}]", "[,{}]", "[{]", "[{}] x"}) {
    EXPECT_NE(testing::read(make_raw_array(), bad).error, "") << bad;
  }
}

TEST(RawGemini, ErrorsAreSeenWithAndWithoutTheirData) {
  const std::string error = R"({"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}})";
  for (const std::string& said : {sse(error), error + "\n\n"}) {
    const auto read = testing::read(Dialect::kGemini, true, sse(kFirst) + said);
    ASSERT_EQ(read.frames.size(), 2u) << read.error;
    EXPECT_TRUE(read.frames.back().is_error);
    EXPECT_FALSE(read.answer->complete());
  }
  EXPECT_TRUE(testing::read(make_raw_array(), "[" + error + "]").frames.front().is_error);
  EXPECT_NE(testing::read(Dialect::kGemini, true, "{\"x\":1}\n\n").error, "");
}

TEST(RawGemini, ARefusedPromptIsAnEnd) {
  const auto read = testing::read(
      Dialect::kGemini, true,
      sse(R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}})"));
  EXPECT_TRUE(read.answer->complete());
  EXPECT_EQ(read.answer->stop_reason(), "SAFETY");
  EXPECT_EQ(read.answer->usage().input, 3);
}

TEST(RawGemini, SeveralCandidatesEndEach) {
  auto candidate = [](int index, const std::string& more) {
    return sse(R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"index":)" +
               std::to_string(index) + more + "}]}");
  };
  const std::string done = R"(,"finishReason":"STOP")";
  const std::string begin = candidate(0, "") + candidate(1, "") + candidate(0, done);
  EXPECT_FALSE(testing::read(Dialect::kGemini, true, begin).answer->complete());
  EXPECT_TRUE(testing::read(Dialect::kGemini, true, begin + candidate(1, done)).answer->complete());
}

}  // namespace sekisho::wire
