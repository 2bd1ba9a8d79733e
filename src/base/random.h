#pragma once
// The randomness seam. `SystemRandom` reads the kernel's generator (keys, ids, jitter);
// `SeededRandom` is xoshiro256** for simulation: the same seed gives the same run.
// Not thread-safe: each owner has its own.

#include <array>
#include <cstdint>
#include <span>

namespace sekisho {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
  // Fills with cryptographic quality where the implementation says so.
  virtual void fill(std::span<std::uint8_t> out);
  // Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::array<std::uint64_t, 64> pool_{};
  std::size_t used_ = 64;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace sekisho
