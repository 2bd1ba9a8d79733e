#include "trace/trace_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace sekisho::trace {
namespace {

CallRecord record(std::int64_t lane, std::int64_t number) {
  CallRecord r;
  r.key = KeyId{lane};
  r.request_bytes = number;
  r.model_asked = "a name that is too long for the small string, number " + std::to_string(number);
  return r;
}

std::size_t drain(TraceQueue& queue, std::size_t most, std::vector<CallRecord>& out) {
  std::vector<const CallRecord*> seen;
  queue.look(most, seen);
  for (const auto* r : seen) out.push_back(*r);
  queue.take();
  return seen.size();
}

TEST(TraceQueue, KeepsTheOrderOfALane) {
  TraceQueue queue(1);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(queue.push(0, record(0, i)));
  EXPECT_EQ(queue.waiting(), 200u);
  std::vector<CallRecord> out;
  EXPECT_EQ(drain(queue, 150, out), 150u);
  EXPECT_EQ(drain(queue, 150, out), 50u);
  EXPECT_EQ(drain(queue, 150, out), 0u);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(out[static_cast<std::size_t>(i)].request_bytes, i);
    EXPECT_TRUE(out[static_cast<std::size_t>(i)].model_asked.ends_with(std::to_string(i)));
  }
}

TEST(TraceQueue, DropsAndCountsWhatDoesNotFit) {
  TraceQueue queue(2, 100);
  int kept = 0;
  for (int i = 0; i < 80; ++i) kept += queue.push(0, record(0, i));
  EXPECT_EQ(kept, 50);
  EXPECT_EQ(queue.dropped(), 30u);
  EXPECT_TRUE(queue.push(1, record(1, 0)));  // another lane has room of its own
  std::vector<CallRecord> out;
  EXPECT_EQ(drain(queue, 1000, out), 51u);
  EXPECT_TRUE(queue.push(0, record(0, 80)));
}

TEST(TraceQueue, DropsWhatIsTooManyBytes) {
  TraceQueue queue(1, 100, 50'000);
  auto large = [](std::int64_t number) {
    auto r = record(0, number);
    r.request_content = std::string(10'000, 'x');
    return r;
  };
  int kept = 0;
  for (int i = 0; i < 10; ++i) kept += queue.push(0, large(i));
  EXPECT_EQ(kept, 4);
  EXPECT_EQ(queue.dropped(), 6u);
  std::vector<CallRecord> out;
  EXPECT_EQ(drain(queue, 2, out), 2u);
  EXPECT_TRUE(queue.push(0, large(10)));
  EXPECT_EQ(drain(queue, 100, out), 3u);
  auto tags = record(0, 11);
  tags.tags.assign(300, std::string(200, 't'));
  EXPECT_FALSE(queue.push(0, std::move(tags)));
}

TEST(TraceQueue, ADroppedRecordIsLeftToItsOwner) {
  TraceQueue queue(1, 1);
  ASSERT_TRUE(queue.push(0, record(0, 1)));
  auto second = record(0, 2);
  EXPECT_FALSE(queue.push(0, std::move(second)));
  EXPECT_EQ(second.request_bytes, 2);
}

TEST(TraceQueue, WhatWasLookedAtStaysUntilItIsTaken) {
  TraceQueue queue(2, 200);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.push(0, record(0, i)));
  ASSERT_TRUE(queue.push(1, record(1, 0)));
  std::vector<const CallRecord*> first, second, last;
  queue.look(70, first);
  ASSERT_EQ(first.size(), 70u);
  EXPECT_EQ(queue.waiting(), 31u);
  EXPECT_TRUE(queue.push(0, record(0, 100)));  // there is room for as many new ones
  queue.look(70, second);
  EXPECT_EQ(first, second);
  EXPECT_EQ(second[69]->request_bytes, 69);
  queue.take();
  queue.look(70, last);
  ASSERT_EQ(last.size(), 32u);
  EXPECT_EQ(last[0]->key, KeyId{1});  // the other lane is first now
  EXPECT_EQ(last[31]->request_bytes, 100);
}

TEST(TraceQueue, LosesNothingBetweenThreads) {
  constexpr std::size_t kLanes = 3;
  constexpr std::int64_t kEach = 5000;
  TraceQueue queue(kLanes, 600);
  std::vector<std::thread> producers;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    producers.emplace_back([&, lane] {
      for (std::int64_t i = 0; i < kEach;) {
        i += queue.push(lane, record(static_cast<std::int64_t>(lane), i));
      }
    });
  }
  std::array<std::int64_t, kLanes> next{};
  std::vector<CallRecord> out;
  for (std::size_t total = 0; total < kLanes * kEach;) {
    out.clear();
    total += drain(queue, 100, out);
    for (const auto& r : out) {
      ASSERT_EQ(r.request_bytes, next[static_cast<std::size_t>(r.key.value)]++);
    }
  }
  for (auto& producer : producers) producer.join();
  EXPECT_EQ(queue.waiting(), 0u);
}

}  // namespace
}  // namespace sekisho::trace
