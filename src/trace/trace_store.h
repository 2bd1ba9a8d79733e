#pragma once
// The trace database: takes what the workers put into its queue, in batches at an interval, and
// answers questions on a reading thread of its own. Thread-safe.
//
// A full disk or a broken file never reaches a call: records stay in the queue until it is full,
// then new ones are dropped and counted; writing goes on by itself once it can.
// Retention cuts the oldest calls, by age and by size of the file.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "io/loop.h"
#include "store/store_thread.h"
#include "trace/call_query.h"
#include "trace/trace_queue.h"

namespace sekisho::trace {

struct Retention {
  std::int64_t days = 0;   // 0 = for ever
  std::int64_t bytes = 0;  // of the file; 0 = no cap
};

class TraceStore {
 public:
  struct Options {
    std::string path;
    std::size_t workers = 1;
    std::size_t queue = limits::kTraceQueue;
    std::chrono::milliseconds interval{250};
    Retention retention;
    std::int64_t max_pages = 0;  // for tests of a full disk
  };
  static Result<std::unique_ptr<TraceStore>> start(Options options, const Clock& clock);
  ~TraceStore();

  // From the worker's own thread; never blocks.
  bool push(std::size_t worker, CallRecord&& record) {
    return queue_.push(worker, std::move(record));
  }

  // co_await traces.list(loop, filter); the newest records may be one interval behind.
  auto list(io::Loop& loop, CallFilter filter) {
    return thread_->read(
        loop, [filter = std::move(filter)](store::Database& db) { return list_calls(db, filter); });
  }
  auto find(io::Loop& loop, RequestId request) {
    return thread_->read(loop, [request](store::Database& db) { return find_call(db, request); });
  }
  store::StoreThread& thread() { return *thread_; }

  // Writes what was pushed before the call; waits. For shutdown and tests.
  Result<> flush();
  void stop();

  std::uint64_t dropped() const {
    return queue_.dropped() + rejected_.load(std::memory_order_relaxed);
  }
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  std::size_t waiting() const { return queue_.waiting(); }
  std::optional<Error> trouble() const { return thread_->trouble(); }

 private:
  class Writer;
  TraceStore(Options options, const Clock& clock);
  Options options_;
  TraceQueue queue_;
  std::atomic<std::uint64_t> written_{0}, rejected_{0};
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<store::StoreThread> thread_;
};

}  // namespace sekisho::trace
