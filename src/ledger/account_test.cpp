#include "ledger/account.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include "base/random.h"

namespace sekisho::ledger {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kFriday = 20'000;  // 2024-10-04
constexpr std::int64_t kSaturday = 20'001;

auto reserve(Account& account, std::int64_t day, std::int64_t amount, std::int64_t cap) {
  return account.try_reserve(windows_of_day(day), Money{amount}, Window::kDay, Money{cap});
}
Money committed(const Account& account, std::int64_t day) {
  return account.committed(window_number(Window::kDay, day));
}

TEST(Account, ReservesUpToTheCapAndNotBeyond) {
  Account account({ScopeKind::kKey, 1});
  EXPECT_EQ(reserve(account, kFriday, 60, 100), Account::Reserve::kDone);
  EXPECT_EQ(reserve(account, kFriday, 41, 100), Account::Reserve::kOverCap);
  EXPECT_EQ(reserve(account, kFriday, 40, 100), Account::Reserve::kDone);
  EXPECT_EQ(committed(account, kFriday), Money{100});
  account.adjust(windows_of_day(kFriday), Money{-30});
  EXPECT_EQ(reserve(account, kFriday, 30, 100), Account::Reserve::kDone);
}

TEST(Account, AmountsThatWouldOverflowAreOverTheCap) {
  Account account({ScopeKind::kKey, 1});
  auto windows = windows_of_day(kFriday);
  Money most{std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(account.try_reserve(windows, most, Window::kDay, {}), Account::Reserve::kDone);
  EXPECT_EQ(account.try_reserve(windows, Money{1}, Window::kDay, {}), Account::Reserve::kOverCap);
}

TEST(Account, ANewWindowBeginsByItselfAndAnOldCallDoesNotTouchIt) {
  Account account({ScopeKind::kKey, 1});
  EXPECT_EQ(reserve(account, kFriday, 100, 100), Account::Reserve::kDone);
  EXPECT_EQ(committed(account, kSaturday), Money{0});
  EXPECT_EQ(reserve(account, kSaturday, 70, 100), Account::Reserve::kDone);
  account.adjust(windows_of_day(kFriday), Money{-90});
  EXPECT_EQ(committed(account, kSaturday), Money{70});
}

TEST(Account, AnEarlierWindowIsNeverReturnedTo) {
  Account account({ScopeKind::kKey, 1});
  EXPECT_EQ(reserve(account, kSaturday, 100, 100), Account::Reserve::kDone);
  EXPECT_EQ(reserve(account, kFriday, 1, 100), Account::Reserve::kMovedOn);
  EXPECT_EQ(committed(account, kFriday), Money{100});
}

TEST(Account, CountsWindowsOfEveryKindAtOnceAndAllOrNothing) {
  Account account({ScopeKind::kKey, 1});
  auto windows = windows_of_day(kFriday);
  EXPECT_EQ(reserve(account, kFriday, 60, 100), Account::Reserve::kDone);
  EXPECT_EQ(reserve(account, kFriday, 41, 100), Account::Reserve::kOverCap);
  EXPECT_EQ(account.try_reserve(windows, Money{41}, Window::kMonth, Money{100}),
            Account::Reserve::kOverCap);
  EXPECT_EQ(reserve(account, kSaturday, 30, 100), Account::Reserve::kDone);
  EXPECT_EQ(reserve(account, kFriday, 1, 100), Account::Reserve::kMovedOn);
  for (auto [kind, amount] : {std::pair(Window::kNone, 90),
                              {Window::kDay, 30},
                              {Window::kWeek, 90},
                              {Window::kMonth, 90}}) {
    EXPECT_EQ(account.state(kind).committed, Money{amount}) << static_cast<int>(kind);
  }
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

using std::chrono::milliseconds;

TEST(SlidingMinute, CountsTheLastSixtySeconds) {
  SlidingMinute minute;
  SteadyTime start = SteadyTime(minutes(10)) + milliseconds(300);
  EXPECT_TRUE(minute.take(start, 50, 60));
  EXPECT_TRUE(minute.take(start + seconds(30), 10, 60));
  EXPECT_EQ(minute.used(start + seconds(59)), 60);
  EXPECT_FALSE(minute.take(start + seconds(60), 1, 60));
  EXPECT_TRUE(minute.take(start + milliseconds(60'500), 50, 60));
  EXPECT_FALSE(minute.take(start + milliseconds(60'500), 1, 60));
  EXPECT_EQ(minute.used(start + milliseconds(90'500)), 50);
  EXPECT_EQ(minute.used(start + minutes(5)), 0);
}

// One request a minute is one in 60 to 60.5 seconds, whatever the phase.
TEST(SlidingMinute, ASmallLimitIsThatLimit) {
  for (int phase = 0; phase < 120; ++phase) {
    SlidingMinute minute;
    SteadyTime now = SteadyTime(minutes(10)) + milliseconds(phase * 507);
    for (int call = 0; call < 5; ++call) {
      ASSERT_TRUE(minute.take(now, 1, 1));
      EXPECT_EQ(minute.used(now), 1);
      ASSERT_FALSE(minute.take(now + milliseconds(59'999), 1, 1));
      auto wait = minute.until(now, 1, 1);
      ASSERT_TRUE(wait && *wait > seconds(60) && *wait <= milliseconds(60'500));
      now += *wait;
    }
  }
}

TEST(SlidingMinute, SaysWhenThereWillBeRoom) {
  SeededRandom random(4);
  for (int round = 0; round < 2000; ++round) {
    SlidingMinute minute;
    SteadyTime now{minutes(3)};
    std::int64_t limit = 1 + static_cast<std::int64_t>(random.below(50));
    for (int i = 0; i < 20; ++i) {
      now += milliseconds(random.below(20'000));
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

// Against a list of all that was taken: never more than the limit in any sixty seconds, and no
// refusal that the list of the last 60.5 seconds does not bear out.
TEST(SlidingMinute, AgreesWithAListOfWhatWasTaken) {
  SeededRandom random(9);
  for (int round = 0; round < 300; ++round) {
    SlidingMinute minute;
    std::vector<std::pair<SteadyTime, std::int64_t>> taken;
    SteadyTime now = SteadyTime(minutes(7)) + milliseconds(random.below(1'000));
    std::int64_t limit = 1 + static_cast<std::int64_t>(random.below(40));
    auto within = [&](Duration span) {
      std::int64_t sum = 0;
      for (auto [at, count] : taken) sum += at > now - span ? count : 0;
      return sum;
    };
    for (int i = 0; i < 200; ++i) {
      now += milliseconds(random.below(3'000));
      auto count = 1 + static_cast<std::int64_t>(random.below(6));
      if (minute.take(now, count, limit)) {
        ASSERT_LE(within(seconds(60)) + count, limit);
        taken.emplace_back(now, count);
      } else {
        ASSERT_GT(within(milliseconds(60'500)) + count, limit);
      }
      if (!taken.empty() && random.below(4) == 0) {  // a settled call gives back
        auto& [at, held] = taken[taken.size() - 1];
        auto less = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(held) + 1));
        minute.adjust(at, -less);
        held -= less;
      }
    }
  }
}

TEST(SlidingMinute, CorrectionsGoToWhereTheyWereTaken) {
  SlidingMinute minute;
  SteadyTime start{minutes(10)};
  minute.adjust(start, 5);  // nothing was ever taken
  EXPECT_EQ(minute.used(start), 0);
  EXPECT_TRUE(minute.take(start, 1000, 1000));
  minute.adjust(start, -900);
  EXPECT_EQ(minute.used(start + seconds(10)), 100);
  minute.adjust(start, 20);
  EXPECT_EQ(minute.used(start + seconds(60)), 120);
  EXPECT_TRUE(minute.take(start + seconds(180), 1, 1000));
  minute.adjust(start, 500);
  EXPECT_EQ(minute.used(start + seconds(180)), 1);
}

TEST(SlidingMinute, AbsurdCountsDoNotOverflow) {
  SlidingMinute minute;
  SteadyTime start{minutes(10)};
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_TRUE(minute.take(start, 1'000'000'000'000, kMost));
  EXPECT_FALSE(minute.take(start, 1, 1'000'000));
  minute.adjust(start, 1'000'000'000'000);
  EXPECT_FALSE(minute.take(start, 1, 1'000'000));
  EXPECT_EQ(minute.used(start + seconds(61)), 0);
}

TEST(SlidingMinute, ALaggingCallerCannotTurnItBack) {
  SlidingMinute minute;
  SteadyTime late{minutes(10)};
  EXPECT_TRUE(minute.take(late, 10, 10));
  EXPECT_FALSE(minute.take(late - seconds(30), 1, 10));
}

TEST(SlidingMinute, UnderFourThreadsNothingIsLostOrCountedTwice) {
  SlidingMinute minute;
  constexpr std::int64_t kLimit = 50;
  constexpr int kSeconds = 400;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int second = 0; second < kSeconds; ++second) {
        SteadyTime now = SteadyTime(minutes(10)) + seconds(second);
        for (int i = 0; i < 5; ++i) {
          if (minute.take(now, 1, kLimit) && i == 0) minute.adjust(now, -1);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GE(minute.used(SteadyTime(minutes(10)) + seconds(kSeconds)), 0);
  EXPECT_LE(minute.used(SteadyTime(minutes(10)) + seconds(kSeconds)), kLimit);
  EXPECT_EQ(minute.used(SteadyTime(minutes(30))), 0);
}

// Eight threads, one account, one day after the other.
TEST(Account, UnderEightThreadsTheCapHoldsAndTheSumIsExact) {
  Account account({ScopeKind::kOrganisation, 1});
  constexpr std::int64_t kCap = 1'000;
  constexpr int kRounds = 5'000;
  std::atomic<std::int64_t> settled_last_day{0};
  std::atomic<bool> over{false};
  const std::int64_t last_day = kFriday + kRounds / 1'000 - 1;
  auto work = [&](std::uint64_t seed) {
    SeededRandom random(seed);
    for (int i = 0; i < kRounds; ++i) {
      std::int64_t day = kFriday + i / 1'000;
      auto worst = static_cast<std::int64_t>(random.below(200));
      if (reserve(account, day, worst, kCap) != Account::Reserve::kDone) continue;
      if (account.state(Window::kDay).committed > Money{kCap}) over = true;
      auto actual =
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(worst / 50 + 1)));
      account.adjust(windows_of_day(day), Money{actual - worst});
      if (day == last_day) settled_last_day += actual;
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 8; ++t) threads.emplace_back(work, t + 1);
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(committed(account, last_day), Money{settled_last_day.load()});
}

TEST(Account, TwoHundredParallelReservationsOfABudgetForTen) {
  Account account({ScopeKind::kKey, 1});
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        if (reserve(account, kFriday, 7, 70) == Account::Reserve::kDone) ++admitted;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted, 10);
}

}  // namespace
}  // namespace sekisho::ledger
