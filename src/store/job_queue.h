#pragma once
// A bounded queue of jobs for one thread. push() never blocks: a full queue says so. take() hands
// over everything that waits, up to a limit, and blocks while there is nothing; an empty answer
// means that the queue was closed and is drained.

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

  void take(std::size_t most, std::vector<Job>& out) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    while (!jobs_.empty() && out.size() < most) {
      out.push_back(std::move(jobs_.front()));
      jobs_.pop_front();
    }
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
  bool closed_ = false;
};

}  // namespace sekisho::store
