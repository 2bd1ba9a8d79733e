#pragma once
// What the tests of this module share: a clock that is set by hand, a small organisation with its
// budget levels, a ledger on a simulated disk and a scratch database.

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "ledger/books.h"
#include "ledger/ledger.h"
#include "ledger/schema.h"
#include "ledger/sim_disk.h"
#include "store/scratch.h"

namespace sekisho::ledger {

class ManualClock final : public Clock {
 public:
  SteadyTime steady() const override { return steady_now; }
  WallTime wall() const override { return wall_now; }
  void advance(Duration d) {
    steady_now += d;
    wall_now += d;
  }
  SteadyTime steady_now{std::chrono::hours(1)};
  WallTime wall_now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) +
                    std::chrono::hours(3)};  // noon in Tokyo
};

inline constexpr Money usd(double amount) {
  return {static_cast<std::int64_t>(amount * 1e9 + 0.5)};
}

// Key 1 of user 2 in unit 3 in organisation 9, in this order.
struct TestLedger {
  explicit TestLedger(std::uint64_t seed = 1) : random(seed) {
    std::array schemas{schema()};
    database =
        *store::Database::open({.path = scratch.file("books.db"), .durable = false}, schemas);
    books = std::make_unique<DirectBooks>(*database);
    start();
  }
  ~TestLedger() { stop(); }

  void start() {
    auto opened = try_start();
    ASSERT_TRUE(opened) << opened.error().detail;
  }
  Result<> try_start() {
    Ledger::Options options{
        .directory = "journal", .segment_bytes = segment_bytes, .threads = false};
    options.trouble = [this](Ledger::Options::Part part, const Error* error) {
      bool of_books = part == Ledger::Options::Part::kBooks;
      told.push_back(std::string(of_books ? "books" : "journal") + (error ? "" : " well"));
    };
    TRY(ledger, Ledger::open(std::move(options), disk, *books));
    TRY(worker, ledger->make_worker(0, clock));
    levels.clear();
    for (const auto& [scope, level_limits] : policy) {
      TRY(Account * account, ledger->account(scope, *zone, clock.wall()));
      levels.push_back({account, level_limits, zone, "level", "the administrator"});
    }
    return {};
  }
  void stop() {
    worker.reset();
    ledger.reset();
  }
  // Kills the process: its holds may still be dropped, which changes nothing.
  void crash() {
    disk.kill();
    dead_ledgers.push_back(std::move(ledger));
    dead_workers.push_back(std::move(worker));
  }

  Ask ask(Money worst_case, std::int64_t tokens = 0) {
    Ask out;
    out.call = {RequestId::make(unix_ms(clock.wall()), 7, ++requests),
                clock.wall(),
                {9},
                {3},
                {2},
                {1},
                {5},
                {6}};
    out.worst_case = worst_case;
    out.tokens = tokens;
    return out;
  }
  Result<std::expected<Hold, Denied>> admit(Money worst_case, std::int64_t tokens = 0) {
    return worker->admit(ask(worst_case, tokens), levels, nullptr);
  }
  Hold must_admit(Money worst_case, std::int64_t tokens = 0) {
    auto admitted = admit(worst_case, tokens);
    EXPECT_TRUE(admitted.has_value() && admitted->has_value());
    return admitted && *admitted ? std::move(**admitted) : Hold();
  }
  // What counts against the budget of a level, in the window that it has reached.
  Money committed(std::size_t level) const {
    return levels[level].account->state(levels[level].limits.window).committed;
  }
  std::int64_t number(const char* sql) {
    auto rows = database->query(sql);
    EXPECT_TRUE(rows && rows->step().value_or(false)) << sql;
    return rows ? rows->integer(0) : -1;
  }

  SeededRandom random;
  ManualClock clock;
  SimDisk disk{random};
  store::ScratchDirectory scratch;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<DirectBooks> books;
  const TimeZone* zone = TimeZone::find("Asia/Tokyo");
  std::vector<std::pair<Scope, Limits>> policy{{{ScopeKind::kKey, 1}, {}},
                                               {{ScopeKind::kUser, 2}, {}},
                                               {{ScopeKind::kUnit, 3}, {}},
                                               {{ScopeKind::kOrganisation, 9}, {}}};
  std::size_t segment_bytes = kTestSegment;
  static constexpr std::size_t kTestSegment = 4096 + 4 * 4096;  // 64 records
  std::uint64_t requests = 0;
  std::vector<std::string> told;  // troubles, as they begin and end
  std::vector<std::unique_ptr<Ledger>> dead_ledgers;
  std::vector<std::unique_ptr<LedgerWorker>> dead_workers;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<LedgerWorker> worker;
  std::vector<Level> levels;
};

inline wire::Usage used(std::int64_t input, std::int64_t output) {
  wire::Usage usage;
  usage.input = input;
  usage.output = output;
  usage.source = wire::UsageSource::kReported;
  return usage;
}

}  // namespace sekisho::ledger
