#pragma once
// The time from which budget windows are reckoned: wall time that never goes back over the
// beginning of a day. When the clock steps back over midnight, the later day stays. One per
// ledger; thread-safe.

#include <algorithm>
#include <atomic>
#include <limits>

#include "base/clock.h"

namespace sekisho::ledger {

class LatestDay {
 public:
  WallTime at_least(WallTime wall) const {
    return std::max(wall, WallTime(Duration(begin_.load(std::memory_order_acquire))));
  }
  // A day that begins at `begin` has been seen. REQUIRES: called before any account is charged in
  // that day, so that whoever meets such an account finds the day here.
  void see(WallTime begin) {
    std::int64_t want = begin.time_since_epoch().count();
    std::int64_t have = begin_.load(std::memory_order_relaxed);
    while (have < want && !begin_.compare_exchange_weak(have, want, std::memory_order_acq_rel)) {
    }
  }

 private:
  std::atomic<std::int64_t> begin_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace sekisho::ledger
