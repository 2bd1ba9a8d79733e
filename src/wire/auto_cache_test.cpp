#include "wire/auto_cache.h"

#include <gtest/gtest.h>

#include "wire/openai_chat/request_decoder.h"

namespace sekisho::wire {
namespace {

const std::string kMark = R"(,"cache_control":{"type":"ephemeral"})";

std::string marked(std::string_view body) {
  auto envelope = parse_envelope(Dialect::kAnthropicMessages, body);
  EXPECT_TRUE(envelope);
  std::vector<SpanEdit> edits;
  bool changed = edit_cache_marks(*envelope, body, edits);
  EXPECT_EQ(changed, !edits.empty());
  return SplicedBody(body, std::move(edits)).str();
}

TEST(AutoCache, MarksToolsSystemAndTheLastTwoUserTurns) {
  EXPECT_EQ(
      marked(
          R"({"model":"m","tools":[{"name":"a"},{"name":"b"} ],)"
          R"("system":[{"type":"text","text":"s"}],"messages":[)"
          R"({"role":"user","content":[{"type":"text","text":"1"}]},)"
          R"({"role":"assistant","content":"2"},)"
          R"({"role":"user","content":[{"type":"text","text":"3"}]},)"
          R"({"role":"assistant","content":"4"},)"
          R"({"content":[{"type":"text","text":"5"},{"type":"text","text":" "}],"role":"user"}]})"),
      R"({"model":"m","tools":[{"name":"a"},{"name":"b")" + kMark +
          R"(} ],"system":[{"type":"text","text":"s")" + kMark +
          R"(}],"messages":[{"role":"user","content":[{"type":"text","text":"1"}]},)"
          R"({"role":"assistant","content":"2"},)"
          R"({"role":"user","content":[{"type":"text","text":"3")" +
          kMark + R"(}]},{"role":"assistant","content":"4"},)" +
          R"({"content":[{"type":"text","text":"5")" + kMark +
          R"(},{"type":"text","text":" "}],"role":"user"}]})");
}

TEST(AutoCache, AStringBecomesTheOnlyBlock) {
  EXPECT_EQ(
      marked(R"({"model":"m","system":"be \"kind\"","messages":[{"role":"user","content":"x"}]})"),
      R"({"model":"m","system":[{"type":"text","text":"be \"kind\"")" + kMark +
          R"(}],"messages":[{"role":"user","content":[{"type":"text","text":"x")" + kMark +
          R"(}]}]})");
}

TEST(AutoCache, OwnMarksAreLeftAlone) {
  for (
      std::string body :
      {R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}]})",
       R"({"model":"m","cache_control":{"type":"ephemeral"},"messages":[{"role":"user","content":"x"}]})"}) {
    EXPECT_EQ(marked(body), body);
  }
}

TEST(AutoCache, ThinkingEmptyTextAndDeferredToolsCarryNone) {
  for (
      std::string body :
      {R"({"model":"m","messages":[{"role":"user","content":""}]})",
       R"({"model":"m","tools":[{"name":"a","defer_loading":true}],"messages":[]})",
       R"({"model":"m","messages":[{"role":"user","content":[{"type":"thinking","thinking":"t","signature":"s"}]}]})"}) {
    EXPECT_EQ(marked(body), body);
  }
}

TEST(AutoCache, TheSameBytesComeAgainForTheSamePrefix) {
  std::string one = R"({"model":"m","system":"s","messages":[{"role":"user","content":"1"}]})";
  EXPECT_EQ(marked(one), marked(one));
}

std::unique_ptr<Conversation> decoded(std::string_view body) {
  std::vector<std::string> dropped;
  auto conversation = openai_chat::decode_request(body, dropped);
  EXPECT_TRUE(conversation);
  return std::move(*conversation);
}

TEST(AutoCache, ConversationsGetFourMarksAtMost) {
  std::string body =
      R"({"model":"m","tools":[{"type":"function","function":{"name":"a"}}],"messages":[)"
      R"({"role":"system","content":"s"},{"role":"user","content":"1"},)"
      R"({"role":"assistant","content":"2"},{"role":"user","content":"3"},)"
      R"({"role":"assistant","content":"4"},{"role":"user","content":"5"}]})";
  auto conversation = decoded(body);
  EXPECT_TRUE(mark_for_cache(*conversation));
  EXPECT_EQ(conversation->tools.back().cache, CacheMark::kFiveMinutes);
  EXPECT_EQ(conversation->system.back().cache, CacheMark::kFiveMinutes);
  std::vector<bool> turns;
  for (const auto& turn : conversation->turns) {
    turns.push_back(turn.blocks.back().cache != CacheMark::kNone);
  }
  EXPECT_EQ(turns, (std::vector<bool>{false, false, true, false, true}));
  EXPECT_FALSE(mark_for_cache(*conversation)) << "now it has marks of its own";
}

}  // namespace
}  // namespace sekisho::wire
