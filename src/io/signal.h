#pragma once
// `Signal`: one coroutine waits, anybody on the same loop wakes it. A set() that nobody waits for
// is remembered and satisfies the next wait. Destroying the waiting task withdraws it.
//
//   Signal signal(loop);
//   bool in_time = co_await signal.wait(deadline);  // false: the deadline passed first

#include <cstdlib>
#include <optional>

#include "io/loop.h"

namespace sekisho::io {

class Signal {
 public:
  explicit Signal(Loop& loop) : loop_(loop) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void set() {
    set_ = true;
    if (waiter_) waiter_->finish();
  }
  void reset() { set_ = false; }
  bool is_set() const { return set_; }

  class Awaiter {
   public:
    Awaiter(Signal& signal, SteadyTime deadline) : signal_(signal), deadline_(deadline) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      if (signal_.waiter_ == this) signal_.waiter_ = nullptr;
      if (scheduled_) signal_.loop_.forget(handle_);
    }
    bool await_ready() const { return signal_.set_ || deadline_ <= signal_.loop_.now(); }
    void await_suspend(std::coroutine_handle<> handle) {
      if (signal_.waiter_) std::abort();  // a second waiter is a bug
      signal_.waiter_ = this;
      handle_ = handle;
      if (deadline_ == SteadyTime::max()) return;
      timer_.emplace(signal_.loop_, [this] { finish(); });
      timer_->arm(deadline_);
    }
    bool await_resume() {
      scheduled_ = false;
      return std::exchange(signal_.set_, false);
    }

   private:
    friend class Signal;
    void finish() {
      signal_.waiter_ = nullptr;
      if (timer_) timer_->cancel();
      scheduled_ = true;
      signal_.loop_.resume_soon(handle_);
    }
    Signal& signal_;
    SteadyTime deadline_;
    std::coroutine_handle<> handle_;
    bool scheduled_ = false;
    std::optional<Timer> timer_;
  };
  Awaiter wait(SteadyTime deadline = SteadyTime::max()) { return Awaiter(*this, deadline); }

 private:
  Loop& loop_;
  bool set_ = false;
  Awaiter* waiter_ = nullptr;
};

}  // namespace sekisho::io
