#pragma once
// Live counters of one scope (key, user, unit, organisation): budget committed in the present
// window, requests and tokens in the sliding minute, parallel requests. Lock-free; an account is
// created once per scope and lives as long as the process, so that policy snapshots may point to it.
//
// Invariant (the money law): committed <= cap holds after every successful reserve, at any
// concurrency; committed = sum of settled amounts and open reservations of the window.
// An amount belongs to the window in which it was reserved.

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"

namespace sekisho::ledger {

enum class ScopeKind : std::uint8_t { kKey, kUser, kUnit, kOrganisation };

struct Scope {
  ScopeKind kind = ScopeKind::kKey;
  std::int64_t id = 0;
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

enum class Window : std::uint8_t { kNone, kDay, kWeek, kMonth };

// Window number and end, in an organisation's time zone (IANA name). Windows are numbered so that
// a later one has a larger number, also when the clock steps back the number follows wall time.
struct WindowSpan {
  std::int64_t number = 0;
  WallTime begin{}, end{};  // end = WallTime::max() for kNone
};
class TimeZone {
 public:
  static const TimeZone* find(std::string_view iana_name);  // null when unknown; never freed
  WindowSpan window(Window window, WallTime at) const;
  std::string iso8601(WallTime at) const;  // with offset, seconds
  std::string date(WallTime at) const;     // YYYY-MM-DD in this zone

 private:
  friend struct ZoneTable;
  const void* zone_ = nullptr;
};

// Policy of one scope, as the snapshot holds it.
struct Limits {
  std::optional<Money> budget;
  Window window = Window::kNone;
  std::optional<std::int64_t> requests_per_minute, tokens_per_minute, parallel;
};

class Account {
 public:
  explicit Account(Scope scope) : scope_(scope) {}
  Scope scope() const { return scope_; }

  // Adds `amount` to the window's committed sum if the cap allows; false otherwise.
  bool try_reserve(std::int64_t window, Money amount, std::optional<Money> cap);
  // Corrects a reservation made in `window` (no effect if the account has moved on).
  void adjust(std::int64_t window, Money delta);
  Money committed(std::int64_t window) const;
  // At start: what the store and the journal say was spent in `window`.
  void restore(std::int64_t window, Money committed);

  // Sliding minute. take_* return false (and change nothing) when the limit would be exceeded.
  bool take_request(SteadyTime now, std::int64_t limit);
  void return_request(SteadyTime now);  // an admission that failed at a later level
  bool take_tokens(SteadyTime now, std::int64_t tokens, std::int64_t limit);
  void adjust_tokens(SteadyTime taken_at, SteadyTime now, std::int64_t delta);
  std::int64_t requests_in_minute(SteadyTime now) const;
  std::int64_t tokens_in_minute(SteadyTime now) const;
  Duration until_room(SteadyTime now, std::int64_t limit, bool tokens) const;

  bool take_parallel(std::int64_t limit);
  void return_parallel();
  std::int64_t parallel() const { return parallel_.load(std::memory_order_relaxed); }

 private:
  struct alignas(16) Pair {
    std::int64_t value;
    std::int64_t window;
  };
  struct alignas(16) Minute {  // previous and present minute of a sliding window
    std::uint64_t minute : 24;
    std::uint64_t previous : 52;
    std::uint64_t present : 52;
  };
  alignas(64) std::atomic<Pair> budget_{};
  alignas(64) std::atomic<Minute> requests_{};
  std::atomic<Minute> tokens_{};
  alignas(64) std::atomic<std::int64_t> parallel_{0};
  Scope scope_;
};

// One level of an admission, from the policy snapshot, in the fixed order key, user, units from the
// innermost outwards, organisation.
struct Level {
  Account* account = nullptr;
  Limits limits;
  const TimeZone* zone = nullptr;
  std::string name;       // "key alice-laptop" (for refusals)
  std::string changed_by; // who may change it
};

}  // namespace sekisho::ledger
