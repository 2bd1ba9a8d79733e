#pragma once
// From the workers to the trace store: one bounded lane per worker, each with one producer and one
// consumer. push() never blocks and never waits for the store: a full lane (by number or by bytes)
// drops the record and counts it. The consumer reads records where they lie; memory follows the
// backlog in chunks, so a queue that is kept empty costs two chunks per lane.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "trace/trace.h"

namespace sekisho::trace {

// With captured contents few records are many bytes.
inline constexpr std::size_t kTraceQueueBytes = 128 << 20;

class TraceQueue {
 public:
  // Records, and bytes of them, that may wait; both are shared out evenly among the lanes.
  explicit TraceQueue(std::size_t lanes, std::size_t capacity = limits::kTraceQueue,
                      std::size_t bytes = kTraceQueueBytes);
  ~TraceQueue();
  TraceQueue(const TraceQueue&) = delete;
  TraceQueue& operator=(const TraceQueue&) = delete;

  // From the one thread that owns `lane`. False: dropped.
  bool push(std::size_t lane, CallRecord&& record);

  // From the one consuming thread: the oldest records, at most `most`, lane by lane. They make room
  // for new ones at once, and are there until take(); without it the next look() gives them again.
  void look(std::size_t most, std::vector<const CallRecord*>& out);
  void take();  // what the last look() gave

  std::uint64_t dropped() const;  // since the start; any thread
  std::size_t waiting() const;    // not looked at yet; about; any thread

 private:
  static constexpr std::size_t kChunk = 32;
  struct Chunk;
  struct Lane;
  std::size_t lane_capacity_, lane_bytes_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t first_lane_ = 0;  // where the next look begins: fair to all
};

}  // namespace sekisho::trace
