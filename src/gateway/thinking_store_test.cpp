#include "gateway/thinking_store.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {
namespace {

using namespace std::chrono_literals;
using Event = wire::AnswerEvent;

struct ThinkingStoreTest : testing::Test {
  SeededRandom random{7};
  ThinkingStore store{64 << 10, random};
  SteadyTime now{1h};
  std::vector<wire::ThinkingBlock> blocks{{"Let me \"think\".\n", "c2ln", ""}, {"", "", "cmVk"}};
};

TEST_F(ThinkingStoreTest, GivesBackWhatStoodBeforeACall) {
  store.keep(KeyId{1}, "claude", "call_1", blocks, now);
  EXPECT_EQ(store.find(KeyId{1}, "claude", "call_1", now), blocks);
}

TEST_F(ThinkingStoreTest, KnowsNothingOfOtherKeysModelsAndCalls) {
  store.keep(KeyId{1}, "claude", "call_1", blocks, now);
  EXPECT_TRUE(store.find(KeyId{2}, "claude", "call_1", now).empty());
  EXPECT_TRUE(store.find(KeyId{1}, "gemini", "call_1", now).empty());
  EXPECT_TRUE(store.find(KeyId{1}, "claude", "call_2", now).empty());
}

TEST_F(ThinkingStoreTest, ForgetsAfterADay) {
  store.keep(KeyId{1}, "claude", "call_1", blocks, now);
  EXPECT_FALSE(store.find(KeyId{1}, "claude", "call_1", now + 23h).empty());
  EXPECT_TRUE(store.find(KeyId{1}, "claude", "call_1", now + 24h).empty());
}

TEST_F(ThinkingStoreTest, StaysWithinItsBytesAndKeepsTheNewest) {
  std::vector<wire::ThinkingBlock> large{{std::string(500, 't'), "s", ""}};
  for (int i = 0; i < 2000; ++i) {
    store.keep(KeyId{1}, "claude", "call_" + std::to_string(i), large, now);
    ASSERT_LE(store.bytes(), 64U << 10);
    ASSERT_EQ(store.find(KeyId{1}, "claude", "call_" + std::to_string(i), now), large);
  }
  EXPECT_TRUE(store.find(KeyId{1}, "claude", "call_0", now).empty());
}

TEST_F(ThinkingStoreTest, KeepingTheSameCallAgainCostsNothing) {
  store.keep(KeyId{1}, "claude", "call_1", blocks, now);
  auto once = store.bytes();
  for (int i = 0; i < 1000; ++i) store.keep(KeyId{1}, "claude", "call_1", blocks, now);
  EXPECT_EQ(store.bytes(), once);
  EXPECT_EQ(store.find(KeyId{1}, "claude", "call_1", now), blocks);
}

TEST_F(ThinkingStoreTest, WhatIsTooLargeIsNotKept) {
  store.keep(KeyId{1}, "claude", "call_1", {{std::string(100 << 10, 't'), "s", ""}}, now);
  EXPECT_EQ(store.bytes(), 0U);
}

Event event(Event::Kind kind, Event::Block block, std::string text = {},
            std::string signature = {}) {
  Event out;
  out.kind = kind;
  out.block = block;
  out.text = std::move(text);
  out.signature = std::move(signature);
  if (block == Event::Block::kToolCall) out.tool_id = "call_1";
  return out;
}

TEST(ThinkingGatherer, HoldsSignedThinkingInFrontOfEachCall) {
  using enum Event::Kind;
  using enum Event::Block;
  ThinkingGatherer gatherer;
  gatherer.see(event(kBlockStart, kReasoning));
  gatherer.see(event(kDelta, kReasoning, "Let "));
  gatherer.see(event(kDelta, kReasoning, "me"));
  gatherer.see(event(kDelta, kReasoning, "", "c2ln"));
  gatherer.see(event(kBlockStop, kReasoning));
  gatherer.see(event(kBlockStart, kText));
  gatherer.see(event(kDelta, kText, "Now"));
  EXPECT_TRUE(gatherer.take().empty());
  gatherer.see(event(kBlockStart, kToolCall));
  auto calls = gatherer.take();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].tool_id, "call_1");
  EXPECT_EQ(calls[0].blocks, (std::vector<wire::ThinkingBlock>{{"Let me", "c2ln", ""}}));
  EXPECT_TRUE(gatherer.take().empty());
}

TEST(ThinkingGatherer, UnsignedOrEndlessThinkingIsNotKept) {
  using enum Event::Kind;
  using enum Event::Block;
  ThinkingGatherer gatherer;
  gatherer.see(event(kBlockStart, kReasoning));
  gatherer.see(event(kDelta, kReasoning, "no signature"));
  gatherer.see(event(kBlockStart, kToolCall));
  EXPECT_TRUE(gatherer.take().empty());
  ThinkingGatherer endless;
  endless.see(event(kBlockStart, kReasoning));
  endless.see(event(kDelta, kReasoning, std::string(kKeptThinkingBytes + 1, 't'), "c2ln"));
  endless.see(event(kBlockStart, kToolCall));
  EXPECT_TRUE(endless.take().empty());
}

}  // namespace
}  // namespace sekisho::gateway
