// Accounts and books: full database, change of window, numbers of threads and processes.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "ledger/directory_lock.h"
#include "ledger/test_ledger.h"

namespace sekisho::ledger {
namespace {

using std::chrono::hours;

TEST(Books, AFullDatabaseLosesNothingAndIsTriedAgain) {
  TestLedger t;
  auto pages = t.number("PRAGMA page_count");
  ASSERT_TRUE(t.database->script(fmt::format("PRAGMA max_page_count = {}", pages).c_str()));
  for (int i = 0; i < 300; ++i) {
    t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
    ASSERT_TRUE(t.ledger->prepare());
  }
  auto kept = t.ledger->keep_books();
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().detail.find("disk full"), std::string::npos) << kept.error().detail;
  EXPECT_TRUE(t.ledger->status().books);
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 0);
  t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
  ASSERT_TRUE(t.database->script("PRAGMA max_page_count = 100000"));
  ASSERT_TRUE(t.ledger->keep_books());
  EXPECT_FALSE(t.ledger->status().books);
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 301);
  EXPECT_EQ(t.number("SELECT sum(requests) FROM spend_day"), 301);
  EXPECT_EQ(t.ledger->status().entries, 301u);
  EXPECT_EQ(t.disk.list("journal")->size(), 2u);
}

TEST(Books, AChangedKindOfWindowCountsWhatWasSpentInIt) {
  TestLedger t;
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.2), Settlement::kReported);
  t.clock.advance(hours(24));
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.3), Settlement::kReported);
  auto open = t.must_admit(usd(1));
  auto expect = [&](Money today, Money before) {
    for (auto window : {Window::kDay, Window::kWeek, Window::kMonth, Window::kNone}) {
      t.levels[0].limits.window = window;
      EXPECT_EQ(t.committed(0), window == Window::kDay ? today : today + before);
    }
  };
  expect(usd(1.3), usd(0.2));
  t.levels[0].limits = {.budget = usd(2), .window = Window::kMonth};
  EXPECT_FALSE(t.admit(usd(0.6))->has_value());
  t.levels[0].limits.window = Window::kDay;
  auto second = t.must_admit(usd(0.6));
  // Calls that were admitted before the change are settled to the nano-dollar after it.
  open.settle(used(1, 1), usd(0.1), Settlement::kReported);
  second.release();
  expect(usd(0.4), usd(0.2));
}

TEST(Books, ANewAccountStartsWithWhatWasSpentInItsWindow) {
  TestLedger t;
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.2), Settlement::kReported);
  t.clock.advance(hours(24 * 7));
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.3), Settlement::kReported);
  t.stop();
  for (auto [window, amount] : {std::pair(Window::kNone, usd(0.5)),
                                {Window::kDay, usd(0.3)},
                                {Window::kWeek, usd(0.3)},
                                {Window::kMonth, usd(0.3)}}) {
    t.policy[0].second.window = window;
    t.start();
    EXPECT_EQ(t.committed(0), amount) << static_cast<int>(window);
    t.stop();
  }
}

// The real thing: files, threads, a killed process.
struct RealLedger {
  explicit RealLedger(const std::filesystem::path& directory) {
    auto started = store::StoreThread::start({.path = directory / "sekisho.db"}, {schema()});
    EXPECT_TRUE(started);
    store = std::move(*started);
    opened = Ledger::open({.directory = directory / "journal", .segment_bytes = 64 * 1024}, *store);
  }
  Result<std::vector<Level>> levels() {
    std::vector<Level> out;
    auto& zone = *TimeZone::find("Asia/Tokyo");
    Limits budget{.budget = usd(1000), .window = Window::kMonth};
    for (Scope scope : {Scope{ScopeKind::kKey, 1}, Scope{ScopeKind::kOrganisation, 9}}) {
      TRY(Account * account, (*opened)->account(scope, zone, clock.wall()));
      out.push_back({account, budget, &zone, "level", "somebody"});
    }
    return out;
  }
  Ask ask(std::uint64_t number) const {
    CallFacts call{RequestId::make(unix_ms(clock.wall()), 1, number), clock.wall()};
    call.organisation = {9};
    call.key = {1};
    return {call, Money{1'000}};
  }
  SystemClock clock;
  std::unique_ptr<store::StoreThread> store;
  Result<std::unique_ptr<Ledger>> opened = fail(Code::kInternal);
};

TEST(RealLedger, WorkersOnThreadsSettleEveryCallExactlyOnce) {
  store::ScratchDirectory scratch;
  RealLedger real(scratch.path());
  ASSERT_TRUE(real.opened) << real.opened.error().detail;
  auto levels = *real.levels();
  constexpr int kCalls = 3'000;
  auto work = [&](std::uint32_t index) {
    auto worker = *(*real.opened)->make_worker(index, real.clock);
    for (std::uint64_t i = 0; i < kCalls;) {
      auto admitted = worker->admit(real.ask(index * 1'000'000 + i), levels, nullptr);
      if (!admitted) {  // the next segment is being made
        std::this_thread::yield();
        continue;
      }
      (*admitted)->settle(used(1, 1), Money{3}, Settlement::kReported);
      ++i;
    }
  };
  std::thread one(work, 0), two(work, 1);
  one.join();
  two.join();
  ASSERT_TRUE((*real.opened)->close());
  auto sums = real.store->read_now([](store::Database& db) -> Result<std::pair<int, Money>> {
    TRY(auto rows, db.query("SELECT count(*), sum(cost) FROM ledger_entry"));
    TRY(bool row, rows.step());
    (void)row;
    return std::pair(static_cast<int>(rows.integer(0)), rows.money(1));
  });
  EXPECT_EQ(sums->first, 2 * kCalls);
  EXPECT_EQ(sums->second, Money{2 * kCalls * 3});
  EXPECT_EQ(levels[1].account->state(Window::kMonth).committed, sums->second);
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

// The child admits and settles as fast as it can and tells each settled call; then it is killed.
TEST(RealLedger, AKilledProcessLosesNothing) {
  store::ScratchDirectory scratch;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  pid_t child = ::fork();
  if (child == 0) {
    RealLedger real(scratch.path());
    auto levels = real.levels();
    auto worker = (*real.opened)->make_worker(0, real.clock);
    std::vector<Hold> open;
    for (std::uint64_t i = 0;; ++i) {
      auto admitted = (*worker)->admit(real.ask(i), *levels, nullptr);
      if (!admitted) continue;
      if (i % 100 == 0) {
        open.push_back(std::move(**admitted));
      } else {
        (*admitted)->settle(used(1, 1), Money{3}, Settlement::kReported);
      }
      if (::write(pipe[1], "x", 1) != 1) ::_exit(1);
    }
  }
  ::close(pipe[1]);
  std::int64_t told = 0;
  std::array<char, 512> buffer;
  while (told < 3'000) told += std::max<ssize_t>(::read(pipe[0], buffer.data(), buffer.size()), 0);
  ::kill(child, SIGKILL);
  for (ssize_t more; (more = ::read(pipe[0], buffer.data(), buffer.size())) > 0;) told += more;
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  RealLedger real(scratch.path());
  ASSERT_TRUE(real.opened) << real.opened.error().detail;
  auto entries = real.store->read_now([](store::Database& db) -> Result<std::int64_t> {
    TRY(auto rows, db.query("SELECT count(*) FROM ledger_entry"));
    TRY(bool row, rows.step());
    (void)row;
    return rows.integer(0);
  });
  EXPECT_GE(*entries, told);
  EXPECT_LE(*entries, told + 1);  // the one that was not told any more
  EXPECT_GT((*real.opened)->status().recovered, 0u);
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
