#include "store/store_thread.h"

#include <pthread.h>

namespace sekisho::store {

Result<std::unique_ptr<StoreThread>> StoreThread::start(OpenOptions file,
                                                        std::vector<Schema> schemas,
                                                        Options options) {
  TRY(auto writer, Database::open(file, schemas));
  file.read_only = true;
  TRY(auto reader, Database::open(file, schemas));
  return std::unique_ptr<StoreThread>(
      new StoreThread(std::move(writer), std::move(reader), std::move(options)));
}

StoreThread::StoreThread(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader,
                         Options options)
    : options_(std::move(options)),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      writes_(options_.queue),
      reads_(options_.queue),
      write_thread_([this] { write_loop(); }),
      read_thread_([this] { read_loop(); }) {}

StoreThread::~StoreThread() {
  stop();
}

void StoreThread::stop() {
  writes_.close();
  reads_.close();
  if (write_thread_.joinable()) write_thread_.join();
  if (read_thread_.joinable()) read_thread_.join();
}

Failure StoreThread::overloaded() {
  return fail(Code::kOverloaded, "the store's queue is full or closed");
}

std::optional<Error> StoreThread::trouble() const {
  std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

void StoreThread::note(const Result<>& outcome) {
  std::lock_guard lock(trouble_mutex_);
  if (outcome) {
    trouble_.reset();
  } else {
    trouble_ = outcome.error();
  }
}

void StoreThread::write_loop() {
  pthread_setname_np(pthread_self(), "store-write");
  using SteadyClock = std::chrono::steady_clock;
  bool ticking = options_.interval.count() > 0 && options_.tick;
  auto next_tick =
      ticking ? SteadyClock::now() + options_.interval : SteadyClock::time_point::max();
  std::vector<JobPtr> jobs;
  do {
    writes_.take(options_.batch, next_tick, jobs);
    if (!jobs.empty()) run_batch(jobs);
    jobs.clear();
    if (ticking && (tick_wanted() || SteadyClock::now() >= next_tick)) {
      run_tick();
      next_tick = SteadyClock::now() + options_.interval;
    }
  } while (!writes_.done());
  if (ticking) run_tick();
}

void StoreThread::run_tick() {
  auto outcome = [&]() -> Result<> {
    TRY(auto transaction, Transaction::begin(*writer_));
    TRY_VOID(options_.tick(*writer_));
    return transaction.commit();
  }();
  note(outcome);
  if (options_.ticked) options_.ticked(outcome);
  std::lock_guard lock(tick_mutex_);
  for (auto* waiter : std::exchange(tick_waiters_, {})) waiter->set_value(outcome);
}

bool StoreThread::tick_wanted() {
  std::lock_guard lock(tick_mutex_);
  return !tick_waiters_.empty();
}

Result<> StoreThread::tick_now() {
  std::promise<Result<>> promise;
  auto outcome = promise.get_future();
  {
    std::lock_guard lock(tick_mutex_);
    tick_waiters_.push_back(&promise);
  }
  if (!writes_.wake()) {
    // Closed: the last tick may still come, or has gone without us.
    std::lock_guard lock(tick_mutex_);
    if (std::erase(tick_waiters_, &promise) > 0) return overloaded();
  }
  return outcome.get();
}

// One commit for all. Where SQLite itself gives the transaction up in the middle (disk full), the
// jobs so far fail with that reason and the rest get a transaction of their own.
void StoreThread::run_batch(std::span<JobPtr> jobs) {
  std::size_t done = 0;
  std::optional<Error> trouble;  // of a job that could undo itself alone
  auto finish = [&](const Result<>& outcome) {
    note(outcome && trouble ? Result<>(Failure(*trouble)) : outcome);
    trouble.reset();
    for (auto& job : jobs.first(done)) job->deliver(outcome ? nullptr : &outcome.error());
    jobs = jobs.subspan(done);
    done = 0;
  };
  while (!jobs.empty()) {
    auto whole = Transaction::begin(*writer_);
    if (!whole) {
      done = jobs.size();
      finish(Failure(whole.error()));
      return;
    }
    Result<> outcome;
    while (done < jobs.size() && outcome) {
      auto& job = *jobs[done++];
      auto step = Transaction::begin(*writer_);
      if (!step) {
        outcome = Failure(step.error());
        break;
      }
      auto result = job.execute(*writer_);
      if (!result && result.error().code == Code::kStoreFailed) trouble = result.error();
      if (!writer_->in_transaction()) {
        outcome = result ? fail(Code::kStoreFailed, "the transaction was rolled back")
                         : Result<>(Failure(result.error()));
      } else if (result) {
        outcome = step->commit();
      }
    }
    if (outcome) outcome = whole->commit();
    finish(outcome);
  }
}

void StoreThread::read_loop() {
  pthread_setname_np(pthread_self(), "store-read");
  std::vector<JobPtr> jobs;
  do {
    reads_.take(1, std::chrono::steady_clock::time_point::max(), jobs);
    if (!jobs.empty()) run_read(*jobs.front());
    jobs.clear();
  } while (!reads_.done());
}

void StoreThread::run_read(Job& job) {
  if (auto begun = reader_->script("BEGIN"); !begun) {
    job.deliver(&begun.error());
    return;
  }
  (void)job.execute(*reader_);
  (void)reader_->script(reader_->in_transaction() ? "ROLLBACK" : "");
  job.deliver(nullptr);
}

}  // namespace sekisho::store
