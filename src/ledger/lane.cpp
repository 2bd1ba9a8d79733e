#include "ledger/lane.h"

#include <algorithm>

namespace sekisho::ledger {
namespace {

// Records that find their pages ready after a quiet time: 64 KB.
constexpr std::size_t kWarmRecords = 256;

}  // namespace

Result<std::unique_ptr<Lane>> Lane::open(Disk& disk, Place place, std::uint64_t sequence) {
  std::unique_ptr<Lane> lane(new Lane(disk, std::move(place)));
  TRY(auto first, lane->make(sequence));
  lane->current_ = first.get();
  return lane;
}

Result<std::shared_ptr<Segment>> Lane::make(std::uint64_t sequence) {
  TRY(auto made,
      Segment::create(disk_, place_.directory, {place_.worker, sequence}, place_.segment_bytes));
  std::shared_ptr<Segment> segment(std::move(made));
  std::lock_guard lock(mutex_);
  segments_.push_back(segment);
  segment->warm(kWarmRecords);
  return segment;
}

std::size_t Lane::room() const {
  const Segment* next = next_.load(std::memory_order_acquire);
  return current_->left() + (next ? next->capacity() : 0);
}

// A full segment stays until the next one has been written into, so current_ is always alive.
void Lane::append(Record& record) {
  move_on();
  current_->append(record);
  move_on();  // at once, so that another segment is made while this one fills
}

void Lane::move_on() {
  if (current_->left() > 0) return;
  if (Segment* next = next_.exchange(nullptr, std::memory_order_acq_rel)) current_ = next;
}

Result<> Lane::prepare() {
  if (next_.load(std::memory_order_acquire)) return {};
  std::uint64_t sequence;
  {
    std::lock_guard lock(mutex_);
    sequence = segments_.back()->name().sequence + 1;
  }
  TRY(auto made, make(sequence));
  next_.store(made.get(), std::memory_order_release);
  return {};
}

Result<> Lane::sync() {
  Result<> outcome;
  std::size_t fresh = 0;
  for (const auto& segment : segments()) {
    auto before = segment->synced();
    if (auto done = segment->sync(); !done && outcome) outcome = done;
    fresh += segment->synced() - before;
  }
  if (fresh > 0) warm(std::max(kWarmRecords, 2 * fresh));
  return outcome;
}

void Lane::warm(std::size_t records) {
  for (const auto& segment : segments()) {
    if (segment->left() > 0) records -= segment->warm(records);
    if (records == 0) return;
  }
}

std::vector<std::shared_ptr<Segment>> Lane::segments() const {
  std::lock_guard lock(mutex_);
  return {segments_.begin(), segments_.end()};
}

Result<> Lane::retire_oldest() {
  std::shared_ptr<Segment> oldest;
  {
    std::lock_guard lock(mutex_);
    oldest = segments_.front();
  }
  TRY_VOID(disk_.remove(place_.directory + "/" + oldest->name().text()));
  std::lock_guard lock(mutex_);
  segments_.pop_front();
  return {};
}

}  // namespace sekisho::ledger
