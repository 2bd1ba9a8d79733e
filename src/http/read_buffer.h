#pragma once
// The bytes that one connection has read and not yet used. Memory comes from the worker's pool and
// goes back while the connection is idle. A buffer that reads keep filling grows, from 16 KB up to
// 256 KB, so that large bodies need few system calls and small messages little memory.
// Views of unread() hold until the next space() or release().

#include "http/body.h"

namespace sekisho::http {

class ReadBuffer {
 public:
  explicit ReadBuffer(BufferPool& pool) : buffer_(pool.make()) {}

  std::string_view unread() const { return buffer_.view().substr(start_); }
  bool empty() const { return start_ == buffer_.size(); }
  void consume(std::size_t bytes) { start_ += bytes; }
  // Where the next read goes; never empty. Errors: kOverloaded.
  Result<std::span<char>> space();
  void commit(std::size_t bytes);
  // Gives the memory back. REQUIRES: empty().
  void release();

 private:
  Buffer buffer_;
  std::size_t start_ = 0;
  std::size_t wanted_ = limits::kReadBufferFirst;
};

}  // namespace sekisho::http
