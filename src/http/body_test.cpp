#include "http/body.h"

#include <gtest/gtest.h>

namespace sekisho::http {
namespace {

TEST(Buffer, GrowsAndKeepsItsBytes) {
  BodyBudget budget;
  BufferPool pool(budget);
  auto buffer = pool.make();
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    auto piece = std::to_string(i) + ",";
    expected += piece;
    ASSERT_TRUE(buffer.append(piece));
  }
  EXPECT_EQ(buffer.view(), expected);
  EXPECT_GE(budget.used(), buffer.size() + Buffer::kPadding);
  auto moved = std::move(buffer);
  EXPECT_EQ(moved.view(), expected);
  moved.release();
  EXPECT_EQ(budget.used(), 0u);
}

TEST(Buffer, PaddingBehindTheEndIsReadable) {
  BodyBudget budget;
  BufferPool pool(budget);
  for (std::size_t size : {1u, 4031u, 4032u, 4033u, 65472u, 65536u}) {
    auto buffer = pool.make();
    auto space = buffer.prepare(size);
    ASSERT_TRUE(space && space->size() >= size);
    std::fill(space->begin(), space->begin() + static_cast<std::ptrdiff_t>(size), 'x');
    buffer.commit(size);
    std::fill(buffer.data() + size, buffer.data() + size + Buffer::kPadding, '\0');  // ASan watches
  }
}

TEST(Buffer, TheAggregateCapHolds) {
  BodyBudget budget(64 * 1024);
  BufferPool pool(budget), other(budget);
  auto first = pool.make(), second = other.make();
  ASSERT_TRUE(first.reserve(30'000));  // 32 KB
  ASSERT_TRUE(second.reserve(30'000));
  auto third = pool.make();
  auto refused = third.reserve(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kOverloaded);
  first.release();
  EXPECT_TRUE(third.reserve(1));
}

TEST(BufferPool, GivesTheSameMemoryAgainUpToWhatItKeeps) {
  BodyBudget budget;
  BufferPool pool(budget, 8192);
  auto buffer = pool.make();
  ASSERT_TRUE(buffer.reserve(100));
  auto* memory = buffer.data();
  buffer.release();
  ASSERT_TRUE(buffer.reserve(100));
  EXPECT_EQ(buffer.data(), memory);
}

}  // namespace
}  // namespace sekisho::http
