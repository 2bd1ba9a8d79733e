#include "guard/nibble_filter.h"

#include "guard/nibble_kernels.h"

namespace sekisho::guard {

NibbleFilter::NibbleFilter(const Buckets& buckets, Kernel kernel)
    : kernel_(kernel == Kernel::kAvx2    ? find_avx2
              : kernel == Kernel::kSsse3 ? find_ssse3
                                         : find_scalar) {
  for (std::size_t b = 0; b < kBuckets; ++b) {
    const auto bit = static_cast<std::uint8_t>(1U << (b % 8));
    for (std::size_t k = 0; k < kWidth; ++k) {
      for (unsigned half = 0; half < 16; ++half) {
        if ((buckets[b][k].low >> half & 1U) != 0) masks_.low[b / 8][k][half] |= bit;
        if ((buckets[b][k].high >> half & 1U) != 0) masks_.high[b / 8][k][half] |= bit;
      }
    }
  }
}

NibbleFilter::Kernel NibbleFilter::best_kernel() {
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")) return Kernel::kAvx2;
  if (__builtin_cpu_supports("ssse3")) return Kernel::kSsse3;
  return Kernel::kScalar;
}

}  // namespace sekisho::guard
