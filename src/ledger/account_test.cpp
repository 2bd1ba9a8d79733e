#include "ledger/account.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/random.h"

namespace sekisho::ledger {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kMonday = window_number(Window::kDay, 20'000);
constexpr std::int64_t kTuesday = window_number(Window::kDay, 20'001);

auto reserve(Account& account, std::int64_t window, std::int64_t amount, std::int64_t cap) {
  return account.try_reserve(window, Money{amount}, Money{cap});
}

TEST(Account, ReservesUpToTheCapAndNotBeyond) {
  Account account({ScopeKind::kKey, 1});
  EXPECT_EQ(reserve(account, kMonday, 60, 100), Account::Reserve::kDone);
  EXPECT_EQ(reserve(account, kMonday, 41, 100), Account::Reserve::kOverCap);
  EXPECT_EQ(reserve(account, kMonday, 40, 100), Account::Reserve::kDone);
  EXPECT_EQ(account.committed(kMonday), Money{100});
  account.adjust(kMonday, Money{-30});
  EXPECT_EQ(reserve(account, kMonday, 30, 100), Account::Reserve::kDone);
}

TEST(Account, AmountsThatWouldOverflowAreOverTheCap) {
  Account account({ScopeKind::kKey, 1});
  std::int64_t window = kMonday;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(account.try_reserve(window, Money{most}, std::nullopt), Account::Reserve::kDone);
  EXPECT_EQ(account.try_reserve(window, Money{1}, std::nullopt), Account::Reserve::kOverCap);
}

TEST(Account, ANewWindowBeginsByItselfAndAnOldCallDoesNotTouchIt) {
  Account account({ScopeKind::kKey, 1});
  EXPECT_EQ(reserve(account, kMonday, 100, 100), Account::Reserve::kDone);
  EXPECT_EQ(account.committed(kTuesday), Money{0});
  EXPECT_EQ(reserve(account, kTuesday, 70, 100), Account::Reserve::kDone);
  account.adjust(kMonday, Money{-90});
  EXPECT_EQ(account.committed(kTuesday), Money{70});
}

TEST(Account, AnEarlierWindowIsNeverReturnedTo) {
  Account account({ScopeKind::kKey, 1});
  EXPECT_EQ(reserve(account, kTuesday, 100, 100), Account::Reserve::kDone);
  EXPECT_EQ(reserve(account, kMonday, 1, 100), Account::Reserve::kMovedOn);
  EXPECT_EQ(account.committed(kMonday), Money{100});
}

TEST(Account, AWindowOfAnotherKindIsChargedAsTheAccountHasIt) {
  Account account({ScopeKind::kKey, 1});
  account.set_window(window_number(Window::kMonth, 19'990), Money{90});
  std::int64_t window = kMonday;
  EXPECT_EQ(account.try_reserve(window, Money{10}, Money{100}), Account::Reserve::kDone);
  EXPECT_EQ(window, window_number(Window::kMonth, 19'990));
  EXPECT_EQ(reserve(account, kTuesday, 1, 100), Account::Reserve::kOverCap);
}

TEST(Account, ParallelCallsAreCountedAgainstTheLimit) {
  Account account({ScopeKind::kKey, 1});
  EXPECT_TRUE(account.take_parallel(2));
  EXPECT_TRUE(account.take_parallel(2));
  EXPECT_FALSE(account.take_parallel(2));
  EXPECT_TRUE(account.take_parallel(std::nullopt));
  account.return_parallel();
  account.return_parallel();
  EXPECT_TRUE(account.take_parallel(2));
}

TEST(SlidingMinute, FadesThePreviousMinuteOut) {
  SlidingMinute minute;
  SteadyTime start{minutes(10)};
  EXPECT_TRUE(minute.take(start, 60, 60));
  EXPECT_FALSE(minute.take(start + seconds(59), 1, 60));
  EXPECT_FALSE(minute.take(start + seconds(60), 1, 60));
  EXPECT_TRUE(minute.take(start + seconds(61), 1, 60));
  EXPECT_FALSE(minute.take(start + seconds(61), 1, 60));
  EXPECT_TRUE(minute.take(start + seconds(90), 29, 60));
  EXPECT_FALSE(minute.take(start + seconds(90), 1, 60));
  EXPECT_EQ(minute.used(start + minutes(5)), 0);
}

TEST(SlidingMinute, SaysWhenThereWillBeRoom) {
  SeededRandom random(4);
  for (int round = 0; round < 2000; ++round) {
    SlidingMinute minute;
    SteadyTime now{minutes(3)};
    std::int64_t limit = 1 + static_cast<std::int64_t>(random.below(50));
    for (int i = 0; i < 20; ++i) {
      now += seconds(random.below(20));
      minute.take(now, 1 + static_cast<std::int64_t>(random.below(5)), limit);
    }
    std::int64_t count = 1 + static_cast<std::int64_t>(random.below(60));
    auto wait = minute.until(now, count, limit);
    ASSERT_EQ(wait.has_value(), count <= limit);
    if (!wait) continue;
    if (*wait > Duration(0)) {
      ASSERT_FALSE(minute.take(now + *wait - Duration(1'000'000), count, limit));
    }
    ASSERT_TRUE(minute.take(now + *wait, count, limit)) << wait->count();
  }
}

TEST(SlidingMinute, CorrectionsGoToTheMinuteInWhichTheyWereTaken) {
  SlidingMinute minute;
  SteadyTime start{minutes(10)};
  EXPECT_TRUE(minute.take(start, 1000, 1000));
  minute.adjust(start, start + seconds(10), -900);
  EXPECT_EQ(minute.used(start + seconds(10)), 100);
  minute.adjust(start, start + seconds(60), 20);
  EXPECT_EQ(minute.used(start + seconds(60)), 120);
  EXPECT_TRUE(minute.take(start + seconds(180), 1, 1000));
  minute.adjust(start, start + seconds(180), 500);
  EXPECT_EQ(minute.used(start + seconds(180)), 1);
}

TEST(SlidingMinute, ALaggingCallerCannotTurnItBack) {
  SlidingMinute minute;
  SteadyTime late{minutes(10)};
  EXPECT_TRUE(minute.take(late, 10, 10));
  EXPECT_FALSE(minute.take(late - seconds(30), 1, 10));
}

// Eight threads, one account, one day after the other.
TEST(Account, UnderEightThreadsTheCapHoldsAndTheSumIsExact) {
  Account account({ScopeKind::kOrganisation, 1});
  constexpr std::int64_t kCap = 1'000;
  constexpr int kRounds = 5'000;
  std::atomic<std::int64_t> settled_last_day{0};
  std::atomic<bool> over{false};
  const std::int64_t last_day = window_number(Window::kDay, 20'000 + kRounds / 1'000 - 1);
  auto work = [&](std::uint64_t seed) {
    SeededRandom random(seed);
    for (int i = 0; i < kRounds; ++i) {
      std::int64_t window = window_number(Window::kDay, 20'000 + i / 1'000);
      auto worst = static_cast<std::int64_t>(random.below(200));
      if (account.try_reserve(window, Money{worst}, Money{kCap}) != Account::Reserve::kDone) {
        continue;
      }
      if (account.state().committed > Money{kCap}) over = true;
      auto actual =
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(worst / 50 + 1)));
      account.adjust(window, Money{actual - worst});
      if (window == last_day) settled_last_day += actual;
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 8; ++t) threads.emplace_back(work, t + 1);
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(account.committed(last_day), Money{settled_last_day.load()});
}

TEST(Account, TwoHundredParallelReservationsOfABudgetForTen) {
  Account account({ScopeKind::kKey, 1});
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        if (reserve(account, kMonday, 7, 70) == Account::Reserve::kDone) ++admitted;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted, 10);
}

}  // namespace
}  // namespace sekisho::ledger
