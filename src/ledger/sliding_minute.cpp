#include <algorithm>

#include "ledger/account.h"

namespace sekisho::ledger {
namespace {

constexpr std::int64_t kSliceNs = 500'000'000;
constexpr std::int64_t kLiveSlices = 121;  // a slice that began 60.5 s ago ended 60 s ago
constexpr std::size_t kSlots = 128;
constexpr int kCountBits = 34;
constexpr std::int64_t kMostInSlice = (std::int64_t{1} << kCountBits) - 1;

std::int64_t slice_of(SteadyTime at) {
  return std::max<std::int64_t>(at.time_since_epoch().count(), 0) / kSliceNs;
}

// One slot: the slice that it holds at present (17 years of them) and what was taken in it.
struct Slice {
  std::int64_t number = 0, count = 0;

  static Slice of(std::uint64_t word) {
    return {static_cast<std::int64_t>(word >> kCountBits),
            static_cast<std::int64_t>(word & static_cast<std::uint64_t>(kMostInSlice))};
  }
  std::uint64_t word() const {
    return static_cast<std::uint64_t>(number) << kCountBits | static_cast<std::uint64_t>(count);
  }
};

}  // namespace

struct SlidingMinute::Slices {
  std::atomic<std::int64_t> total{0};
  std::atomic<std::int64_t> swept{-1};  // the slice of the last sweep
  std::array<std::atomic<std::uint64_t>, kSlots> slots{};

  std::atomic<std::uint64_t>& slot(std::int64_t number) {
    return slots[static_cast<std::size_t>(number) % kSlots];
  }

  // Takes out of the total what has left the window.
  void sweep(std::int64_t now) {
    if (swept.load(std::memory_order_relaxed) >= now) return;
    for (auto& slot : slots) {
      std::uint64_t seen = slot.load(std::memory_order_relaxed);
      auto slice = Slice::of(seen);
      if (slice.count == 0 || slice.number + kLiveSlices > now) continue;
      if (slot.compare_exchange_strong(seen, 0, std::memory_order_relaxed)) {
        total.fetch_sub(slice.count, std::memory_order_relaxed);
      }
    }
    swept.store(now, std::memory_order_relaxed);
  }

  // Another thread's idea of the present may be far ahead: then its slice stands.
  void note(std::int64_t number, std::int64_t count) {
    auto& where = slot(number);
    std::uint64_t seen = where.load(std::memory_order_relaxed);
    for (;;) {
      auto was = Slice::of(seen);
      bool expired = was.number < number;
      Slice next = expired ? Slice{number, 0} : was;
      next.count = std::min(next.count + count, kMostInSlice);
      if (!where.compare_exchange_weak(seen, next.word(), std::memory_order_relaxed)) continue;
      std::int64_t noted = next.count - was.count;  // an expired count leaves the total, too
      if (noted != count) total.fetch_add(noted - count, std::memory_order_relaxed);
      return;
    }
  }
};

SlidingMinute::~SlidingMinute() {
  delete slices_.load(std::memory_order_acquire);
}

SlidingMinute::Slices& SlidingMinute::slices() {
  auto* seen = slices_.load(std::memory_order_acquire);
  if (seen) return *seen;
  auto* made = new Slices;
  if (slices_.compare_exchange_strong(seen, made, std::memory_order_acq_rel)) return *made;
  delete made;
  return *seen;
}

bool SlidingMinute::take(SteadyTime now, std::int64_t count, std::int64_t limit) {
  auto& all = slices();
  std::int64_t number = slice_of(now);
  all.sweep(number);
  std::int64_t seen = all.total.load(std::memory_order_relaxed);
  do {
    if (count > limit - std::min(seen, limit)) return false;
  } while (!all.total.compare_exchange_weak(seen, seen + count, std::memory_order_relaxed));
  all.note(number, count);
  return true;
}

void SlidingMinute::adjust(SteadyTime taken_at, std::int64_t delta) {
  auto* all = slices_.load(std::memory_order_acquire);
  if (!all || delta == 0) return;
  std::int64_t number = slice_of(taken_at);
  auto& where = all->slot(number);
  std::uint64_t seen = where.load(std::memory_order_relaxed);
  for (;;) {
    auto was = Slice::of(seen);
    if (was.number != number) return;
    Slice next{number, std::clamp<std::int64_t>(was.count + delta, 0, kMostInSlice)};
    if (!where.compare_exchange_weak(seen, next.word(), std::memory_order_relaxed)) continue;
    all->total.fetch_add(next.count - was.count, std::memory_order_relaxed);
    return;
  }
}

std::int64_t SlidingMinute::used(SteadyTime now) const {
  auto* all = slices_.load(std::memory_order_acquire);
  if (!all) return 0;
  all->sweep(slice_of(now));
  return all->total.load(std::memory_order_relaxed);
}

std::optional<Duration> SlidingMinute::until(SteadyTime now, std::int64_t count,
                                             std::int64_t limit) const {
  if (count > limit) return std::nullopt;
  std::int64_t over = used(now) - (limit - count);
  if (over <= 0) return Duration(0);
  auto* all = slices_.load(std::memory_order_acquire);
  std::int64_t present = slice_of(now);
  std::int64_t leaves = present + kLiveSlices;  // the last that can: of a take now going on
  for (std::int64_t number = present - kLiveSlices + 1; number <= present; ++number) {
    if (number < 0) continue;
    auto slice = Slice::of(all->slot(number).load(std::memory_order_relaxed));
    if (slice.number != number) continue;
    over -= slice.count;
    if (over > 0) continue;
    leaves = number + kLiveSlices;
    break;
  }
  return Duration(leaves * kSliceNs - std::max<std::int64_t>(now.time_since_epoch().count(), 0));
}

}  // namespace sekisho::ledger
