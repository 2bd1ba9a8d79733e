#include "ledger/ledger.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "ledger/book_keeper.h"
#include "ledger/books.h"
#include "ledger/directory_lock.h"
#include "ledger/recovery.h"
#include "ledger/worker.h"

namespace sekisho::ledger {
namespace {

class StoreBooks final : public Books {
 public:
  explicit StoreBooks(store::StoreThread& store) : store_(store) {}
  Result<> write(const Job& job) override {
    return store_.write_now([&job](store::Database& database) { return job(database); });
  }
  Result<> read(const Job& job) override {
    return store_.read_now([&job](store::Database& database) { return job(database); });
  }

 private:
  store::StoreThread& store_;
};

// What the books say was charged to an account since each window began. If that goes on into a day
// after `day` (the organisation's time zone was another one), the account is in that later day.
Result<std::unique_ptr<Account>> open_account(Books& books, Scope scope, std::int64_t day) {
  std::vector<std::pair<std::int64_t, Money>> spent;
  TRY_VOID(books.read([&](store::Database& database) -> Result<> {
    TRY(auto rows, database.query("SELECT day, cost FROM account_day WHERE kind = ? AND id = ?",
                                  static_cast<int>(scope.kind), scope.id));
    for (;;) {
      TRY(bool row, rows.step());
      if (!row) return {};
      spent.emplace_back(rows.integer(0), rows.money(1));
      day = std::max(day, rows.integer(0));
    }
  }));
  auto windows = windows_of_day(day);
  std::array<Money, kWindowKinds> sums{};
  for (auto [of_day, cost] : spent) {
    for (std::size_t i = 0; i < kWindowKinds; ++i) {
      if (of_day >= window_day(windows[i])) sums[i] += cost;
    }
  }
  auto account = std::make_unique<Account>(scope);
  account->open(windows, sums);
  return account;
}

// What the parts outside own, when open() had to make them.
struct Owned {
  std::unique_ptr<Disk> disk;
  std::unique_ptr<Books> books;
  std::optional<DirectoryLock> lock;
};

class LedgerImpl final : public Ledger {
 public:
  LedgerImpl(Options options, Disk& disk, Books& books, Owned owned)
      : options_(std::move(options)),
        owned_(std::move(owned)),
        disk_(disk),
        books_(books),
        keeper_(books) {}
  ~LedgerImpl() override { stop(); }

  Result<> start() {
    TRY(recovered_, recover_journal(disk_, options_.directory, books_));
    if (recovered_.window_ms > 0) {
      latest_day_.see(WallTime(std::chrono::milliseconds(recovered_.window_ms)));
    }
    if (!options_.threads) return {};
    journal_thread_ = std::thread([this] { journal_loop(); });
    books_thread_ = std::thread([this] { books_loop(); });
    return {};
  }

  Result<Account*> account(Scope scope, const TimeZone& zone, WallTime now) override;
  Result<std::unique_ptr<LedgerWorker>> make_worker(std::uint32_t index,
                                                    const Clock& clock) override;
  LedgerStatus status() const override;
  Result<> close() override;
  Result<> prepare() override;
  Result<> sync() override;
  Result<> keep_books() override;

 private:
  std::vector<Lane*> lanes() const;
  void wake();
  Error no_room() const;
  Result<> note(Options::Part part, std::optional<Error>& place, Result<> outcome);
  void journal_loop();
  void books_loop();
  void stop();

  const Options options_;
  Owned owned_;
  Disk& disk_;
  Books& books_;
  Recovered recovered_;
  LatestDay latest_day_;

  std::mutex accounts_mutex_;
  std::map<Scope, std::unique_ptr<Account>> accounts_;

  mutable std::mutex lanes_mutex_;
  std::map<std::uint32_t, std::unique_ptr<Lane>> lanes_;

  std::mutex keeper_mutex_;
  BookKeeper keeper_;
  std::mutex sync_mutex_;

  mutable std::mutex trouble_mutex_;
  std::optional<Error> journal_trouble_, flush_trouble_, books_trouble_;
  std::atomic<bool> troubled_{false};  // any of them
  std::atomic<std::uint64_t> entries_{0};

  std::mutex wake_mutex_;
  std::condition_variable wake_, stop_books_;
  std::atomic<bool> wanted_{false};
  bool stopping_ = false;
  std::thread journal_thread_, books_thread_;
};

Result<Account*> LedgerImpl::account(Scope scope, const TimeZone& zone, WallTime now) {
  std::lock_guard lock(accounts_mutex_);
  auto& account = accounts_[scope];
  if (account) return account.get();
  std::int64_t day = zone.civil_day(latest_day_.at_least(now)).day;
  TRY(account, open_account(books_, scope, day));
  return account.get();
}

Result<std::unique_ptr<LedgerWorker>> LedgerImpl::make_worker(std::uint32_t index,
                                                              const Clock& clock) {
  std::uint64_t last = 0;
  if (auto found = recovered_.last_sequence.find(index); found != recovered_.last_sequence.end()) {
    last = found->second;
  }
  TRY(auto lane, Lane::open(disk_, {options_.directory, index, options_.segment_bytes}, last + 1));
  TRY_VOID(lane->prepare());
  std::lock_guard lock(lanes_mutex_);
  auto& kept = lanes_[index];
  if (kept) return fail(Code::kInvalidArgument, "two workers with one number");
  kept = std::move(lane);
  return std::make_unique<Worker>(Worker::Parts{clock, *kept, latest_day_, troubled_,
                                                [this] { wake(); }, [this] { return no_room(); }});
}

std::vector<Lane*> LedgerImpl::lanes() const {
  std::lock_guard lock(lanes_mutex_);
  std::vector<Lane*> out;
  for (const auto& [worker, lane] : lanes_) out.push_back(lane.get());
  return out;
}

void LedgerImpl::wake() {
  if (!wanted_.exchange(true, std::memory_order_relaxed)) wake_.notify_one();
}

Error LedgerImpl::no_room() const {
  std::lock_guard lock(trouble_mutex_);
  for (const auto* trouble : {&journal_trouble_, &flush_trouble_, &books_trouble_}) {
    if (*trouble) return **trouble;
  }
  return {Code::kStoreFailed, "the journal's next segment is not ready yet"};
}

Result<> LedgerImpl::note(Options::Part part, std::optional<Error>& place, Result<> outcome) {
  auto well = [&] {
    return part == Options::Part::kBooks ? !books_trouble_ : !journal_trouble_ && !flush_trouble_;
  };
  bool before = true, after = true;
  {
    std::lock_guard lock(trouble_mutex_);
    before = well();
    place = outcome ? std::optional<Error>() : outcome.error();
    after = well();
    troubled_.store(journal_trouble_ || flush_trouble_ || books_trouble_,
                    std::memory_order_relaxed);
  }
  if (before != after && options_.trouble) {
    options_.trouble(part, after ? nullptr : &outcome.error());
  }
  return outcome;
}

Result<> LedgerImpl::prepare() {
  Result<> outcome;
  for (Lane* lane : lanes()) {
    if (auto done = lane->prepare(); !done && outcome) outcome = done;
  }
  return note(Options::Part::kJournal, journal_trouble_, outcome);
}

Result<> LedgerImpl::sync() {
  std::lock_guard lock(sync_mutex_);
  Result<> outcome;
  for (Lane* lane : lanes()) {
    if (auto done = lane->sync(); !done && outcome) outcome = done;
  }
  return note(Options::Part::kJournal, flush_trouble_, outcome);
}

Result<> LedgerImpl::keep_books() {
  std::lock_guard lock(keeper_mutex_);
  auto all = lanes();
  for (;;) {
    auto finished = keeper_.round(all);
    entries_.store(keeper_.entries(), std::memory_order_relaxed);
    if (!finished) {
      return note(Options::Part::kBooks, books_trouble_, Failure(finished.error()));
    }
    if (*finished) return note(Options::Part::kBooks, books_trouble_, {});
  }
}

void LedgerImpl::journal_loop() {
  pthread_setname_np(pthread_self(), "journal");
  std::unique_lock lock(wake_mutex_);
  auto next_sync = std::chrono::steady_clock::now() + options_.sync_interval;
  bool well = true;
  while (!stopping_) {
    wake_.wait_until(lock, next_sync, [&] {
      return stopping_ || (well && wanted_.load(std::memory_order_relaxed));
    });
    lock.unlock();
    wanted_.store(false, std::memory_order_relaxed);
    well = prepare().has_value();
    if (auto now = std::chrono::steady_clock::now(); now >= next_sync) {
      well &= sync().has_value();
      next_sync = now + options_.sync_interval;
    }
    lock.lock();
  }
}

void LedgerImpl::books_loop() {
  pthread_setname_np(pthread_self(), "books");
  std::unique_lock lock(wake_mutex_);
  while (!stopping_) {
    stop_books_.wait_for(lock, options_.books_interval, [&] { return stopping_; });
    lock.unlock();
    (void)keep_books();  // kept in status(), tried again
    lock.lock();
  }
}

void LedgerImpl::stop() {
  {
    std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  stop_books_.notify_all();
  if (journal_thread_.joinable()) journal_thread_.join();
  if (books_thread_.joinable()) books_thread_.join();
}

// Without open calls and with everything in the database, the next start has nothing to read.
Result<> LedgerImpl::close() {
  stop();
  auto flushed = sync();
  TRY_VOID(keep_books());
  return flushed;
}

LedgerStatus LedgerImpl::status() const {
  LedgerStatus out;
  {
    std::lock_guard lock(trouble_mutex_);
    out.journal = journal_trouble_ ? journal_trouble_ : flush_trouble_;
    out.books = books_trouble_;
  }
  out.entries = entries_.load(std::memory_order_relaxed);
  out.recovered = recovered_.closed;
  out.cut_records = recovered_.cut_records;
  return out;
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(Options options, Disk& disk, Books& books) {
  auto ledger = std::make_unique<LedgerImpl>(std::move(options), disk, books, Owned{});
  TRY_VOID(ledger->start());
  return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::open(Options options, store::StoreThread& database) {
  TRY(auto lock, DirectoryLock::acquire(options.directory));
  Owned owned{make_real_disk(), std::make_unique<StoreBooks>(database), std::move(lock)};
  Disk& disk = *owned.disk;
  Books& books = *owned.books;
  auto ledger = std::make_unique<LedgerImpl>(std::move(options), disk, books, std::move(owned));
  TRY_VOID(ledger->start());
  return ledger;
}

}  // namespace sekisho::ledger
