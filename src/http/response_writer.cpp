#include "http/response_writer.h"

#include <array>

#include "http/h1_writer.h"
#include "http/write_all.h"

namespace sekisho::http {
namespace {

// Pieces up to this size are copied and gathered; larger ones are worth a system call.
constexpr std::size_t kGatherBytes = 16 * 1024;

}  // namespace

ResponseWriter::ResponseWriter(io::Stream& stream, Duration stall,
                               std::move_only_function<void()> on_error)
    : stream_(stream),
      stall_(stall),
      on_error_(std::move(on_error)),
      idle_(stream.loop()),
      flush_(stream.loop(), [this] { flush_at_turn_end(); }) {}

void ResponseWriter::gather(std::string_view bytes, bool chunked) {
  if (!chunked) {
    queue_.append(bytes);
  } else if (!bytes.empty()) {
    std::array<char, kChunkPrefixBytes> prefix;
    queue_.append(write_chunk_prefix(prefix, bytes.size())).append(bytes).append(kLineEnd);
  }
  if (!busy_) flush_.schedule();
}

bool ResponseWriter::push(std::string_view bytes, bool chunked) {
  if (error_ || busy_) return false;
  gather(bytes, chunked);
  return true;
}

io::task<Result<void>> ResponseWriter::send(std::string_view bytes, bool chunked) {
  if (error_) co_return Failure(*error_);
  auto room = busy_ ? limits::kClientQueueBytes : kGatherBytes;
  if (queue_.size() + bytes.size() <= room) {
    gather(bytes, chunked);
    co_return Result<void>();
  }
  std::array<char, kChunkPrefixBytes> prefix;
  std::array<iovec, 3> parts{iovec{}, part_of(bytes), iovec{}};
  if (chunked) {
    parts[0] = part_of(write_chunk_prefix(prefix, bytes.size()));
    parts[2] = part_of(kLineEnd);
  }
  co_return co_await write(parts);
}

io::task<Result<void>> ResponseWriter::write(std::span<iovec> parts) {
  CO_TRY_VOID(co_await wait_until_idle());
  if (queue_.empty()) {
    if (parts.empty()) co_return Result<void>();
    busy_ = true;
    auto outcome = keep(co_await write_all(stream_, parts, stall_));
    busy_ = false;
    co_return outcome;
  }
  flush_.cancel();
  sending_.swap(queue_);
  std::array<iovec, 4> all{part_of(sending_)};
  std::ranges::copy(parts, all.begin() + 1);
  busy_ = true;
  auto outcome = keep(co_await write_all(stream_, all, stall_));
  busy_ = false;
  sending_.clear();
  co_return outcome;
}

io::task<Result<void>> ResponseWriter::wait_until_idle() {
  while (busy_) co_await idle_.wait();
  if (error_) co_return Failure(*error_);
  co_return Result<void>();
}

Result<void> ResponseWriter::keep(Result<void> outcome) {
  if (!outcome && !error_) error_ = outcome.error();
  return outcome;
}

void ResponseWriter::flush_at_turn_end() {
  if (busy_ || queue_.empty() || error_) return;
  iovec part = part_of(queue_);
  auto outcome = stream_.try_write({&part, 1});
  if (outcome && *outcome && **outcome == queue_.size() && stream_.flush()) return queue_.clear();
  if (outcome && *outcome) queue_.erase(0, **outcome);
  if (outcome && !*outcome) {
    error_ = outcome->error();
    if (on_error_) on_error_();
    return;
  }
  busy_ = true;
  background_ = flush_in_background();
  background_.start();
}

io::task<void> ResponseWriter::flush_in_background() {
  do {
    sending_.clear();
    sending_.swap(queue_);
    iovec part = part_of(sending_);
    auto outcome = keep(co_await write_all(stream_, {&part, 1}, stall_));
    if (!outcome) break;
  } while (!queue_.empty());
  sending_.clear();
  busy_ = false;
  idle_.set();
  if (error_ && on_error_) on_error_();
}

}  // namespace sekisho::http
