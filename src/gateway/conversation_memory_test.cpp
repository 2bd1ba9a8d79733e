#include "gateway/conversation_memory.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sekisho::gateway {
namespace {

struct Memory {
  http::BodyBudget budget;
  http::BufferPool pool{budget};
  ConversationMemory memory{1 << 20};

  Turn turn(KeyId key, std::string_view text) {
    Turn turn;
    turn.key = key;
    turn.body = pool.make();
    EXPECT_TRUE(turn.body.append(text));
    return turn;
  }
};

std::string text(std::size_t size, char fill) {
  return std::string(size, fill);
}

TEST(Common, PrefixAndSuffixAreExact) {
  rc::check([](const std::string& a, const std::string& b, const std::string& c) {
    auto left = a + b, right = a + c;
    auto prefix = common_prefix(left, right);
    RC_ASSERT(prefix >= a.size());
    RC_ASSERT(left.substr(0, prefix) == right.substr(0, prefix));
    bool ends = prefix == left.size() || prefix == right.size();
    RC_ASSERT(ends || left[prefix] != right[prefix]);
    auto suffix = common_suffix(b + a, c + a, std::min(b.size(), c.size()) + a.size());
    RC_ASSERT(suffix >= a.size());
  });
}

TEST(ConversationMemory, FindsTheTurnThatGrew) {
  Memory m;
  m.memory.keep(m.turn(KeyId{1}, text(5000, 'a') + "]}"), 0);
  m.memory.keep(m.turn(KeyId{1}, text(5000, 'b') + "]}"), 0);
  auto body = text(5000, 'a') + ",new]}";
  auto found = m.memory.find(KeyId{1}, wire::Dialect::kOpenAiChat, "", body);
  ASSERT_TRUE(found);
  EXPECT_EQ(found.prefix, 5000u);
  EXPECT_EQ(found.suffix, 2u);
}

TEST(ConversationMemory, NeverSharesBetweenKeys) {
  Memory m;
  m.memory.keep(m.turn(KeyId{1}, text(5000, 'a')), 0);
  EXPECT_FALSE(m.memory.find(KeyId{2}, wire::Dialect::kOpenAiChat, "", text(5000, 'a')));
  EXPECT_FALSE(m.memory.find(KeyId{1}, wire::Dialect::kAnthropicMessages, "", text(5000, 'a')));
}

TEST(ConversationMemory, ANewTurnReplacesTheOneItContinues) {
  Memory m;
  m.memory.keep(m.turn(KeyId{1}, text(5000, 'a')), 0);
  auto found = m.memory.find(KeyId{1}, wire::Dialect::kOpenAiChat, "", text(6000, 'a'));
  m.memory.keep(m.turn(KeyId{1}, text(6000, 'a')), found.number);
  EXPECT_EQ(m.memory.turns(), 1u);
}

TEST(ConversationMemory, KeepsTheLatestBeginningsOfASession) {
  Memory m;
  for (int i = 0; i < 12; ++i) {
    auto turn = m.turn(KeyId{1}, std::to_string(i) + text(5000, 'x'));
    turn.session = "task";
    m.memory.keep(std::move(turn), 0);
  }
  m.memory.keep(m.turn(KeyId{1}, text(5000, 'y')), 0);
  EXPECT_EQ(m.memory.turns(), 9u);
  auto find = [&](const std::string& body) {
    return m.memory.find(KeyId{1}, wire::Dialect::kOpenAiChat, "task", body).number != 0;
  };
  EXPECT_FALSE(find("3" + text(5000, 'x')));
  EXPECT_TRUE(find("4" + text(5000, 'x')));
  EXPECT_TRUE(find("11" + text(5000, 'x')));
}

// What is remembered is no body in flight: an idle gateway with a full memory takes calls.
TEST(ConversationMemory, DoesNotStarveTheBodiesInFlight) {
  http::BodyBudget budget(std::size_t{1} << 20);
  http::BufferPool pool(budget);
  ConversationMemory memory(std::size_t{64} << 20);
  for (int i = 0; i < 40; ++i) {
    Turn turn;
    turn.key = KeyId{1};
    turn.body = pool.make();
    ASSERT_TRUE(turn.body.append(std::to_string(i) + text(400'000, 'x'))) << i;
    memory.keep(std::move(turn), 0);
    EXPECT_EQ(budget.used(), 0u);
  }
  EXPECT_EQ(memory.turns(), 40u);
  memory.clear();
  EXPECT_EQ(budget.used(), 0u);
}

TEST(ConversationMemory, StaysBelowItsCapAndDropsTheOldest) {
  Memory m;
  for (int i = 0; i < 100; ++i) {
    m.memory.keep(m.turn(KeyId{1}, std::to_string(i) + text(50'000, 'x')), 0);
    EXPECT_LE(m.memory.bytes(), std::size_t{1} << 20);
  }
  EXPECT_FALSE(m.memory.find(KeyId{1}, wire::Dialect::kOpenAiChat, "", "0" + text(50'000, 'x')));
  EXPECT_TRUE(m.memory.find(KeyId{1}, wire::Dialect::kOpenAiChat, "", "99" + text(50'000, 'x')));
  m.memory.clear();
  EXPECT_EQ(m.memory.bytes(), 0u);
  EXPECT_LE(m.budget.used(), 0u);
}

}  // namespace
}  // namespace sekisho::gateway
