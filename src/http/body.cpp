#include "http/body.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace sekisho::http {
namespace {

constexpr std::size_t kSmallestClass = 12;  // 4 KB
constexpr std::size_t kClasses = 36 - kSmallestClass;

std::size_t class_of(std::size_t capacity) {
  return static_cast<std::size_t>(std::bit_width(capacity - 1)) - kSmallestClass;
}

}  // namespace

bool BodyBudget::try_take(std::size_t bytes) {
  auto before = used_.fetch_add(bytes, std::memory_order_relaxed);
  if (before + bytes <= cap_) return true;
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

void BodyBudget::give_back(std::size_t bytes) {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
}

struct BufferPool::Free {
  std::array<std::vector<char*>, kClasses> lists;
};

BufferPool::BufferPool(BodyBudget& budget, std::size_t keep_bytes)
    : budget_(budget), keep_bytes_(keep_bytes), free_(std::make_unique<Free>()) {}

BufferPool::~BufferPool() {
  for (auto& list : free_->lists) {
    for (auto* memory : list) std::free(memory);
  }
}

Buffer BufferPool::make() {
  Buffer buffer;
  buffer.pool_ = this;
  return buffer;
}

// `capacity` is a power of two. Null: the budget is exhausted, or the machine is.
char* BufferPool::take(std::size_t capacity) {
  if (!budget_.try_take(capacity)) return nullptr;
  auto& list = free_->lists[class_of(capacity)];
  if (!list.empty()) {
    auto* memory = list.back();
    list.pop_back();
    kept_ -= capacity;
    return memory;
  }
  auto* memory = static_cast<char*>(std::malloc(capacity));
  if (!memory) budget_.give_back(capacity);
  return memory;
}

void BufferPool::put(char* memory, std::size_t capacity, bool counted) {
  if (counted) budget_.give_back(capacity);
  if (kept_ + capacity > keep_bytes_) return std::free(memory);
  free_->lists[class_of(capacity)].push_back(memory);
  kept_ += capacity;
}

Buffer::Buffer(Buffer&& other) noexcept
    : pool_(other.pool_),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      counted_(std::exchange(other.counted_, true)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this == &other) return *this;
  release();
  pool_ = other.pool_;
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  counted_ = std::exchange(other.counted_, true);
  return *this;
}

Buffer::~Buffer() {
  release();
}

void Buffer::release() {
  if (data_) pool_->put(data_, capacity_ + kPadding, counted_);
  data_ = nullptr;
  size_ = capacity_ = 0;
  counted_ = true;
}

void Buffer::leave_budget() {
  if (data_ && std::exchange(counted_, false)) pool_->budget_.give_back(capacity_ + kPadding);
}

Result<void> Buffer::reserve(std::size_t bytes) {
  if (bytes <= capacity_) return {};
  constexpr std::size_t kLargest = std::size_t{1} << (kSmallestClass + kClasses - 1);
  if (!pool_ || bytes > kLargest - kPadding) return fail(Code::kTooLarge, "buffer too large");
  auto whole = std::max(std::bit_ceil(bytes + kPadding), std::size_t{1} << kSmallestClass);
  auto* memory = pool_->take(whole);
  if (!memory) return fail(Code::kOverloaded, "the memory for bodies in flight is used up");
  if (size_ > 0) std::memcpy(memory, data_, size_);
  if (data_) pool_->put(data_, capacity_ + kPadding, counted_);
  data_ = memory;
  capacity_ = whole - kPadding;
  counted_ = true;
  return {};
}

Result<void> Buffer::append(std::string_view bytes) {
  if (bytes.empty()) return {};
  TRY_VOID(reserve(size_ + bytes.size()));
  std::memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
  return {};
}

Result<std::span<char>> Buffer::prepare(std::size_t bytes) {
  TRY_VOID(reserve(size_ + bytes));
  return std::span<char>(data_ + size_, capacity_ - size_);
}

}  // namespace sekisho::http
