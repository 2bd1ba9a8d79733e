#include "http/read_buffer.h"

#include <algorithm>
#include <cstring>

namespace sekisho::http {
namespace {

// Less free space than this is not worth a system call.
constexpr std::size_t kLeastSpace = 2048;

}  // namespace

Result<std::span<char>> ReadBuffer::space() {
  auto rest = buffer_.size() - start_;
  if (rest == 0) {
    start_ = 0;
    buffer_.clear();
  } else if (start_ > 0 && buffer_.capacity() - buffer_.size() < kLeastSpace) {
    std::memmove(buffer_.data(), buffer_.data() + start_, rest);
    buffer_.clear();
    buffer_.commit(rest);
    start_ = 0;
  }
  if (buffer_.capacity() - buffer_.size() < kLeastSpace) {
    wanted_ = std::min(std::max(wanted_, 2 * buffer_.capacity()), limits::kReadBufferLargest);
  }
  auto least = std::max(wanted_ - Buffer::kPadding, buffer_.size() + kLeastSpace);
  TRY_VOID(buffer_.reserve(least));
  return buffer_.prepare(1);
}

void ReadBuffer::commit(std::size_t bytes) {
  buffer_.commit(bytes);
  if (buffer_.size() == buffer_.capacity()) {
    wanted_ = std::min(2 * wanted_, limits::kReadBufferLargest);
  }
}

void ReadBuffer::release() {
  buffer_.release();
  start_ = 0;
  wanted_ = limits::kReadBufferFirst;
}

}  // namespace sekisho::http
