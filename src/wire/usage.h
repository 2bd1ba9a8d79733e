#pragma once
// Usage in one normal form: every kind of token apart, so that each has its own price. `input` is
// the uncached part only; the whole prompt is prompt(). `output` includes `reasoning`.

#include <cstddef>
#include <cstdint>
#include <string>

namespace sekisho::wire {

enum class UsageSource : std::uint8_t {
  kMissing,    // nothing known
  kReported,   // the provider's final figures
  kPartial,    // the provider's figures so far: the stream was cut after them
  kEstimated,  // ours: from bytes that passed
};

// A guess, where nobody counted: four bytes of text for a token.
constexpr std::int64_t estimated_tokens(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + 3) / 4);
}

struct Usage {
  std::int64_t input = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write_5m = 0;
  std::int64_t cache_write_1h = 0;
  std::int64_t output = 0;
  std::int64_t reasoning = 0;  // part of output
  UsageSource source = UsageSource::kMissing;

  std::int64_t prompt() const { return input + cache_read + cache_write_5m + cache_write_1h; }
  std::int64_t total() const { return prompt() + output; }
  friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace sekisho::wire
