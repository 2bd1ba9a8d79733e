#pragma once
// Live counters of one scope (key, user, unit, organisation): budget committed in the present
// windows, requests and tokens of the last minute, parallel requests. Lock-free; an account is
// created once per scope and lives as long as the process, so that policy snapshots may point to
// it. Windows of every kind are counted at once: a policy that gives a budget another kind of
// window finds the right sum there, whatever is in flight.
//
// Invariants (the money law), at any concurrency:
// 1. committed <= cap after every successful reserve, in the window that the cap is for.
// 2. committed = sum of settled amounts and open reservations of the present window.
// 3. An amount belongs to the windows in which it was reserved; correcting an older one changes
//    nothing here.
// 4. A window never goes back. A later one begins by itself with the first reserve in it.

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/money.h"
#include "ledger/window.h"

namespace sekisho::ledger {

enum class ScopeKind : std::uint8_t { kKey, kUser, kUnit, kOrganisation };

struct Scope {
  ScopeKind kind = ScopeKind::kKey;
  std::int64_t id = 0;
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

// Policy of one scope, as the snapshot holds it.
struct Limits {
  std::optional<Money> budget;
  Window window = Window::kNone;
  std::optional<std::int64_t> requests_per_minute, tokens_per_minute, parallel;
};

// Use of the last sixty seconds, exact, in slices of half a second: what was taken leaves when its
// slice is sixty seconds old, so after 60 to 60.5 seconds. Slices are made by the first take: most
// accounts have no such limit. Lock-free: a call takes from the total first and is then noted in
// its slice; whoever finds a slice too old takes its count out of the total.
class SlidingMinute {
 public:
  SlidingMinute() = default;
  ~SlidingMinute();
  SlidingMinute(const SlidingMinute&) = delete;
  SlidingMinute& operator=(const SlidingMinute&) = delete;

  bool take(SteadyTime now, std::int64_t count, std::int64_t limit);
  // Corrects what was taken at `taken_at`; when that has left the window, nothing is to correct.
  void adjust(SteadyTime taken_at, std::int64_t delta);
  std::int64_t used(SteadyTime now) const;
  // How long until `count` would fit if nothing else came; nullopt = never (count > limit).
  std::optional<Duration> until(SteadyTime now, std::int64_t count, std::int64_t limit) const;

 private:
  struct Slices;
  Slices& slices();
  std::atomic<Slices*> slices_{nullptr};
};

class Account {
 public:
  explicit Account(Scope scope) : scope_(scope) {}
  Scope scope() const { return scope_; }

  enum class Reserve : std::uint8_t {
    kDone,
    kOverCap,
    kMovedOn,  // the account is in a later window than the caller thinks: reckon again
  };
  // Adds `amount` to the sums of all `windows` if the cap, which is for the window of kind `kind`,
  // allows.
  Reserve try_reserve(const Windows& windows, Money amount, Window kind, std::optional<Money> cap);
  // Corrects a reservation made in `windows` (no effect where the account has moved on).
  void adjust(const Windows& windows, Money delta);
  // What counts against a cap in `window` (0 when the account has not come to it yet).
  Money committed(std::int64_t window) const;
  struct State {
    std::int64_t window = 0;  // number; 0 = none yet
    Money committed;
  };
  State state(Window kind) const;
  // What the books say was spent. REQUIRES: nobody else has the account yet.
  void open(const Windows& windows, const std::array<Money, kWindowKinds>& spent);

  SlidingMinute& requests() { return requests_; }
  SlidingMinute& tokens() { return tokens_; }
  const SlidingMinute& requests() const { return requests_; }
  const SlidingMinute& tokens() const { return tokens_; }

  // Counts always; false (and nothing changed) when there is a limit and it is reached.
  bool take_parallel(std::optional<std::int64_t> limit);
  void return_parallel() { parallel_.fetch_sub(1, std::memory_order_relaxed); }
  std::int64_t parallel() const { return parallel_.load(std::memory_order_relaxed); }

 private:
  struct alignas(16) Pair {
    std::int64_t value = 0;   // nano-dollars
    std::int64_t window = 0;  // number; 0 = none yet
  };
  Reserve add(std::int64_t window, Money amount, std::optional<Money> cap);
  std::atomic<Pair>& pair(std::int64_t window) {
    return budget_[static_cast<std::size_t>(window_kind(window))];
  }

  alignas(64) std::array<std::atomic<Pair>, kWindowKinds> budget_{};
  alignas(64) SlidingMinute requests_;
  SlidingMinute tokens_;
  std::atomic<std::int64_t> parallel_{0};
  Scope scope_;
};

// One level of an admission, from the policy snapshot, in the fixed order key, user, units from the
// innermost outwards, organisation. All levels of one admission have the organisation's zone.
struct Level {
  Account* account = nullptr;
  Limits limits;
  const TimeZone* zone = nullptr;
  std::string name;        // "key alice-laptop" (for refusals)
  std::string changed_by;  // who may change it
};

}  // namespace sekisho::ledger
