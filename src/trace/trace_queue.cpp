#include "trace/trace_queue.h"

#include <algorithm>
#include <utility>

namespace sekisho::trace {

// Filled by the producer from the front; `filled` publishes. A full chunk is followed by `next`.
struct TraceQueue::Chunk {
  std::atomic<std::size_t> filled{0};
  std::atomic<Chunk*> next{nullptr};
  std::array<CallRecord, kChunk> records;
};

struct TraceQueue::Lane {
  // the producer's
  alignas(64) Chunk* tail;
  std::size_t pushed = 0;
  std::atomic<std::size_t> pushed_seen{0};
  std::atomic<std::uint64_t> dropped{0};
  // the consumer's
  alignas(64) Chunk* head;
  std::size_t taken = 0;  // of head
  std::atomic<std::size_t> popped{0};
  // a chunk on its way back
  alignas(64) std::atomic<Chunk*> spare{nullptr};

  Lane() : tail(new Chunk), head(tail) {}
  ~Lane() {
    while (head) delete std::exchange(head, head->next.load());
    delete spare.load();
  }

  void push(CallRecord&& record) {
    auto filled = tail->filled.load(std::memory_order_relaxed);
    if (filled == kChunk) {
      auto* fresh = spare.exchange(nullptr, std::memory_order_acquire);
      if (!fresh) fresh = new Chunk;
      tail->next.store(fresh, std::memory_order_release);
      tail = fresh;
      filled = 0;
    }
    tail->records[filled] = std::move(record);
    tail->filled.store(filled + 1, std::memory_order_release);
    pushed_seen.store(++pushed, std::memory_order_relaxed);
  }

  bool pop(CallRecord& out) {
    if (taken == kChunk) {
      auto* next = head->next.load(std::memory_order_acquire);
      if (!next) return false;
      auto* old = std::exchange(head, next);
      taken = 0;
      old->filled.store(0, std::memory_order_relaxed);
      old->next.store(nullptr, std::memory_order_relaxed);
      delete spare.exchange(old, std::memory_order_acq_rel);
    }
    if (taken == head->filled.load(std::memory_order_acquire)) return false;
    out = std::exchange(head->records[taken++], CallRecord{});
    return true;
  }
};

TraceQueue::TraceQueue(std::size_t lanes, std::size_t capacity)
    : lane_capacity_(std::max<std::size_t>(1, capacity / std::max<std::size_t>(1, lanes))) {
  for (std::size_t i = 0; i < lanes; ++i) lanes_.push_back(std::make_unique<Lane>());
}

TraceQueue::~TraceQueue() = default;

bool TraceQueue::push(std::size_t lane_number, CallRecord&& record) {
  auto& lane = *lanes_[lane_number];
  if (lane.pushed - lane.popped.load(std::memory_order_acquire) >= lane_capacity_) {
    lane.dropped.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  lane.push(std::move(record));
  return true;
}

std::size_t TraceQueue::drain(std::size_t most, std::vector<CallRecord>& out) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < lanes_.size() && total < most; ++i) {
    auto& lane = *lanes_[(first_lane_ + i) % lanes_.size()];
    std::size_t count = 0;
    CallRecord record;
    while (total + count < most && lane.pop(record)) {
      out.push_back(std::move(record));
      ++count;
    }
    lane.popped.fetch_add(count, std::memory_order_release);
    total += count;
  }
  if (!lanes_.empty()) first_lane_ = (first_lane_ + 1) % lanes_.size();
  return total;
}

std::uint64_t TraceQueue::dropped() const {
  std::uint64_t sum = 0;
  for (const auto& lane : lanes_) sum += lane->dropped.load(std::memory_order_relaxed);
  return sum;
}

std::size_t TraceQueue::waiting() const {
  std::size_t sum = 0;
  for (const auto& lane : lanes_) {
    auto popped = lane->popped.load(std::memory_order_relaxed);
    auto pushed = lane->pushed_seen.load(std::memory_order_relaxed);
    sum += pushed > popped ? pushed - popped : 0;
  }
  return sum;
}

}  // namespace sekisho::trace
