#pragma once
// The journal of one worker: a sequence of segments with one writer (room, append: the worker's
// thread) and one keeper (prepare, sync, retire: the ledger's threads). The writer never waits and
// never makes a system call: the next segment stands ready before it is needed; where it does not
// (disk full), room() says how many records still fit.

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/segment.h"

namespace sekisho::ledger {

class Lane {
 public:
  struct Place {
    std::string directory;
    std::uint32_t worker = 0;
    std::size_t segment_bytes = 0;
  };
  // Makes the first segment, with number `sequence`.
  static Result<std::unique_ptr<Lane>> open(Disk& disk, Place place, std::uint64_t sequence);

  std::uint32_t worker() const { return place_.worker; }

  // The writer's.
  std::size_t room() const;     // records that fit now
  void append(Record& record);  // REQUIRES: room() > 0
  bool wants_segment() const { return next_.load(std::memory_order_relaxed) == nullptr; }

  // The keeper's; each by one thread at a time.
  Result<> prepare();  // makes the next segment unless it stands ready
  // Flushes every segment that has news, then makes ready what the next interval may need.
  Result<> sync();
  // Segments in order of their sequence, the one in use and the one ready included.
  std::vector<std::shared_ptr<Segment>> segments() const;
  // Deletes the oldest segment. REQUIRES: the writer has written into the one after it, or has
  // ended.
  Result<> retire_oldest();

 private:
  Lane(Disk& disk, Place place) : disk_(disk), place_(std::move(place)) {}
  void move_on();
  void warm(std::size_t records);
  Result<std::shared_ptr<Segment>> make(std::uint64_t sequence);

  Disk& disk_;
  Place place_;
  mutable std::mutex mutex_;  // of segments_; never taken by the writer
  std::deque<std::shared_ptr<Segment>> segments_;
  std::atomic<Segment*> next_{nullptr};
  Segment* current_ = nullptr;  // the writer's
};

}  // namespace sekisho::ledger
