#pragma once
// Pooled byte buffers for bodies. Fresh mappings cost three times what a 300 KB request costs, so
// buffers are kept and reused per worker; the bytes of all of them are counted against one cap.

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace sekisho::http {

// Shared by all workers: bytes reserved by bodies in flight.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t cap = limits::kBufferedBytesTotal) : cap_(cap) {}
  bool try_take(std::size_t bytes);
  void give_back(std::size_t bytes);
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t cap() const { return cap_; }

 private:
  std::size_t cap_;
  alignas(64) std::atomic<std::size_t> used_{0};
};

class BufferPool;

// A growable byte buffer with 64 readable bytes of padding behind its end (for vector code).
// Owned by one exchange; its memory returns to the pool. Growth is counted against the budget:
// kOverloaded when the aggregate cap is reached.
class Buffer {
 public:
  static constexpr std::size_t kPadding = 64;
  Buffer() = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer();

  char* data() { return data_; }
  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_, size_}; }
  Result<void> reserve(std::size_t bytes);
  Result<void> append(std::string_view bytes);
  // Space behind the end, at least `bytes`; commit() what was written.
  Result<std::span<char>> prepare(std::size_t bytes);
  void commit(std::size_t bytes) { size_ += bytes; }
  void clear() { size_ = 0; }
  void release();  // memory back to the pool
  // The bytes are no longer in flight: they stop counting against the budget. Whoever keeps such a
  // buffer has a cap of its own. Growth counts again.
  void leave_budget();

 private:
  friend class BufferPool;
  BufferPool* pool_ = nullptr;
  char* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
  bool counted_ = true;  // against the budget
};

// One per worker, not thread-safe. Size classes are powers of two from 4 KB; keeps at most
// `keep_bytes` of free memory.
class BufferPool {
 public:
  explicit BufferPool(BodyBudget& budget, std::size_t keep_bytes = 32 << 20);
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  Buffer make();  // empty, no memory yet

 private:
  friend class Buffer;
  char* take(std::size_t capacity);
  void put(char* memory, std::size_t capacity, bool counted);
  struct Free;
  BodyBudget& budget_;
  std::size_t keep_bytes_, kept_ = 0;
  std::unique_ptr<Free> free_;
};

}  // namespace sekisho::http
