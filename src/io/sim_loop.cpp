#include "io/sim_loop.h"

namespace sekisho::io {

SimLoop::SimLoop(std::uint64_t seed) : random_(seed) {
  now_ = clock_.steady();
}

void SimLoop::post(std::move_only_function<void()> work) {
  std::lock_guard lock(mail_mutex_);
  mail_.push_back(std::move(work));
}

void SimLoop::run_mail() {
  std::vector<std::move_only_function<void()>> opened;
  {
    std::lock_guard lock(mail_mutex_);
    opened.swap(mail_);
  }
  for (auto& work : opened) work();
}

void SimLoop::arrange(std::span<std::coroutine_handle<>> ready) {
  for (auto i = ready.size(); i > 1; --i) std::swap(ready[i - 1], ready[random_.below(i)]);
}

bool SimLoop::turn(SteadyTime end) {
  run_mail();
  run_due_timers(now_);
  run_ready();
  bool mail = false;
  {
    std::lock_guard lock(mail_mutex_);
    mail = !mail_.empty();
  }
  if (has_ready() || mail || stopped_) return true;  // time does not pass
  auto next = next_timer();
  if (next == SteadyTime::max() || next > end) return false;
  if (next > now_) {
    clock_.advance(next);
    now_ = next;
  }
  return true;
}

void SimLoop::run() {
  while (!stopped_ && turn(SteadyTime::max())) {
  }
  stopped_ = false;
}

void SimLoop::run_until(SteadyTime end) {
  while (!stopped_ && turn(end)) {
  }
  if (!stopped_ && now_ < end) {
    clock_.advance(end);
    now_ = end;
  }
  stopped_ = false;
}

}  // namespace sekisho::io
