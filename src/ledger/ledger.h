#pragma once
// Money flow of one call: admit (reserve at every level, all or nothing, in fixed order) → progress
// → settle or release. Every step is a journal record (docs/storage.md) and a change of counters. A
// Hold that is destroyed unsettled settles itself with the best known amount and is marked so: no
// served request goes unbilled, whatever path the code takes.
//
// Ledger is one per process and data directory: it holds the directory's lock, owns accounts and
// journals, and runs two threads (flushing the journals; writing the books, i.e. the tables of the
// database). LedgerWorker is one per worker, for its thread only; so are its Holds, and they must
// be gone before it. Errors: kCorrupt (damaged journal: file and offset), kConflict (another
// process has the directory: its pid), kStoreFailed (disk full), kInvalidArgument.

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"
#include "ledger/account.h"
#include "ledger/money_flow.h"
#include "store/store_thread.h"
#include "wire/usage.h"

namespace sekisho::ledger {

class Books;
class Disk;
class LedgerWorker;

class Hold {
 public:
  Hold() = default;
  Hold(Hold&& other) noexcept;
  Hold& operator=(Hold&& other) noexcept;
  ~Hold() { finish(); }

  explicit operator bool() const { return worker_ != nullptr; }
  Money reserved() const { return state_.reserved; }
  // The deployment may change on failover before anything was served.
  void deployment(DeploymentId id) { state_.facts.deployment = id; }
  // Best known usage and cost so far (message_start, estimates); journalled whenever it has grown
  // by a sixteenth of the reservation, so that a crash books it. Cheap to call per event.
  void progress(const wire::Usage& usage, Money cost);
  // Books exactly one entry and corrects every level. Later calls do nothing.
  void settle(const wire::Usage& usage, Money cost, Settlement how);
  // A provider has been asked: the request of the minute stays taken even if nothing is served.
  void asked() { state_.asked = true; }
  // Nothing was served: no entry, everything given back, but for what asked() says.
  void release();

 private:
  friend class LedgerWorker;
  friend class Worker;
  struct Held {
    Account* account = nullptr;
    bool parallel = false, requests = false, tokens = false, budget = false;  // what was taken
  };
  struct State {
    CallFacts facts;
    Money reserved, known_cost, journalled_cost;
    bool has_progress = false, asked = false;
    wire::Usage known_usage;
    std::int64_t tokens = 0;
    SteadyTime taken_at{};
    std::int64_t window_ms = 0, day = 0;
    Windows windows{};
    std::array<Held, limits::kBudgetLevels> held{};
    std::size_t levels = 0;
    std::shared_ptr<const void> policy;  // keeps the levels alive
    std::span<const Held> taken() const { return std::span(held).first(levels); }
  };
  void finish();                    // settles with the best known amount
  LedgerWorker* worker_ = nullptr;  // null: nothing held
  State state_;
};

class LedgerWorker {
 public:
  virtual ~LedgerWorker() = default;
  // `policy` owns what `levels` points to. kStoreFailed (journal cannot grow: disk full) comes as
  // an Error in the outer Result; a limit comes as Denied, of the first level that fails in the
  // order given, and at one level in the order parallel, requests, tokens, budget.
  virtual Result<std::expected<Hold, Denied>> admit(const Ask& ask, std::span<const Level> levels,
                                                    std::shared_ptr<const void> policy) = 0;
  // What every level would still allow, without taking anything (for lowering max_tokens and for
  // explain). Never negative; the largest Money where no level has a budget.
  virtual Money available(std::span<const Level> levels) = 0;
  // Tokens that every level's minute still allows, never negative; nullopt where none has a limit.
  virtual std::optional<std::int64_t> tokens_left(std::span<const Level> levels) = 0;
  virtual std::optional<Denied> would_deny(const Ask& ask, std::span<const Level> levels) = 0;

 private:
  friend class Hold;
  virtual void progress(Hold::State& call) = 0;
  virtual void settle(const Hold::State& call, Money cost, Settlement how) = 0;
  virtual void release(const Hold::State& call) = 0;
};

struct LedgerStatus {
  std::optional<Error> journal;   // last failure to make or flush a segment; absent = well
  std::optional<Error> books;     // last failure to write the database; absent = well
  std::uint64_t entries = 0;      // written to the books since the start
  std::uint64_t recovered = 0;    // calls that the start found open and closed
  std::uint64_t cut_records = 0;  // torn or never flushed, found at the start
};

class Ledger {
 public:
  struct Options {
    std::string directory;  // of the journal
    std::size_t segment_bytes = limits::kJournalSegmentBytes;
    Duration sync_interval = limits::kJournalSync;
    Duration books_interval = limits::kBooksInterval;
    // Told once when the journal or the books cannot be written any more, and once (null) when they
    // can again; on the ledger's threads.
    enum class Part : std::uint8_t { kJournal, kBooks };
    std::function<void(Part, const Error*)> trouble;
    bool threads = true;  // false: the owner calls prepare(), sync() and keep_books() (simulation)
  };
  // Takes the lock, reads the journals and closes what a crash left open. REQUIRES: the database
  // was started with schema() of ledger/schema.h and outlives the ledger.
  static Result<std::unique_ptr<Ledger>> open(Options options, store::StoreThread& database);
  // The same on another disk and other books. Both outlive the ledger.
  static Result<std::unique_ptr<Ledger>> open(Options options, Disk& disk, Books& books);
  virtual ~Ledger() = default;

  // The scope's account, made at the first call, with what the books say was spent in the present
  // windows. For the control plane (may read the database).
  virtual Result<Account*> account(Scope scope, const TimeZone& zone, WallTime now) = 0;
  // REQUIRES: each index once. Workers are gone before close() and the destructor.
  virtual Result<std::unique_ptr<LedgerWorker>> make_worker(std::uint32_t index,
                                                            const Clock& clock) = 0;
  virtual LedgerStatus status() const = 0;
  // Writes everything to the books, flushes, removes finished journals, ends the threads.
  virtual Result<> close() = 0;

  // Steps of the threads, for an owner that has none (simulation, tests).
  virtual Result<> prepare() = 0;     // makes the next segments
  virtual Result<> sync() = 0;        // flushes the journals
  virtual Result<> keep_books() = 0;  // writes to the database what the journals have
};

}  // namespace sekisho::ledger
