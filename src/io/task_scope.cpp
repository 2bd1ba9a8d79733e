#include <list>

#include "io/loop.h"

namespace sekisho::io {

struct TaskScope::Entry {
  task<void> work;
  bool started = false;
  std::list<Entry>::iterator self;
};

struct TaskScope::State {
  explicit State(Loop& on) : loop(on), reaper(on, [this] { reap(); }) {}

  void finished(Entry& entry) {
    done.splice(done.end(), live, entry.self);
    reaper.schedule();
  }

  // The frames that ended in this turn cannot be destroyed from inside themselves.
  void reap() {
    auto ended = std::move(done);
    done.clear();
    ended.clear();
    if (live.empty() && done.empty() && on_empty) std::exchange(on_empty, nullptr)();
  }

  Loop& loop;
  std::list<Entry> live, done;
  Deferred reaper;
  std::move_only_function<void()> on_empty;
};

TaskScope::TaskScope(Loop& loop) : state_(std::make_unique<State>(loop)) {}

TaskScope::~TaskScope() {
  for (auto& entry : state_->live) {
    if (!entry.started) state_->loop.forget(entry.work.handle());
  }
}

task<void> TaskScope::run(State& state, Entry& entry, task<void> work) {
  entry.started = true;
  co_await std::move(work);
  state.finished(entry);
}

void TaskScope::spawn(task<void> work) {
  auto& entry = state_->live.emplace_back();
  entry.self = std::prev(state_->live.end());
  entry.work = run(*state_, entry, std::move(work));
  state_->loop.resume_soon(entry.work.handle());
}

std::size_t TaskScope::size() const {
  return state_->live.size();
}

void TaskScope::when_empty(std::move_only_function<void()> fn) {
  if (state_->live.empty()) return fn();
  state_->on_empty = std::move(fn);
}

}  // namespace sekisho::io
