#include "store/store_thread.h"

namespace sekisho::store {

Result<std::unique_ptr<StoreThread>> StoreThread::start(OpenOptions file,
                                                        std::vector<Schema> schemas,
                                                        Options options) {
  TRY(auto writer, Database::open(file, schemas));
  file.read_only = true;
  TRY(auto reader, Database::open(file, schemas));
  return std::unique_ptr<StoreThread>(
      new StoreThread(std::move(writer), std::move(reader), options));
}

StoreThread::StoreThread(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader,
                         Options options)
    : options_(options),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      writes_(options.queue),
      reads_(options.queue),
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
  std::vector<JobPtr> jobs;
  for (;;) {
    writes_.take(options_.batch, jobs);
    if (jobs.empty()) return;
    run_batch(jobs);
    jobs.clear();
  }
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
  std::vector<JobPtr> jobs;
  for (;;) {
    reads_.take(1, jobs);
    if (jobs.empty()) return;
    run_read(*jobs.front());
    jobs.clear();
  }
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
