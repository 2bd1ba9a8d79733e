#pragma once
// Vectorised first look at a text: at which positions could one of many three-byte fingerprints
// stand? Fingerprints are shared out to 16 buckets; a position passes if one bucket admits the low
// and the high half of each of its three bytes. No fingerprint is ever missed; some positions pass
// by chance, so buckets are filled such that ordinary text rarely does (fingerprint_plan.h).
// Immutable after construction; the fastest kernel that the processor has is chosen then.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sekisho::guard {

class NibbleFilter {
 public:
  static constexpr std::size_t kWidth = 3;
  static constexpr std::size_t kBuckets = 16;
  static constexpr std::size_t kLeastRoom = 64;  // positions that one step may write
  enum class Kernel : std::uint8_t { kScalar, kSsse3, kAvx2 };

  struct HalfSets {
    std::uint16_t low = 0, high = 0;  // sets of half bytes
    void add(unsigned char byte) {
      low |= static_cast<std::uint16_t>(1U << (byte & 15U));
      high |= static_cast<std::uint16_t>(1U << (byte >> 4U));
    }
  };
  using Bucket = std::array<HalfSets, kWidth>;
  using Buckets = std::array<Bucket, kBuckets>;

  // Per set of eight buckets, per byte of the fingerprint: which buckets admit a half byte.
  struct Masks {
    alignas(16) std::array<std::array<std::array<std::uint8_t, 16>, kWidth>, 2> low{}, high{};
  };

  NibbleFilter(const Buckets& buckets, Kernel kernel);

  static Kernel best_kernel();

  // Looks at positions from `at` on until `to` or until `out` cannot take kLeastRoom more; writes
  // those that pass, ascending, sets `at` to where to go on, returns how many were written. What it
  // leaves behind them in `out` means nothing.
  // REQUIRES: to + 2 <= size of data; out.size() >= kLeastRoom.
  std::size_t find(const unsigned char* data, std::size_t& at, std::size_t to,
                   std::span<std::uint32_t> out) const {
    return kernel_(masks_, data, at, to, out);
  }

 private:
  using Function = std::size_t (*)(const Masks&, const unsigned char*, std::size_t&, std::size_t,
                                   std::span<std::uint32_t>);
  Masks masks_;
  Function kernel_;
};

}  // namespace sekisho::guard
