#include "guard/nibble_filter.h"

#include <limits>
#include <string_view>
#include <vector>

#include "guard/nibble_kernels.h"

namespace sekisho::guard {

namespace {

constexpr std::size_t kBuckets = 16;

// How often each byte stands in what agents send (code, prose, JSON, Japanese), in 1/10,000.
// Rough is enough: it only decides which fingerprints share a bucket.
constexpr std::array<double, 256> kByteWeight = [] {
  std::array<double, 256> weight{};
  for (auto& w : weight) w = 1;
  constexpr std::string_view kLettersByRank = "etaoinsrhldcumfpgwybvkxjqz";
  double w = 800;
  for (const char c : kLettersByRank) {
    weight[static_cast<unsigned char>(c)] = w;
    weight[static_cast<unsigned char>(c - 32)] = 25;
    w *= 0.87;
  }
  weight[' '] = 1500;
  weight['\n'] = 250;
  for (char c = '0'; c <= '9'; ++c) weight[static_cast<unsigned char>(c)] = 80;
  for (const char c : std::string_view("_-.,:;/\"'()=")) weight[static_cast<unsigned char>(c)] = 90;
  for (unsigned b = 0x80; b < 0xC0; ++b) weight[b] = 15;
  weight[0xE3] = 300;
  weight[0x81] = weight[0x82] = weight[0x83] = 100;
  return weight;
}();

struct HalfSets {
  std::uint16_t low = 0, high = 0;  // sets of half bytes
  void add(unsigned char byte) {
    low |= static_cast<std::uint16_t>(1U << (byte & 15U));
    high |= static_cast<std::uint16_t>(1U << (byte >> 4U));
  }
  double weight() const {
    double sum = 0;
    for (unsigned h = 0; h < 16; ++h) {
      if ((high >> h & 1U) == 0) continue;
      for (unsigned l = 0; l < 16; ++l) {
        if ((low >> l & 1U) != 0) sum += kByteWeight[h << 4U | l];
      }
    }
    return sum;
  }
};

bool is_letter(unsigned char byte) {
  const unsigned folded = byte | 0x20U;
  return folded >= 'a' && folded <= 'z';
}

struct Bucket {
  std::array<HalfSets, NibbleFilter::kWidth> sets;
  double cost = 0;

  Bucket with(const Fingerprint& print) const {
    Bucket bucket = *this;
    bucket.cost = 1;
    for (std::size_t k = 0; k < sets.size(); ++k) {
      bucket.sets[k].add(print.bytes[k]);
      if (print.fold_case && is_letter(print.bytes[k])) {
        bucket.sets[k].add(static_cast<unsigned char>(print.bytes[k] ^ 0x20U));
      }
      bucket.cost *= bucket.sets[k].weight();
    }
    return bucket;
  }
};

std::array<Bucket, kBuckets> fill_buckets(std::span<const Fingerprint> prints) {
  std::array<Bucket, kBuckets> buckets{};
  for (const auto& print : prints) {
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    Bucket grown;
    for (std::size_t b = 0; b < kBuckets; ++b) {
      const Bucket candidate = buckets[b].with(print);
      const double increase = candidate.cost - buckets[b].cost;
      if (increase < least) {
        least = increase;
        best = b;
        grown = candidate;
      }
    }
    buckets[best] = grown;
  }
  return buckets;
}

}  // namespace

NibbleFilter::NibbleFilter(std::span<const Fingerprint> fingerprints)
    : NibbleFilter(fingerprints, best_kernel()) {}

NibbleFilter::NibbleFilter(std::span<const Fingerprint> fingerprints, Kernel kernel)
    : kernel_(kernel == Kernel::kAvx2    ? find_avx2
              : kernel == Kernel::kSsse3 ? find_ssse3
                                         : find_scalar) {
  const auto buckets = fill_buckets(fingerprints);
  for (std::size_t b = 0; b < kBuckets; ++b) {
    const auto bit = static_cast<std::uint8_t>(1U << (b % 8));
    for (std::size_t k = 0; k < kWidth; ++k) {
      for (unsigned half = 0; half < 16; ++half) {
        if ((buckets[b].sets[k].low >> half & 1U) != 0) masks_.low[b / 8][k][half] |= bit;
        if ((buckets[b].sets[k].high >> half & 1U) != 0) masks_.high[b / 8][k][half] |= bit;
      }
    }
  }
}

NibbleFilter::Kernel NibbleFilter::best_kernel() {
  if (__builtin_cpu_supports("avx2")) return Kernel::kAvx2;
  if (__builtin_cpu_supports("ssse3")) return Kernel::kSsse3;
  return Kernel::kScalar;
}

}  // namespace sekisho::guard
