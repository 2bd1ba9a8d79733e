#pragma once
// The event loop's face towards everything above io/: time, timers, ready coroutines, a mailbox.
// One loop belongs to one thread; every member but `post` is for that thread only. Two
// implementations: EpollLoop (epoll_loop.h, the real one) and SimLoop (sim_loop.h, one thread,
// simulated time and network, every choice taken from a seed).

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "io/task.h"

namespace sekisho::io {

class Loop;

// A one-shot timer, intrusive in the loop's heap: arming allocates nothing. Not movable.
// The callback runs on the loop's thread; it may destroy the timer.
class Timer {
 public:
  using Callback = std::move_only_function<void()>;
  Timer(Loop& loop, Callback callback) : loop_(loop), callback_(std::move(callback)) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void arm(SteadyTime at);  // re-arms when armed
  void cancel();
  bool armed() const { return slot_ != kNone; }
  SteadyTime at() const { return at_; }

 private:
  friend class Loop;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  Loop& loop_;
  Callback callback_;
  SteadyTime at_{};
  std::size_t slot_ = kNone;
};

// A call at the end of the loop's turn, just before it waits: for work that is cheaper once per
// turn than once per event (one write for many small ones), or that must not run inside its cause.
// Scheduling allocates nothing. Not movable. The callback may destroy the object.
class Deferred {
 public:
  using Callback = std::move_only_function<void()>;
  Deferred(Loop& loop, Callback callback) : loop_(loop), callback_(std::move(callback)) {}
  ~Deferred() { cancel(); }
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

  void schedule();  // once, however often it is called
  void cancel();
  bool scheduled() const { return scheduled_; }

 private:
  friend class Loop;
  Loop& loop_;
  Callback callback_;
  bool scheduled_ = false;
};

class Loop {
 public:
  virtual ~Loop();
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  virtual const Clock& clock() const = 0;
  // Steady time read once per loop turn (precise enough for deadlines, costs no system call).
  SteadyTime now() const { return now_; }

  // Thread-safe: runs `work` on the loop's thread in one of its next turns.
  virtual void post(std::move_only_function<void()> work) = 0;
  // Resumes `handle` later in this turn or the next; never inside the caller. Whoever owns the
  // frame must forget() the handle if the frame dies first: an awaiter does so in its destructor.
  void resume_soon(std::coroutine_handle<> handle) { ready_.push_back(handle); }
  void forget(std::coroutine_handle<> handle);

  virtual void run() = 0;   // until stop(); may be called again afterwards
  virtual void stop() = 0;  // thread-safe
  // Runs the loop until `work` has ended (tests, start-up, command line).
  void run_until_done(task<void> work);

  // co_await loop.sleep_until(t): cancellable by destruction.
  struct SleepAwaiter {
    SleepAwaiter(Loop& loop, SteadyTime at);
    bool await_ready() const;
    void await_suspend(std::coroutine_handle<> suspended);
    void await_resume() const {}
    Loop& loop;
    SteadyTime at;
    std::coroutine_handle<> handle;
    Timer timer;
  };
  SleepAwaiter sleep_until(SteadyTime at) { return SleepAwaiter(*this, at); }
  SleepAwaiter sleep_for(Duration d) { return SleepAwaiter(*this, now() + d); }

 protected:
  friend class Timer;
  friend class Deferred;
  // Resumes what is ready, then makes the deferred calls; again for what those made ready.
  void run_ready();
  void run_due_timers(SteadyTime now);
  // Order of coroutines that are ready together is free; the simulation chooses it from its seed.
  virtual void arrange(std::span<std::coroutine_handle<>> /*ready*/) {}
  bool has_ready() const { return !ready_.empty() || !deferred_.empty(); }
  // Time of the earliest timer, or SteadyTime::max().
  SteadyTime next_timer() const;
  SteadyTime now_{};

 private:
  void resume_rounds();
  void make_deferred_calls();
  void insert(Timer& timer);
  void erase(Timer& timer);
  void place(Timer& timer, std::size_t slot);
  void sift_up(std::size_t slot);
  void sift_down(std::size_t slot);
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> running_;  // the round being resumed
  std::vector<Deferred*> deferred_, deferring_;
  std::vector<Timer*> heap_;
};

// Owns tasks that nobody awaits (connections, background work). A spawned task starts in the loop's
// next round, never inside spawn(); a finished one is destroyed at the end of the loop's turn;
// destroying the scope destroys, and so cancels, what is left. REQUIRES: the loop outlives the
// scope, and a scope is not destroyed by one of its own tasks.
class TaskScope {
 public:
  explicit TaskScope(Loop& loop);
  ~TaskScope();
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  void spawn(task<void> work);
  std::size_t size() const;
  // Calls `fn` once the scope is empty (at once if it is now).
  void when_empty(std::move_only_function<void()> fn);

 private:
  struct Entry;
  struct State;
  static task<void> run(State& state, Entry& entry, task<void> work);
  std::unique_ptr<State> state_;
};

}  // namespace sekisho::io
