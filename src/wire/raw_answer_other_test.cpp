// Answers of OpenAI's smaller APIs in their own dialect.

#include <gmock/gmock.h>

#include "wire/raw_answer_testing.h"

namespace sekisho::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::read;

const std::string kVectors =
    R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-1e-3]},)"
    R"({"object":"embedding","index":1,"embedding":"AACAPgAAgD4AAIA+AACAPgAAgD4="}],)"
    R"("model":"text-embedding-3-small","usage":{"prompt_tokens":9,"total_tokens":9}})";

TEST(RawEmbeddings, VectorsPassUnread) {
  const auto out = read(Dialect::kOpenAiEmbeddings, false, kVectors);
  EXPECT_EQ(out.bytes(), kVectors);
  EXPECT_THAT(out.texts(), IsEmpty());
  EXPECT_TRUE(out.answer->complete());
  const Usage wanted{.input = 9, .source = UsageSource::kReported};
  EXPECT_EQ(out.answer->usage(), wanted);
}

TEST(RawEmbeddings, EverySplitGivesTheSame) {
  const auto whole = read(Dialect::kOpenAiEmbeddings, false, kVectors);
  for (std::size_t step = 1; step < 50; ++step) {
    ASSERT_TRUE(read(Dialect::kOpenAiEmbeddings, false, kVectors, step) == whole);
  }
}

TEST(RawEmbeddings, OtherTextsAreRead) {
  const auto out = read(Dialect::kOpenAiEmbeddings, false,
                        R"({"data":[],"note":"a text that a guard must see, too"})");
  EXPECT_THAT(out.texts(),
              ElementsAre(Pair(FrameTextKind::kText, "a text that a guard must see, too")));
  EXPECT_EQ(out.answer->usage().source, UsageSource::kPartial);
}

TEST(RawEmbeddings, AnErrorIsOne) {
  const auto out = read(Dialect::kOpenAiEmbeddings, false, R"({"error":{"message":"no"}})");
  ASSERT_EQ(out.frames.size(), 1U);
  EXPECT_TRUE(out.frames[0].is_error);
  EXPECT_FALSE(out.answer->complete());
  EXPECT_FALSE(read(Dialect::kOpenAiEmbeddings, false, R"({"data":[1]})").error.empty());
}

std::string chunk(const std::string& choice, const std::string& more = "") {
  return R"(data: {"id":"cmpl-1","object":"text_completion","choices":[)" + choice + "]" + more +
         "}\n\n";
}
const std::string kStream =
    chunk(R"({"text":"Hel","index":0,"logprobs":null,"finish_reason":null})") +
    chunk(R"({"text":"B","index":1,"finish_reason":null})") +
    chunk(R"({"text":"lo","index":0,"logprobs":null,"finish_reason":null})") +
    chunk(R"({"text":"","index":0,"finish_reason":"length"})") +
    chunk(R"({"text":"","index":1,"finish_reason":"stop"})") +
    chunk("", R"(,"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7})") +
    "data: [DONE]\n\n";

TEST(RawCompletions, TextsOfEachChoice) {
  const auto out = read(Dialect::kOpenAiCompletions, true, kStream);
  EXPECT_EQ(out.bytes(), kStream);
  EXPECT_THAT(out.texts(),
              ElementsAre(Pair(FrameTextKind::kText, "Hello"), Pair(FrameTextKind::kText, "B")));
  EXPECT_TRUE(out.answer->complete());
  EXPECT_EQ(out.answer->usage().output, 4);
  EXPECT_EQ(out.answer->usage().source, UsageSource::kReported);
  for (std::size_t step = 1; step < 60; ++step) {
    ASSERT_TRUE(read(Dialect::kOpenAiCompletions, true, kStream, step) == out) << step;
  }
}

TEST(RawCompletions, WholeAnswers) {
  const std::string body =
      R"({"id":"cmpl-1","choices":[{"text":"Hello","index":0,"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}})";
  const auto out = read(Dialect::kOpenAiCompletions, false, body);
  EXPECT_THAT(out.texts(), ElementsAre(Pair(FrameTextKind::kText, "Hello")));
  EXPECT_EQ(out.answer->stop_reason(), "stop");
  EXPECT_EQ(out.answer->usage().total(), 7);
}

}  // namespace
}  // namespace sekisho::wire
