#pragma once
// Vectorised first look at a text: at which positions could one of many three-byte fingerprints
// stand? Fingerprints are shared out to 16 buckets; a position passes if one bucket admits the low
// and the high half of each of its three bytes. No fingerprint is ever missed; some positions pass
// by chance, so buckets are filled such that ordinary text rarely does.
// Immutable after construction; the fastest kernel that the processor has is chosen then.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sekisho::guard {

struct Fingerprint {
  std::array<unsigned char, 3> bytes{};
  bool fold_case = false;  // letters match in either case
};

class NibbleFilter {
 public:
  static constexpr std::size_t kWidth = 3;
  enum class Kernel : std::uint8_t { kScalar, kSsse3, kAvx2 };

  // Per set of eight buckets, per byte of the fingerprint: which buckets admit a half byte.
  struct Masks {
    alignas(16) std::array<std::array<std::array<std::uint8_t, 16>, kWidth>, 2> low{}, high{};
  };

  explicit NibbleFilter(std::span<const Fingerprint> fingerprints);
  NibbleFilter(std::span<const Fingerprint> fingerprints, Kernel kernel);

  static Kernel best_kernel();

  // Looks at positions from `at` on until `to` or until `out` cannot take 32 more; writes those
  // that pass, sets `at` to where to go on, returns how many were written.
  // REQUIRES: to + 2 <= size of data; out.size() >= 64.
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
