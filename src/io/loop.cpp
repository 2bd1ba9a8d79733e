#include "io/loop.h"

#include <algorithm>

namespace sekisho::io {
namespace {

// Rounds of newly ready coroutines per turn before the kernel is asked again.
constexpr int kReadyRounds = 16;
// And of deferred calls.
constexpr int kDeferredRounds = 4;

}  // namespace

Loop::~Loop() = default;

void Timer::arm(SteadyTime at) {
  cancel();
  at_ = at;
  loop_.insert(*this);
}

void Timer::cancel() {
  if (armed()) loop_.erase(*this);
}

void Deferred::schedule() {
  if (std::exchange(scheduled_, true)) return;
  loop_.deferred_.push_back(this);
}

void Deferred::cancel() {
  if (!std::exchange(scheduled_, false)) return;
  std::ranges::replace(loop_.deferred_, this, static_cast<Deferred*>(nullptr));
  std::ranges::replace(loop_.deferring_, this, static_cast<Deferred*>(nullptr));
}

void Loop::forget(std::coroutine_handle<> handle) {
  auto drop = [handle](std::vector<std::coroutine_handle<>>& queue) {
    auto found = std::ranges::find(queue, handle);
    if (found != queue.end()) *found = nullptr;
  };
  drop(ready_);
  drop(running_);
}

void Loop::run_ready() {
  for (int round = 0; round < kDeferredRounds && has_ready(); ++round) {
    resume_rounds();
    make_deferred_calls();
  }
}

void Loop::resume_rounds() {
  for (int round = 0; round < kReadyRounds && !ready_.empty(); ++round) {
    running_.swap(ready_);
    arrange(running_);
    for (std::size_t i = 0; i < running_.size(); ++i) {
      if (auto handle = std::exchange(running_[i], nullptr)) handle.resume();
    }
    running_.clear();
  }
}

void Loop::make_deferred_calls() {
  deferring_.swap(deferred_);
  for (std::size_t i = 0; i < deferring_.size(); ++i) {
    auto* deferred = deferring_[i];
    if (!deferred) continue;
    deferring_[i] = nullptr;
    deferred->scheduled_ = false;
    deferred->callback_();  // may destroy it
  }
  deferring_.clear();
}

SteadyTime Loop::next_timer() const {
  return heap_.empty() ? SteadyTime::max() : heap_.front()->at_;
}

void Loop::run_due_timers(SteadyTime now) {
  // A timer that re-arms itself for `now` must not keep the loop here for ever.
  for (auto budget = heap_.size(); budget > 0 && next_timer() <= now; --budget) {
    auto* timer = heap_.front();
    erase(*timer);
    timer->callback_();  // may destroy the timer
  }
}

void Loop::place(Timer& timer, std::size_t slot) {
  heap_[slot] = &timer;
  timer.slot_ = slot;
}

void Loop::insert(Timer& timer) {
  heap_.push_back(&timer);
  timer.slot_ = heap_.size() - 1;
  sift_up(timer.slot_);
}

void Loop::erase(Timer& timer) {
  auto slot = std::exchange(timer.slot_, Timer::kNone);
  auto* last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  place(*last, slot);
  sift_up(slot);
  sift_down(last->slot_);
}

void Loop::sift_up(std::size_t slot) {
  auto* timer = heap_[slot];
  while (slot > 0) {
    auto parent = (slot - 1) / 2;
    if (heap_[parent]->at_ <= timer->at_) break;
    place(*heap_[parent], slot);
    slot = parent;
  }
  place(*timer, slot);
}

void Loop::sift_down(std::size_t slot) {
  auto* timer = heap_[slot];
  for (;;) {
    auto child = 2 * slot + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->at_ < heap_[child]->at_) ++child;
    if (heap_[child]->at_ >= timer->at_) break;
    place(*heap_[child], slot);
    slot = child;
  }
  place(*timer, slot);
}

Loop::SleepAwaiter::SleepAwaiter(Loop& on, SteadyTime until)
    : loop(on), at(until), timer(on, [this] { handle.resume(); }) {}

bool Loop::SleepAwaiter::await_ready() const {
  return at <= loop.now();
}

void Loop::SleepAwaiter::await_suspend(std::coroutine_handle<> suspended) {
  handle = suspended;
  timer.arm(at);
}

namespace {

task<void> then_stop(Loop& loop, task<void> work) {
  co_await std::move(work);
  loop.stop();
}

}  // namespace

void Loop::run_until_done(task<void> work) {
  TaskScope scope(*this);
  scope.spawn(then_stop(*this, std::move(work)));
  run();
}

}  // namespace sekisho::io
