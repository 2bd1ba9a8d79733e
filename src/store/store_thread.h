#pragma once
// The single writer of one database file, and a reader beside it, each a thread of its own.
//
//   auto unit = co_await store.write(loop, [name](Database& db) -> Result<UnitId> { … });
//   auto page = co_await store.read(loop, [filter](Database& db) -> Result<Page> { … });
//
// - write: jobs run one after the other; those that wait together share one commit, each in a
//   savepoint of its own, so that a failing job undoes only itself. The answer comes after the
//   commit: what was answered is stored.
// - read: on a read-only connection, in one read transaction: a consistent picture that never
//   waits for the writer.
// - Both queues are bounded; a full one answers kOverloaded at once.
// - The awaiting coroutine resumes on its own loop. If it is destroyed while it waits, its answer
//   is dropped; a write that was queued is still done. So a job owns what it uses: capture values,
//   never references to the awaiting frame.
// - tick: what the writer does of its own accord at an interval (and once more when it stops), in a
//   transaction of its own: draining a queue into the file, say.
// - A full disk fails the jobs of that commit with kStoreFailed; trouble() says so until a commit
//   succeeds again, which needs no hand.
//
// REQUIRES: stop() (or the destructor) before any loop that awaits is destroyed.

#include <coroutine>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "io/loop.h"
#include "store/database.h"
#include "store/job_queue.h"

namespace sekisho::store {

class StoreThread {
 public:
  struct Options {
    std::size_t queue = limits::kStoreQueue;
    std::size_t batch = limits::kStoreBatch;
    std::chrono::milliseconds interval{0};  // of the tick; 0 = none
    // Called on the writer's thread after each tick's transaction with how it ended.
    std::function<Result<>(Database&)> tick;
    std::function<void(const Result<>&)> ticked;
  };

  // Opens the file, brings its tables up to date, starts both threads.
  static Result<std::unique_ptr<StoreThread>> start(OpenOptions file, std::vector<Schema> schemas,
                                                    Options options);
  static Result<std::unique_ptr<StoreThread>> start(OpenOptions file, std::vector<Schema> schemas) {
    return start(std::move(file), std::move(schemas), Options{});
  }
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  template <class Fn>
  class Awaiter;

  template <class Fn>
  Awaiter<Fn> write(io::Loop& loop, Fn fn) {
    return Awaiter<Fn>(*this, true, loop, std::move(fn));
  }
  template <class Fn>
  Awaiter<Fn> read(io::Loop& loop, Fn fn) {
    return Awaiter<Fn>(*this, false, loop, std::move(fn));
  }

  // For threads without a loop (start-up, command line, tests): waits for the answer.
  template <class Fn>
  std::invoke_result_t<Fn&, Database&> write_now(Fn fn) {
    return now(true, std::move(fn));
  }
  template <class Fn>
  std::invoke_result_t<Fn&, Database&> read_now(Fn fn) {
    return now(false, std::move(fn));
  }

  // A tick at once; waits for its outcome. REQUIRES: a tick is set.
  Result<> tick_now();

  // Finishes what is queued, then joins both threads. Later jobs answer kOverloaded.
  void stop();
  // Why the last commit failed; nullopt when it succeeded. Thread-safe, for readiness checks.
  std::optional<Error> trouble() const;

 private:
  // What the threads see of a job: run it, then deliver its own answer or the batch's failure.
  class Job {
   public:
    virtual ~Job() = default;
    virtual Result<> execute(Database& database) = 0;  // keeps its answer; tells whether it failed
    virtual void deliver(const Error* batch_failure) = 0;
  };
  using JobPtr = std::unique_ptr<Job>;
  template <class Fn>
  struct Answer;
  template <class Fn>
  class LoopJob;
  template <class Fn>
  class PromiseJob;

  StoreThread(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader, Options options);
  bool submit(bool writing, JobPtr&& job) {
    return (writing ? writes_ : reads_).push(std::move(job));
  }
  template <class Fn>
  std::invoke_result_t<Fn&, Database&> now(bool writing, Fn fn);
  void write_loop();
  void read_loop();
  void run_batch(std::span<JobPtr> jobs);
  void run_read(Job& job);
  void run_tick();
  bool tick_wanted();
  void note(const Result<>& outcome);
  static Failure overloaded();

  Options options_;
  std::unique_ptr<Database> writer_, reader_;
  JobQueue<JobPtr> writes_, reads_;
  mutable std::mutex trouble_mutex_;
  std::optional<Error> trouble_;
  std::mutex tick_mutex_;
  std::vector<std::promise<Result<>>*> tick_waiters_;
  std::thread write_thread_, read_thread_;
};

// The function and what it gave.
template <class Fn>
struct StoreThread::Answer {
  using Value = std::invoke_result_t<Fn&, Database&>;  // Result<T>
  explicit Answer(Fn f) : fn(std::move(f)) {}
  Result<> execute(Database& database) {
    try {
      value.emplace(fn(database));
    } catch (const std::exception&) {  // allocation failure in a library below us
      value.emplace(fail(Code::kInternal, "an exception escaped a store job"));
    }
    if (!*value) return Failure(value->error());
    return {};
  }
  void failed(const Error* batch_failure) {
    if (batch_failure && (!value || value->has_value())) value.emplace(Failure(*batch_failure));
  }
  Fn fn;
  std::optional<Value> value;
};

template <class Fn>
class StoreThread::Awaiter {
 public:
  Awaiter(StoreThread& thread, bool writing, io::Loop& loop, Fn fn)
      : thread_(thread),
        writing_(writing),
        shared_(std::make_shared<Shared>(loop, std::move(fn))) {}
  ~Awaiter() {
    if (shared_) shared_->waiting = {};
  }
  Awaiter(const Awaiter&) = delete;
  Awaiter& operator=(const Awaiter&) = delete;

  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    shared_->waiting = handle;
    if (thread_.submit(writing_, std::make_unique<LoopJob<Fn>>(shared_))) return true;
    shared_->answer.value.emplace(overloaded());
    return false;
  }
  auto await_resume() { return *std::move(shared_->answer.value); }

 private:
  friend class LoopJob<Fn>;
  // `waiting` is touched on the loop's thread only; `answer` by the store's thread until it posts.
  struct Shared {
    Shared(io::Loop& l, Fn fn) : loop(l), answer(std::move(fn)) {}
    io::Loop& loop;
    std::coroutine_handle<> waiting;
    Answer<Fn> answer;
  };
  StoreThread& thread_;
  bool writing_;
  std::shared_ptr<Shared> shared_;
};

template <class Fn>
class StoreThread::LoopJob final : public Job {
 public:
  using SharedPtr = std::shared_ptr<typename Awaiter<Fn>::Shared>;
  explicit LoopJob(SharedPtr shared) : shared_(std::move(shared)) {}
  Result<> execute(Database& database) override { return shared_->answer.execute(database); }
  void deliver(const Error* batch_failure) override {
    shared_->answer.failed(batch_failure);
    auto& loop = shared_->loop;
    loop.post([shared = std::move(shared_)] {
      if (auto handle = std::exchange(shared->waiting, {})) handle.resume();
    });
  }

 private:
  SharedPtr shared_;
};

template <class Fn>
class StoreThread::PromiseJob final : public Job {
 public:
  using Value = typename Answer<Fn>::Value;
  PromiseJob(Fn fn, std::promise<Value>& promise) : answer_(std::move(fn)), promise_(promise) {}
  Result<> execute(Database& database) override { return answer_.execute(database); }
  void deliver(const Error* batch_failure) override {
    answer_.failed(batch_failure);
    promise_.set_value(*std::move(answer_.value));
  }

 private:
  Answer<Fn> answer_;
  std::promise<Value>& promise_;
};

template <class Fn>
std::invoke_result_t<Fn&, Database&> StoreThread::now(bool writing, Fn fn) {
  using Value = std::invoke_result_t<Fn&, Database&>;
  std::promise<Value> promise;
  auto future = promise.get_future();
  if (!submit(writing, std::make_unique<PromiseJob<Fn>>(std::move(fn), promise))) {
    return overloaded();
  }
  return future.get();
}

}  // namespace sekisho::store
