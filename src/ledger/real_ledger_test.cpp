// The real thing: files, SQLite, threads, a second process, killed processes.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrier>
#include <thread>

#include "ledger/directory_lock.h"
#include "ledger/segment.h"
#include "ledger/test_ledger.h"

namespace sekisho::ledger {
namespace {

constexpr std::uint32_t kThreads = 8;

// A day that does not end while the test runs.
struct OneDay final : Clock {
  SteadyTime steady() const override { return SystemClock().steady(); }
  WallTime wall() const override { return ManualClock().wall_now; }
};

struct RealLedger {
  explicit RealLedger(const std::filesystem::path& directory) {
    auto started = store::StoreThread::start({.path = directory / "sekisho.db"}, {schema()});
    EXPECT_TRUE(started);
    store = std::move(*started);
    opened = Ledger::open({.directory = directory / "journal", .segment_bytes = 64 * 1024}, *store);
    EXPECT_TRUE(opened) << opened.error().detail;
  }
  Ledger& ledger() { return **opened; }
  std::vector<Level> levels(Money cap) {
    std::vector<Level> out;
    auto& zone = *TimeZone::find("Asia/Tokyo");
    for (Scope scope : {Scope{ScopeKind::kKey, 1}, Scope{ScopeKind::kOrganisation, 9}}) {
      auto account = ledger().account(scope, zone, clock.wall());
      EXPECT_TRUE(account);
      out.push_back({*account, {.budget = cap, .window = Window::kMonth}, &zone, "level", "me"});
    }
    return out;
  }
  Ask ask(std::uint64_t number, Money worst = Money{1'000}) const {
    CallFacts call{RequestId::make(unix_ms(clock.wall()), 1, number), clock.wall()};
    call.organisation = {9};
    call.key = {1};
    return {call, worst};
  }
  // Tried again while the next segment is being made.
  static std::expected<Hold, Denied> admit(LedgerWorker& worker, const Ask& ask,
                                           std::span<const Level> levels) {
    for (;;) {
      auto admitted = worker.admit(ask, levels, nullptr);
      if (admitted) return std::move(*admitted);
      std::this_thread::yield();
    }
  }
  std::int64_t number(const char* sql) {
    auto answer = store->read_now([&](store::Database& db) -> Result<std::int64_t> {
      TRY(auto rows, db.query(sql));
      TRY(bool row, rows.step());
      return row ? rows.integer(0) : -1;
    });
    EXPECT_TRUE(answer);
    return answer.value_or(-1);
  }
  OneDay clock;
  std::unique_ptr<store::StoreThread> store;
  Result<std::unique_ptr<Ledger>> opened = fail(Code::kInternal);
};

TEST(RealLedger, TwoHundredParallelCallsOnABudgetForTen) {
  store::ScratchDirectory scratch;
  RealLedger real(scratch.path());
  auto levels = real.levels(Money{10'000});
  std::atomic<int> admitted{0};
  std::barrier together(kThreads);
  auto work = [&](std::uint32_t index) {
    auto worker = *real.ledger().make_worker(index, real.clock);
    std::vector<Hold> holds;
    together.arrive_and_wait();
    for (std::uint64_t i = 0; i < 25; ++i) {
      auto answer = real.admit(*worker, real.ask(index * 100 + i), levels);
      if (!answer) continue;
      ++admitted;
      holds.push_back(std::move(*answer));
    }
    together.arrive_and_wait();
    for (auto& hold : holds) hold.settle(used(1, 1), Money{1'000}, Settlement::kReported);
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t t = 0; t < kThreads; ++t) threads.emplace_back(work, t);
  }
  EXPECT_EQ(admitted, 10);
  ASSERT_TRUE(real.ledger().close());
  EXPECT_EQ(real.number("SELECT count(*) FROM ledger_entry"), 10);
  EXPECT_EQ(real.number("SELECT sum(cost) FROM ledger_entry"), 10'000);
}

struct Sum {
  std::int64_t entries = 0, cost = 0;
};

// One thread's calls: settled, released, left to their destructor, or open for a while.
Sum hammer(RealLedger& real, std::uint32_t index, std::span<const Level> levels,
           std::atomic<bool>& over) {
  constexpr std::uint64_t kCalls = 2'000;
  auto worker = *real.ledger().make_worker(index, real.clock);
  SeededRandom random(index);
  Sum sum;
  std::array<Hold, 4> open;
  auto book = [&](std::int64_t cost) {
    ++sum.entries;
    sum.cost += cost;
  };
  for (std::uint64_t i = 0; i < kCalls; ++i) {
    auto worst = static_cast<std::int64_t>(1 + random.below(300));
    auto admitted = real.admit(*worker, real.ask(index * kCalls + i, Money{worst}), levels);
    if (levels[1].account->state(Window::kMonth).committed > *levels[1].limits.budget) over = true;
    if (!admitted) continue;
    auto& hold = open[random.below(open.size())];
    if (hold) book(hold.reserved().nano_usd);
    hold = std::move(*admitted);  // drops the one that was there
    switch (random.below(4)) {
      case 0:
        hold.release();
        break;
      case 1:
        hold.settle(used(1, 1), Money{worst / 100}, Settlement::kReported);
        book(worst / 100);
        break;
      case 2:
        hold.progress(used(1, 0), Money{1});
        hold = Hold();
        book(1);
        break;
      default:
        break;
    }
  }
  for (auto& hold : open) {
    if (hold) book(hold.reserved().nano_usd);
  }
  return sum;
}

TEST(RealLedger, UnderEightThreadsCapsHoldAndTheBooksAreExact) {
  store::ScratchDirectory scratch;
  RealLedger real(scratch.path());
  auto levels = real.levels(Money{500'000});
  std::atomic<bool> over{false};
  std::array<Sum, kThreads> sums;
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] { sums[t] = hammer(real, t, levels, over); });
    }
  }
  EXPECT_FALSE(over);
  Sum all;
  for (const auto& sum : sums) {
    all.entries += sum.entries;
    all.cost += sum.cost;
  }
  ASSERT_TRUE(real.ledger().close());
  EXPECT_EQ(real.number("SELECT count(*) FROM ledger_entry"), all.entries);
  EXPECT_EQ(real.number("SELECT sum(cost) FROM ledger_entry"), all.cost);
  for (const auto& level : levels) {
    EXPECT_EQ(level.account->state(Window::kDay).committed, Money{all.cost});
    EXPECT_EQ(level.account->parallel(), 0);
  }
}

TEST(RealLedger, ASecondProcessIsRefusedAndToldWhoHasTheDirectory) {
  store::ScratchDirectory scratch;
  auto directory = scratch.path().string();
  auto mine = DirectoryLock::acquire(directory);
  ASSERT_TRUE(mine);
  pid_t child = ::fork();
  if (child == 0) {
    auto theirs = DirectoryLock::acquire(directory);
    bool told =
        !theirs && theirs.error().code == Code::kConflict &&
        theirs.error().detail == fmt::format("{} is in use by process {}", directory, ::getppid());
    ::_exit(told ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// What a process to be killed does: it admits and settles as fast as it can, one call in a hundred
// stays open, and it tells of each admitted call after it.
[[noreturn]] void serve_until_killed(const std::filesystem::path& directory, Money cap,
                                     std::uint64_t first, int pipe) {
  RealLedger real(directory);
  auto levels = real.levels(cap);
  auto worker = *real.ledger().make_worker(0, real.clock);
  std::vector<Hold> open;
  for (std::uint64_t i = first;; ++i) {
    auto admitted = real.admit(*worker, real.ask(i), levels);
    if (!admitted) {
      (void)::write(pipe, "-", 1);  // the budget is spent
      ::pause();
    }
    if (i % 100 == 0) {
      open.push_back(std::move(*admitted));
    } else {
      admitted->settle(used(1, 1), Money{3}, Settlement::kReported);
    }
    if (::write(pipe, "x", 1) != 1) ::_exit(1);
  }
}

struct Told {
  std::int64_t calls = 0;
  bool budget_spent = false;
};

// Reads what the child tells, kills it after `calls`, reads what it told before it died.
Told kill_after(std::int64_t calls, pid_t child, int pipe) {
  Told told;
  std::array<char, 512> buffer;
  bool killed = false;
  for (ssize_t got; (got = ::read(pipe, buffer.data(), buffer.size())) > 0;) {
    std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    told.budget_spent |= text.contains('-');
    told.calls += std::ranges::count(text, 'x');
    if (!killed && (told.calls >= calls || told.budget_spent)) killed = ::kill(child, SIGKILL) == 0;
  }
  ::close(pipe);
  ::waitpid(child, nullptr, 0);
  return told;
}

TEST(RealLedger, TwentyKillsUnderLoadLoseNothingDoubleNothingAndOverspendNothing) {
  store::ScratchDirectory scratch;
  SeededRandom random(20);
  const Money cap{400'000};  // of which each call left open takes 1,000
  std::int64_t told = 0;
  bool budget_spent = false;
  constexpr int kKills = 20;
  for (int round = 0; round < kKills; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      serve_until_killed(scratch.path(), cap, static_cast<std::uint64_t>(round) << 32, pipe[1]);
    }
    ::close(pipe[1]);
    auto of_round = kill_after(static_cast<std::int64_t>(random.below(3'000)), child, pipe[0]);
    told += of_round.calls;
    budget_spent |= of_round.budget_spent;
  }
  RealLedger real(scratch.path());
  auto entries = real.number("SELECT count(*) FROM ledger_entry");
  EXPECT_GE(entries, told);
  EXPECT_LE(entries, told + kKills);  // each round's last one may not have been told
  auto cost = real.number("SELECT sum(cost) FROM ledger_entry");
  EXPECT_LE(cost, cap.nano_usd);
  EXPECT_EQ(real.number("SELECT sum(cost) FROM account_day WHERE kind = 0"), cost);
  EXPECT_EQ(real.levels(cap)[0].account->state(Window::kMonth).committed, Money{cost});
  EXPECT_TRUE(budget_spent) << "the budget was to be spent: " << cost;
}

TEST(RealDisk, WritesOnceMoreWhatStandsInMemory) {
  store::ScratchDirectory scratch;
  auto disk = make_real_disk();
  auto path = scratch.file("segment");
  auto file = *disk->create(path, 3 * kPageBytes, {});
  file->bytes()[5'000] = std::byte{7};
  ASSERT_TRUE(file->rewrite(2 * kPageBytes));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(file->bytes()[5'000], std::byte{7});
  EXPECT_EQ((*disk->open(path))->bytes()[5'000], std::byte{7});
}

TEST(RealDisk, WhatDoesNotFitLeavesNoFile) {
  store::ScratchDirectory scratch;
  auto disk = make_real_disk();
  auto path = scratch.file("segment");
  auto made = disk->create(path, std::size_t{1} << 60, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kStoreFailed);
  EXPECT_TRUE(disk->list(scratch.path())->empty());
}

}  // namespace
}  // namespace sekisho::ledger
