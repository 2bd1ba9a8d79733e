#include "io/stream.h"

#include <cstdlib>
#include <utility>

namespace sekisho::io {
namespace {

constexpr std::size_t index_of(Stream::Direction direction) {
  return static_cast<std::size_t>(direction);
}

}  // namespace

Stream::~Stream() {
  for (auto* operation : pending_) {
    if (operation) operation->fail_with({Code::kCancelled, "the stream is gone"});
  }
}

Stream::Operation Stream::read(std::span<char> out, SteadyTime deadline) {
  return Operation(*this, Direction::kRead, out, {}, deadline);
}

Stream::Operation Stream::write(std::span<iovec> parts, SteadyTime deadline) {
  return Operation(*this, Direction::kWrite, {}, parts, deadline);
}

Stream::Operation Stream::write_at_turn_end(std::span<iovec> parts, SteadyTime deadline) {
  return Operation(*this, Direction::kWrite, {}, parts, deadline, Operation::When::kTurnEnd);
}

void Stream::fail(Error error) {
  if (failure_) return;
  failure_ = std::move(error);
  close_transport();
  for (auto* operation : pending_) {
    if (operation) operation->fail_with(*failure_);
  }
}

void Stream::wake(Direction direction) {
  if (upper_) return upper_->lower_ready();
  auto* operation = pending_[index_of(direction)];
  // The attempt itself may fail the stream, and so finish the operation.
  if (operation && operation->attempt() && pending_[index_of(direction)]) operation->finish();
}

void Stream::peer_gone() {
  if (std::exchange(peer_is_gone_, true)) return;
  if (upper_) upper_->peer_gone();
  call_gone();
}

void Stream::on_peer_gone(std::move_only_function<void()> callback) {
  gone_ = std::move(callback);
  if (!gone_ || !peer_is_gone_) return;
  if (!late_gone_) late_gone_ = std::make_unique<Deferred>(loop_, [this] { call_gone(); });
  late_gone_->schedule();
}

void Stream::call_gone() {
  if (gone_) std::exchange(gone_, nullptr)();
}

Stream::Operation::Operation(Stream& stream, Direction direction, std::span<char> out,
                             std::span<iovec> parts, SteadyTime deadline, When when)
    : stream_(stream),
      direction_(direction),
      when_(when),
      out_(out),
      parts_(parts),
      deadline_(deadline),
      loop_(stream.loop_) {}

Stream::Operation::~Operation() {
  if (!handle_) return;  // never suspended, or resumed
  if (result_) {
    loop_.forget(handle_);
  } else {
    stream_.pending_[index_of(direction_)] = nullptr;
  }
}

bool Stream::Operation::await_ready() {
  if (stream_.failure_) {
    result_ = Failure(*stream_.failure_);
    return true;
  }
  if (when_ == When::kTurnEnd) return false;
  if (attempt()) return true;
  if (deadline_ > loop_.now()) return false;
  result_ = Failure(Error{Code::kTimeout, "deadline passed"});
  return true;
}

void Stream::Operation::await_suspend(std::coroutine_handle<> handle) {
  auto*& pending = stream_.pending_[index_of(direction_)];
  if (pending) std::abort();  // a second read or write at the same time is a bug
  pending = this;
  handle_ = handle;
  if (when_ == When::kNow) return arm_timer();
  late_.emplace(loop_, [this] { at_turn_end(); });
  late_->schedule();
}

void Stream::Operation::at_turn_end() {
  if (attempt()) return finish();
  arm_timer();
}

void Stream::Operation::arm_timer() {
  if (deadline_ == SteadyTime::max()) return;
  timer_.emplace(loop_, [this] { fail_with({Code::kTimeout, "deadline passed"}); });
  timer_->arm(deadline_);
}

Result<std::size_t> Stream::Operation::await_resume() {
  handle_ = nullptr;
  return std::move(*result_);
}

bool Stream::Operation::attempt() {
  if (direction_ == Direction::kWrite) return attempt_write();
  auto outcome = stream_.try_read(out_);
  if (outcome) result_ = std::move(*outcome);
  return outcome.has_value();
}

bool Stream::Operation::attempt_write() {
  for (;;) {
    while (!parts_.empty() && parts_.front().iov_len == 0) parts_ = parts_.subspan(1);
    auto outcome = parts_.empty() ? stream_.flush() : stream_.try_write(parts_);
    if (!outcome) return false;
    if (!*outcome) {
      result_ = std::move(*outcome);
      return true;
    }
    if (parts_.empty()) {
      result_ = written_;
      return true;
    }
    consume(**outcome);
  }
}

void Stream::Operation::consume(std::size_t bytes) {
  written_ += bytes;
  while (bytes > 0) {
    auto& part = parts_.front();
    auto step = std::min(bytes, part.iov_len);
    part.iov_base = static_cast<char*>(part.iov_base) + step;
    part.iov_len -= step;
    bytes -= step;
    if (part.iov_len == 0) parts_ = parts_.subspan(1);
  }
}

void Stream::Operation::finish() {
  stream_.pending_[index_of(direction_)] = nullptr;
  if (timer_) timer_->cancel();
  if (late_) late_->cancel();
  loop_.resume_soon(handle_);
}

void Stream::Operation::fail_with(Error error) {
  result_ = Failure(std::move(error));
  finish();
}

}  // namespace sekisho::io
