// What the envelope finds in requests without messages: completions and embeddings.

#include <gmock/gmock.h>

#include "wire/envelope.h"

namespace sekisho::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts(Dialect dialect, const std::string& body) {
  auto envelope = parse_envelope(dialect, body);
  EXPECT_TRUE(envelope) << envelope.error().detail;
  std::vector<std::string> out;
  if (!envelope) return out;
  for (const TextBlock& block : envelope->blocks) {
    EXPECT_EQ(block.kind, BlockKind::kUser);
    out.emplace_back(block.raw.of(body));
  }
  return out;
}
std::vector<std::string> inputs(const std::string& value) {
  return texts(Dialect::kOpenAiEmbeddings, R"({"model":"m","input":)" + value + "}");
}
Envelope completion(const std::string& members) {
  auto envelope = parse_envelope(Dialect::kOpenAiCompletions, R"({"model":"m",)" + members + "}");
  EXPECT_TRUE(envelope) << envelope.error().detail;
  return envelope ? *std::move(envelope) : Envelope{};
}
std::string fault(Dialect dialect, const std::string& members) {
  auto envelope = parse_envelope(dialect, R"({"model":"m",)" + members + "}");
  return envelope ? "" : envelope.error().detail;
}

TEST(EnvelopeOfPrompts, TheGuardReadsEveryString) {
  EXPECT_THAT(inputs(R"("one")"), ElementsAre("one"));
  EXPECT_THAT(inputs(R"(["one","","tw\u006f"])"), ElementsAre("one", R"(tw\u006f)"));
  EXPECT_THAT(inputs("[1,2,3]"), IsEmpty());
  EXPECT_THAT(inputs("[[1,2],[3]]"), IsEmpty());
  EXPECT_THAT(texts(Dialect::kOpenAiCompletions, R"({"prompt":["a","b"],"model":"m"})"),
              ElementsAre("a", "b"));
}

TEST(EnvelopeOfPrompts, OutputsAreCounted) {
  EXPECT_EQ(completion(R"("prompt":"a")").outputs(), 1);
  EXPECT_EQ(completion(R"("prompt":["a","b"],"n":3)").outputs(), 6);
  EXPECT_EQ(completion(R"("n":2,"prompt":[[1],[2],[3]],"best_of":5)").outputs(), 15);
  EXPECT_EQ(completion(R"("best_of":5,"n":2,"prompt":[1,2,3])").outputs(), 5);
}

TEST(EnvelopeOfPrompts, CompletionsStream) {
  const auto envelope = completion(
      R"("prompt":"a","stream":true,"stream_options":{"include_usage":true},"max_tokens":7)");
  EXPECT_TRUE(envelope.stream);
  EXPECT_TRUE(envelope.include_usage);
  EXPECT_EQ(envelope.max_tokens, 7);
}

TEST(EnvelopeOfPrompts, EmbeddingsDoNotStream) {
  auto envelope =
      parse_envelope(Dialect::kOpenAiEmbeddings, R"({"model":"m","input":"a","stream":true})");
  ASSERT_TRUE(envelope);
  EXPECT_FALSE(envelope->stream);
}

TEST(EnvelopeOfPrompts, WrongOnesAreRefusedByName) {
  const auto embeddings = Dialect::kOpenAiEmbeddings, completions = Dialect::kOpenAiCompletions;
  EXPECT_EQ(fault(embeddings, R"("dimensions":2)"), "input is missing or empty");
  EXPECT_EQ(fault(embeddings, R"("input":[])"), "input is missing or empty");
  EXPECT_EQ(fault(completions, R"("messages":[])"), "prompt is missing or empty");
  EXPECT_THAT(fault(embeddings, R"("input":{})"), HasSubstr("an array of strings"));
  EXPECT_THAT(fault(embeddings, R"("input":["a",null])"), HasSubstr("an array of strings"));
  EXPECT_THAT(fault(embeddings, R"("input":[[1,"a"]])"), HasSubstr("token numbers"));
  EXPECT_THAT(fault(embeddings, R"("Input":"a")"), HasSubstr("only in case"));
  EXPECT_THAT(fault(embeddings, R"("input":"a","input":"b")"), HasSubstr("duplicate"));
  std::string many = R"("a")";
  for (int i = 0; i < 2048; ++i) many += R"(,"a")";
  EXPECT_THAT(fault(embeddings, "\"input\":[" + many + "]"), HasSubstr("more than 2048 prompts"));
}

}  // namespace
}  // namespace sekisho::wire
