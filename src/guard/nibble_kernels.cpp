#include "guard/nibble_kernels.h"

#include <immintrin.h>

#include <bit>
#include <cstring>

namespace sekisho::guard {

namespace {

using Masks = NibbleFilter::Masks;

std::size_t write_positions(std::uint32_t bits, std::size_t at, std::size_t count,
                            std::span<std::uint32_t> out) {
  while (bits != 0) {
    out[count++] =
        static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(bits));
    bits &= bits - 1;
  }
  return count;
}

// The same for 64 positions, almost without a branch: about one in twenty blocks of ordinary text
// has more than four, and how many it has up to there nobody could foretell.
__attribute__((target("avx2,bmi"))) inline std::size_t write_positions64(
    std::uint64_t bits, std::size_t at, std::size_t count, std::span<std::uint32_t> out) {
  constexpr int kUnasked = 4;
  std::uint32_t* write = out.data() + count;
  const int found = std::popcount(bits);
#pragma clang loop unroll(full)
  for (int i = 0; i < kUnasked; ++i) {
    write[i] = static_cast<std::uint32_t>(at + static_cast<unsigned>(std::countr_zero(bits)));
    bits &= bits - 1;
  }
  for (int i = kUnasked; i < found; ++i) [[unlikely]] {
    write[i] = static_cast<std::uint32_t>(at + static_cast<unsigned>(std::countr_zero(bits)));
    bits &= bits - 1;
  }
  return count + static_cast<std::size_t>(found);
}

// The last, incomplete block: copied, so that no byte beyond the text is read.
struct Tail {
  alignas(32) std::array<unsigned char, 96> bytes{};
  Tail(const unsigned char* from, std::size_t positions) {
    std::memcpy(bytes.data(), from, positions + NibbleFilter::kWidth - 1);
  }
};

std::uint64_t first_bits(std::size_t count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

__m128i load_table(const std::array<std::uint8_t, 16>& table) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(table.data()));
}

__attribute__((target("ssse3"))) std::uint32_t block16(const __m128i (&low)[2][3],
                                                       const __m128i (&high)[2][3],
                                                       const unsigned char* p) {
  const __m128i nibble = _mm_set1_epi8(0x0F);
  __m128i pass[2] = {_mm_set1_epi8(-1), _mm_set1_epi8(-1)};
  for (int k = 0; k < 3; ++k) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + k));
    const __m128i lo = _mm_and_si128(v, nibble);
    const __m128i hi = _mm_and_si128(_mm_srli_epi16(v, 4), nibble);
    for (int set = 0; set < 2; ++set) {
      pass[set] = _mm_and_si128(pass[set], _mm_and_si128(_mm_shuffle_epi8(low[set][k], lo),
                                                         _mm_shuffle_epi8(high[set][k], hi)));
    }
  }
  const __m128i none = _mm_cmpeq_epi8(_mm_or_si128(pass[0], pass[1]), _mm_setzero_si128());
  return ~static_cast<std::uint32_t>(_mm_movemask_epi8(none)) & 0xFFFFU;
}

__attribute__((target("avx2,bmi"))) inline std::uint32_t block32(const __m256i (&low)[2][3],
                                                                 const __m256i (&high)[2][3],
                                                                 const unsigned char* p) {
  const __m256i nibble = _mm256_set1_epi8(0x0F);
  __m256i pass[2] = {_mm256_set1_epi8(-1), _mm256_set1_epi8(-1)};
#pragma clang loop unroll(full)
  for (int k = 0; k < 3; ++k) {
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + k));
    const __m256i lo = _mm256_and_si256(v, nibble);
    const __m256i hi = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble);
#pragma clang loop unroll(full)
    for (int set = 0; set < 2; ++set) {
      pass[set] =
          _mm256_and_si256(pass[set], _mm256_and_si256(_mm256_shuffle_epi8(low[set][k], lo),
                                                       _mm256_shuffle_epi8(high[set][k], hi)));
    }
  }
  const __m256i none = _mm256_cmpeq_epi8(_mm256_or_si256(pass[0], pass[1]), _mm256_setzero_si256());
  return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
}

}  // namespace

std::size_t find_scalar(const Masks& masks, const unsigned char* data, std::size_t& at,
                        std::size_t to, std::span<std::uint32_t> out) {
  std::size_t count = 0;
  while (at < to && count < out.size()) {
    unsigned pass = 0xFFFF;
    for (std::size_t k = 0; k < NibbleFilter::kWidth; ++k) {
      const unsigned lo = data[at + k] & 0x0FU, hi = data[at + k] >> 4U;
      pass &= static_cast<unsigned>(masks.low[0][k][lo] & masks.high[0][k][hi]) |
              static_cast<unsigned>(masks.low[1][k][lo] & masks.high[1][k][hi]) << 8U;
    }
    if (pass != 0) out[count++] = static_cast<std::uint32_t>(at);
    ++at;
  }
  return count;
}

__attribute__((target("ssse3"))) std::size_t find_ssse3(const Masks& masks,
                                                        const unsigned char* data, std::size_t& at,
                                                        std::size_t to,
                                                        std::span<std::uint32_t> out) {
  __m128i low[2][3], high[2][3];
  for (std::size_t set = 0; set < 2; ++set) {
    for (std::size_t k = 0; k < 3; ++k) {
      low[set][k] = load_table(masks.low[set][k]);
      high[set][k] = load_table(masks.high[set][k]);
    }
  }
  std::size_t count = 0;
  for (; at + 16 <= to && count + 32 <= out.size(); at += 16) {
    count = write_positions(block16(low, high, data + at), at, count, out);
  }
  if (at < to && at + 16 > to && count + 32 <= out.size()) {
    const Tail tail(data + at, to - at);
    count = write_positions(
        block16(low, high, tail.bytes.data()) & static_cast<std::uint32_t>(first_bits(to - at)), at,
        count, out);
    at = to;
  }
  return count;
}

__attribute__((target("avx2,bmi"))) std::size_t find_avx2(const Masks& masks,
                                                          const unsigned char* data,
                                                          std::size_t& at, std::size_t to,
                                                          std::span<std::uint32_t> out) {
  __m256i low[2][3], high[2][3];
  for (std::size_t set = 0; set < 2; ++set) {
    for (std::size_t k = 0; k < 3; ++k) {
      low[set][k] = _mm256_broadcastsi128_si256(load_table(masks.low[set][k]));
      high[set][k] = _mm256_broadcastsi128_si256(load_table(masks.high[set][k]));
    }
  }
  const auto block64 = [&](const unsigned char* p) __attribute__((target("avx2,bmi"))) {
    return block32(low, high, p) | std::uint64_t{block32(low, high, p + 32)} << 32U;
  };
  std::size_t count = 0;
  for (; at + 64 <= to && count + 64 <= out.size(); at += 64) {
    count = write_positions64(block64(data + at), at, count, out);
  }
  if (at < to && at + 64 > to && count + 64 <= out.size()) {
    const Tail tail(data + at, to - at);
    count = write_positions64(block64(tail.bytes.data()) & first_bits(to - at), at, count, out);
    at = to;
  }
  return count;
}

}  // namespace sekisho::guard
