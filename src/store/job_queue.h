#pragma once
// A bounded queue of jobs for one thread. push() never blocks: a full queue says so. take() hands
// over everything that waits, up to a limit, and blocks while there is nothing until `deadline`;
// `done()` afterwards tells that the queue was closed and is drained.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

namespace sekisho::store {

template <class Job>
class JobQueue {
 public:
  explicit JobQueue(std::size_t capacity) : capacity_(capacity) {}

  // False, and `job` is untouched, when full or closed.
  bool push(Job&& job) {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || jobs_.size() >= capacity_) return false;
      jobs_.push_back(std::move(job));
    }
    ready_.notify_one();
    return true;
  }

  void take(std::size_t most, std::chrono::steady_clock::time_point deadline,
            std::vector<Job>& out) {
    std::unique_lock lock(mutex_);
    auto ready = [&] { return closed_ || woken_ || !jobs_.empty(); };
    if (deadline == std::chrono::steady_clock::time_point::max()) {
      ready_.wait(lock, ready);
    } else {
      ready_.wait_until(lock, deadline, ready);
    }
    woken_ = false;
    while (!jobs_.empty() && out.size() < most) {
      out.push_back(std::move(jobs_.front()));
      jobs_.pop_front();
    }
  }

  bool done() {
    std::lock_guard lock(mutex_);
    return closed_ && jobs_.empty();
  }

  // Makes the present or next take() return, with or without jobs. False when closed.
  bool wake() {
    {
      std::lock_guard lock(mutex_);
      if (closed_) return false;
      woken_ = true;
    }
    ready_.notify_all();
    return true;
  }

  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  bool closed_ = false, woken_ = false;
};

}  // namespace sekisho::store
