#pragma once
// Lets somebody else (the client is gone) stop a request to an upstream in any phase: resolving,
// connecting, sending, waiting, reading the body. One loop. Source and request may be destroyed in
// either order. A source serves one request at a time, and any number after each other.

#include <functional>
#include <utility>

namespace sekisho::http {

class CancelSource;

// The request's end of it.
class CancelHook {
 public:
  CancelHook() = default;
  CancelHook(CancelHook&&) = delete;
  ~CancelHook() { release(); }
  void attach(CancelSource* source);
  void release();
  bool cancelled() const { return cancelled_; }
  // What a cancel() does now; called at once if it came already.
  void set_action(std::move_only_function<void()> action);

 private:
  friend class CancelSource;
  void cancel();
  CancelSource* source_ = nullptr;
  bool cancelled_ = false;
  std::move_only_function<void()> action_;
};

class CancelSource {
 public:
  CancelSource() = default;
  CancelSource(CancelSource&&) = delete;
  ~CancelSource() {
    if (hook_) hook_->source_ = nullptr;
  }
  void cancel() {
    cancelled_ = true;
    if (hook_) hook_->cancel();
  }
  bool cancelled() const { return cancelled_; }

 private:
  friend class CancelHook;
  bool cancelled_ = false;
  CancelHook* hook_ = nullptr;
};

inline void CancelHook::attach(CancelSource* source) {
  release();
  if (!source) return;
  if (source->hook_) source->hook_->source_ = nullptr;
  source_ = source;
  source->hook_ = this;
  cancelled_ = source->cancelled_;
}

inline void CancelHook::release() {
  if (source_) std::exchange(source_, nullptr)->hook_ = nullptr;
  action_ = nullptr;
}

inline void CancelHook::set_action(std::move_only_function<void()> action) {
  if (cancelled_ && action) return action();
  action_ = std::move(action);
}

inline void CancelHook::cancel() {
  cancelled_ = true;
  if (auto action = std::exchange(action_, nullptr)) action();
}

}  // namespace sekisho::http
