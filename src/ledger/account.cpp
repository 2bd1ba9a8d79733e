#include "ledger/account.h"

namespace sekisho::ledger {
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
