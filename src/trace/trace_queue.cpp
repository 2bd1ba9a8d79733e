#include "trace/trace_queue.h"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <utility>

namespace sekisho::trace {
namespace {

// What a record keeps, about: its texts and itself.
std::size_t bytes_of(const CallRecord& record) {
  std::size_t sum = sizeof record + record.request_content.size() + record.response_content.size() +
                    record.model_asked.size() + record.session.size() + record.refusal.size() +
                    record.stop_reason.size() + record.settlement_note.size();
  for (const auto& tag : record.tags) sum += sizeof tag + tag.size();
  for (const auto& field : record.dropped_fields) sum += sizeof field + field.size();
  return sum + record.verdicts.size() * sizeof(VerdictRecord);
}

}  // namespace

// Filled by the producer from the front; `filled` publishes. A full chunk is followed by `next`.
struct TraceQueue::Chunk {
  std::atomic<std::size_t> filled{0};
  std::atomic<Chunk*> next{nullptr};
  alignas(CallRecord) std::array<std::byte, kChunk * sizeof(CallRecord)> space;

  CallRecord* place(std::size_t index) {
    return std::launder(reinterpret_cast<CallRecord*>(space.data()) + index);
  }
};

struct TraceQueue::Lane {
  // the producer's
  alignas(64) Chunk* tail;
  std::size_t pushed = 0, pushed_bytes = 0;
  std::atomic<std::size_t> pushed_seen{0};
  std::atomic<std::uint64_t> dropped{0};
  // the consumer's
  alignas(64) Chunk* head;
  std::size_t taken_of_head = 0;
  std::size_t taken = 0, looked = 0;     // since the start; of the last look
  std::atomic<std::size_t> given_up{0};  // what no longer counts against the capacity
  std::atomic<std::size_t> taken_bytes{0};
  // a chunk on its way back
  alignas(64) std::atomic<Chunk*> spare{nullptr};

  Lane() : tail(new Chunk), head(tail) {}
  ~Lane() {
    looked = pushed - taken;
    take();
    delete head;
    delete spare.load();
  }

  void push(CallRecord&& record, std::size_t bytes) {
    pushed_bytes += bytes;
    auto filled = tail->filled.load(std::memory_order_relaxed);
    if (filled == kChunk) {
      auto* fresh = spare.exchange(nullptr, std::memory_order_acquire);
      if (!fresh) fresh = new Chunk;
      tail->next.store(fresh, std::memory_order_release);
      tail = fresh;
      filled = 0;
    }
    std::construct_at(tail->place(filled), std::move(record));
    tail->filled.store(filled + 1, std::memory_order_release);
    pushed_seen.store(++pushed, std::memory_order_relaxed);
  }

  void look(std::size_t most, std::vector<const CallRecord*>& out) {
    looked = 0;
    auto* chunk = head;
    for (auto at = taken_of_head; looked < most; at = 0) {
      auto end = std::min(chunk->filled.load(std::memory_order_acquire), at + most - looked);
      for (; at < end; ++at, ++looked) out.push_back(chunk->place(at));
      if (at < kChunk || !(chunk = chunk->next.load(std::memory_order_acquire))) break;
    }
    given_up.store(std::max(given_up.load(std::memory_order_relaxed), taken + looked),
                   std::memory_order_release);
  }

  // A chunk that the producer has left goes back to it.
  void take() {
    std::size_t bytes = 0;
    for (taken += looked; looked > 0; --looked) {
      if (taken_of_head == kChunk) {
        auto* old = std::exchange(head, head->next.load(std::memory_order_acquire));
        taken_of_head = 0;
        old->filled.store(0, std::memory_order_relaxed);
        old->next.store(nullptr, std::memory_order_relaxed);
        delete spare.exchange(old, std::memory_order_acq_rel);
      }
      auto* record = head->place(taken_of_head++);
      bytes += bytes_of(*record);
      std::destroy_at(record);
    }
    taken_bytes.fetch_add(bytes, std::memory_order_release);
  }
};

TraceQueue::TraceQueue(std::size_t lanes, std::size_t capacity, std::size_t bytes)
    : lane_capacity_(std::max<std::size_t>(1, capacity / std::max<std::size_t>(1, lanes))),
      lane_bytes_(bytes / std::max<std::size_t>(1, lanes)) {
  for (std::size_t i = 0; i < lanes; ++i) lanes_.push_back(std::make_unique<Lane>());
}

TraceQueue::~TraceQueue() = default;

bool TraceQueue::push(std::size_t lane_number, CallRecord&& record) {
  auto& lane = *lanes_[lane_number];
  const auto bytes = bytes_of(record);
  const auto waiting = lane.pushed_bytes - lane.taken_bytes.load(std::memory_order_acquire);
  if (lane.pushed - lane.given_up.load(std::memory_order_acquire) >= lane_capacity_ ||
      bytes + waiting > lane_bytes_) {
    lane.dropped.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  lane.push(std::move(record), bytes);
  return true;
}

void TraceQueue::look(std::size_t most, std::vector<const CallRecord*>& out) {
  const auto end = out.size() + most;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[(first_lane_ + i) % lanes_.size()]->look(end - out.size(), out);
  }
}

void TraceQueue::take() {
  for (auto& lane : lanes_) lane->take();
  if (!lanes_.empty()) first_lane_ = (first_lane_ + 1) % lanes_.size();
}

std::uint64_t TraceQueue::dropped() const {
  std::uint64_t sum = 0;
  for (const auto& lane : lanes_) sum += lane->dropped.load(std::memory_order_relaxed);
  return sum;
}

std::size_t TraceQueue::waiting() const {
  std::size_t sum = 0;
  for (const auto& lane : lanes_) {
    auto given_up = lane->given_up.load(std::memory_order_relaxed);
    auto pushed = lane->pushed_seen.load(std::memory_order_relaxed);
    sum += pushed > given_up ? pushed - given_up : 0;
  }
  return sum;
}

}  // namespace sekisho::trace
