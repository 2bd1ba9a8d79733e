#include "ledger/account.h"

#include <algorithm>

namespace sekisho::ledger {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::int64_t kMostInMinute = (std::int64_t{1} << 40) - 1;

std::int64_t since_epoch(SteadyTime at) {
  return std::max<std::int64_t>(at.time_since_epoch().count(), 0);
}
std::uint64_t minute_of(SteadyTime at) {
  return static_cast<std::uint64_t>(since_epoch(at) / kMinuteNs) & 0xFF'FFFF;
}
std::uint64_t bounded(std::int64_t value) {
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(value, 0, kMostInMinute));
}
std::int64_t count_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace

// Another thread's idea of the present minute may be ahead of `now`: then its minute stands.
SlidingMinute::Pair SlidingMinute::rolled(Pair pair, SteadyTime now) {
  std::uint64_t minute = minute_of(now);
  if (minute <= pair.minute) return pair;
  Pair out{};
  out.minute = minute;
  out.previous = minute == pair.minute + 1 ? pair.present : 0;
  return out;
}

// The previous minute's share is rounded up: never more than the limit by rounding.
std::int64_t SlidingMinute::estimate(Pair pair, SteadyTime now) {
  std::int64_t passed = minute_of(now) == pair.minute ? since_epoch(now) % kMinuteNs : 0;
  auto share = static_cast<__int128>(pair.previous) * (kMinuteNs - passed);
  return static_cast<std::int64_t>((share + kMinuteNs - 1) / kMinuteNs) + count_of(pair.present);
}

bool SlidingMinute::take(SteadyTime now, std::int64_t count, std::int64_t limit) {
  Pair seen = pair_.load(std::memory_order_relaxed);
  for (;;) {
    Pair next = rolled(seen, now);
    if (count > limit - std::min(estimate(next, now), limit)) return false;
    next.present = bounded(count_of(next.present) + count);
    if (pair_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return true;
  }
}

void SlidingMinute::adjust(SteadyTime taken_at, SteadyTime now, std::int64_t delta) {
  if (delta == 0) return;
  std::uint64_t taken = minute_of(taken_at);
  Pair seen = pair_.load(std::memory_order_relaxed);
  for (;;) {
    Pair next = rolled(seen, now);
    if (taken == next.minute) {
      next.present = bounded(count_of(next.present) + delta);
    } else if (taken + 1 == next.minute) {
      next.previous = bounded(count_of(next.previous) + delta);
    } else {
      return;
    }
    if (pair_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return;
  }
}

std::int64_t SlidingMinute::used(SteadyTime now) const {
  return estimate(rolled(pair_.load(std::memory_order_relaxed), now), now);
}

std::optional<Duration> SlidingMinute::until(SteadyTime now, std::int64_t count,
                                             std::int64_t limit) const {
  if (count > limit) return std::nullopt;
  Pair pair = rolled(pair_.load(std::memory_order_relaxed), now);
  std::int64_t passed = minute_of(now) == pair.minute ? since_epoch(now) % kMinuteNs : 0;
  // Nanoseconds into a minute from which on `aging` counts of the minute before leave `room`.
  auto fades_at = [](std::int64_t aging, std::int64_t room) {
    if (aging <= room) return std::int64_t{0};
    return kMinuteNs - static_cast<std::int64_t>(static_cast<__int128>(room) * kMinuteNs / aging);
  };
  std::int64_t room = limit - count - count_of(pair.present);
  if (room >= 0) {
    std::int64_t at = fades_at(count_of(pair.previous), room);
    return Duration(std::max<std::int64_t>(at - passed, 0));
  }
  return Duration(kMinuteNs - passed + fades_at(count_of(pair.present), limit - count));
}

Account::Reserve Account::add(std::int64_t window, Money amount, std::optional<Money> cap) {
  auto& sum = pair(window);
  Pair seen = sum.load(std::memory_order_acquire);
  for (;;) {
    if (window < seen.window) return Reserve::kMovedOn;
    Pair next = window == seen.window ? seen : Pair{0, window};
    if (__builtin_add_overflow(next.value, amount.nano_usd, &next.value)) return Reserve::kOverCap;
    if (cap && next.value > cap->nano_usd) return Reserve::kOverCap;
    if (sum.compare_exchange_weak(seen, next, std::memory_order_acq_rel,
                                  std::memory_order_acquire)) {
      return Reserve::kDone;
    }
  }
}

// The sums without a cap come first: when the one with the cap allows the amount, all have it.
Account::Reserve Account::try_reserve(const Windows& windows, Money amount, Window kind,
                                      std::optional<Money> cap) {
  const auto capped = static_cast<std::size_t>(kind);
  Windows added{};
  auto outcome = Reserve::kDone;
  for (std::size_t i = 0; i < kWindowKinds && outcome == Reserve::kDone; ++i) {
    if (i == capped) continue;
    outcome = add(windows[i], amount, std::nullopt);
    if (outcome == Reserve::kDone) added[i] = windows[i];
  }
  if (outcome == Reserve::kDone) outcome = add(windows[capped], amount, cap);
  if (outcome != Reserve::kDone) adjust(added, Money{} - amount);
  return outcome;
}

// A number of zero stands for a window without a share in the amount.
void Account::adjust(const Windows& windows, Money delta) {
  if (delta == Money{}) return;
  for (std::int64_t window : windows) {
    if (window == 0) continue;
    auto& sum = pair(window);
    Pair seen = sum.load(std::memory_order_relaxed);
    while (seen.window == window) {
      Pair next{seen.value + delta.nano_usd, window};
      if (sum.compare_exchange_weak(seen, next, std::memory_order_acq_rel)) break;
    }
  }
}

Money Account::committed(std::int64_t window) const {
  State seen = state(window_kind(window));
  return window > seen.window ? Money{} : seen.committed;
}

Account::State Account::state(Window kind) const {
  Pair seen = budget_[static_cast<std::size_t>(kind)].load(std::memory_order_acquire);
  return {seen.window, Money{seen.value}};
}

void Account::open(const Windows& windows, const std::array<Money, kWindowKinds>& spent) {
  for (std::size_t i = 0; i < kWindowKinds; ++i) {
    budget_[i].store({spent[i].nano_usd, windows[i]}, std::memory_order_release);
  }
}

bool Account::take_parallel(std::optional<std::int64_t> limit) {
  if (!limit) {
    parallel_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  std::int64_t seen = parallel_.load(std::memory_order_relaxed);
  while (seen < *limit) {
    if (parallel_.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

}  // namespace sekisho::ledger
