#pragma once
// A loop on simulated time: when nothing is ready it jumps to the next timer, so an hour of
// waiting costs nothing. The order of coroutines that are ready together comes from the seed; the
// same seed gives the same run. One thread; only post() and stop() may come from another.

#include <atomic>
#include <mutex>

#include "base/random.h"
#include "io/loop.h"

namespace sekisho::io {

class SimClock final : public Clock {
 public:
  SteadyTime steady() const override { return steady_; }
  WallTime wall() const override { return wall_; }
  // Civil time steps, steady time does not.
  void step_wall(Duration by) { wall_ += by; }

 private:
  friend class SimLoop;
  void advance(SteadyTime to) {
    wall_ += to - steady_;
    steady_ = to;
  }
  SteadyTime steady_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::seconds(1'800'000'000)};  // in January 2027
};

class SimLoop final : public Loop {
 public:
  explicit SimLoop(std::uint64_t seed);

  const Clock& clock() const override { return clock_; }
  SimClock& sim_clock() { return clock_; }
  SeededRandom& random() { return random_; }
  void post(std::move_only_function<void()> work) override;
  // Until stop(), or until nothing is left that could ever happen.
  void run() override;
  void stop() override { stopped_ = true; }
  // Until then, or until nothing is left before.
  void run_until(SteadyTime end);
  void run_for(Duration d) { run_until(now() + d); }
  // Nothing is ready and no timer is armed: without a post() nothing can ever happen again.
  bool idle() const { return !has_ready() && next_timer() == SteadyTime::max(); }

 private:
  void arrange(std::span<std::coroutine_handle<>> ready) override;
  bool turn(SteadyTime end);  // false: nothing happens before `end`
  void run_mail();

  SimClock clock_;
  SeededRandom random_;
  std::atomic<bool> stopped_{false};
  std::mutex mail_mutex_;
  std::vector<std::move_only_function<void()>> mail_;
};

}  // namespace sekisho::io
