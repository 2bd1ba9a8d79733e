#pragma once
// From the workers to the trace store: one bounded lane per worker, each with one producer and one
// consumer. push() never blocks and never waits for the store: a full lane drops the record and
// counts it. Records move; memory follows the backlog in chunks that are used again, so a queue
// that is kept empty costs two chunks per lane.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "trace/trace.h"

namespace sekisho::trace {

class TraceQueue {
 public:
  // `capacity` is shared out evenly among the lanes.
  explicit TraceQueue(std::size_t lanes, std::size_t capacity = limits::kTraceQueue);
  ~TraceQueue();
  TraceQueue(const TraceQueue&) = delete;
  TraceQueue& operator=(const TraceQueue&) = delete;

  // From the one thread that owns `lane`. False: dropped.
  bool push(std::size_t lane, CallRecord&& record);
  // From the one consuming thread: appends at most `most` records, lane by lane.
  std::size_t drain(std::size_t most, std::vector<CallRecord>& out);

  std::uint64_t dropped() const;  // since the start; any thread
  std::size_t waiting() const;    // about; any thread

 private:
  static constexpr std::size_t kChunk = 32;
  struct Chunk;
  struct Lane;
  std::size_t lane_capacity_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t first_lane_ = 0;  // where the next drain begins: fair to all
};

}  // namespace sekisho::trace
