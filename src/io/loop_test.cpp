#include "io/loop.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <thread>

#include "io/epoll_loop.h"
#include "io/signal.h"

namespace sekisho::io {
namespace {

using namespace std::chrono_literals;

class LoopTest : public ::testing::Test {
 protected:
  SystemClock clock_;
  EpollLoop loop_{clock_};
};

task<void> sleep_then_note(Loop& loop, Duration d, int id, std::vector<int>& order) {
  co_await loop.sleep_for(d);
  order.push_back(id);
}

task<void> note_all(Loop& loop, std::vector<int>& order) {
  TaskScope scope(loop);
  Signal done(loop);
  for (int id : {5, 1, 4, 2, 3}) scope.spawn(sleep_then_note(loop, id * 1ms, id, order));
  scope.when_empty([&done] { done.set(); });
  co_await done.wait();
}

TEST_F(LoopTest, TimersFireInOrderOfTheirTime) {
  std::vector<int> order;
  loop_.run_until_done(note_all(loop_, order));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
}

class ManualLoop final : public Loop {
 public:
  const Clock& clock() const override { return clock_; }
  void post(std::move_only_function<void()>) override {}
  void run() override {}
  void stop() override {}
  void advance(SteadyTime to) { run_due_timers(now_ = to); }

 private:
  SystemClock clock_;
};

TEST(TimerHeap, FiresExactlyTheArmedOnesInOrder) {
  rc::check([](const std::vector<std::pair<std::uint8_t, bool>>& plan) {
    ManualLoop loop;
    std::vector<int> fired, expected;
    std::vector<std::unique_ptr<Timer>> timers;
    for (auto [at, cancelled] : plan) {
      timers.push_back(
          std::make_unique<Timer>(loop, [&fired, t = int{at}] { fired.push_back(t); }));
      timers.back()->arm(SteadyTime(Duration(at / 2)));
      timers.back()->arm(SteadyTime(Duration(at)));  // re-arming moves it
      if (!cancelled) expected.push_back(at);
    }
    for (std::size_t i = 0; i < plan.size(); ++i) {
      if (plan[i].second) timers[i]->cancel();
    }
    std::ranges::sort(expected);
    for (int t = 0; t < 256; ++t) loop.advance(SteadyTime(Duration(t)));
    RC_ASSERT(fired == expected);
  });
}

TEST_F(LoopTest, ACallbackMayDestroyItsTimer) {
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(loop_, [&] {
    timer.reset();
    loop_.stop();
  });
  timer->arm(loop_.now());
  loop_.run();
  EXPECT_EQ(timer, nullptr);
}

TEST_F(LoopTest, PostFromOtherThreadsArrivesOnTheLoop) {
  int sum = 0;  // touched by the loop's thread only
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        loop_.post([&] {
          if (++sum == 4000) loop_.stop();
        });
      }
    });
  }
  loop_.run();
  EXPECT_EQ(sum, 4000);
}

struct Witness {
  explicit Witness(int& alive) : count(&alive) { ++alive; }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { --*count; }
  int* count;
};

task<void> hold(Loop& loop, int& alive) {
  Witness witness(alive);
  co_await loop.sleep_for(1h);
}

task<void> hold_signal(Signal& signal, int& alive) {
  Witness witness(alive);
  co_await signal.wait();
  alive += 100;
}

task<void> pause(Loop& loop) {
  co_await loop.sleep_for(1ns);
}

TEST_F(LoopTest, DestroyingAScopeCancelsWhatIsLeft) {
  int alive = 0;
  auto scope = std::make_unique<TaskScope>(loop_);
  for (int i = 0; i < 10; ++i) scope->spawn(hold(loop_, alive));
  loop_.run_until_done(pause(loop_));
  EXPECT_EQ(alive, 10);
  scope->spawn(hold(loop_, alive));  // never started
  EXPECT_EQ(scope->size(), 11u);
  scope.reset();
  EXPECT_EQ(alive, 0);
  loop_.run_until_done(pause(loop_));
}

TEST_F(LoopTest, ATaskDestroyedBetweenWakingAndResumingIsForgotten) {
  int alive = 0;
  Signal signal(loop_);
  auto held = hold_signal(signal, alive);
  held.start();
  EXPECT_EQ(alive, 1);
  signal.set();
  held = {};
  EXPECT_EQ(alive, 0);
  loop_.run_until_done(pause(loop_));
  EXPECT_EQ(alive, 0);
}

task<void> count_to(int n, int& count) {
  for (int i = 0; i < n; ++i)
    co_await [](int& c) -> task<void> {
      ++c;
      co_return;
    }(count);
}

TEST_F(LoopTest, SynchronousAwaitsDoNotGrowTheStack) {
  int count = 0;
  loop_.run_until_done(count_to(1'000'000, count));
  EXPECT_EQ(count, 1'000'000);
}

task<void> wait_signal(Loop& loop, Signal& signal, Duration d, bool& in_time) {
  in_time = co_await signal.wait(loop.now() + d);
}

TEST_F(LoopTest, ASignalTellsWhetherItCameBeforeTheDeadline) {
  Signal signal(loop_);
  bool in_time = true;
  loop_.run_until_done(wait_signal(loop_, signal, 1ms, in_time));
  EXPECT_FALSE(in_time);
  signal.set();
  loop_.run_until_done(wait_signal(loop_, signal, 1h, in_time));
  EXPECT_TRUE(in_time);
  EXPECT_FALSE(signal.is_set());
}

}  // namespace
}  // namespace sekisho::io
