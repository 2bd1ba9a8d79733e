#pragma once
// How secrets may be spelled inside a text other than plainly: \u002d of JSON within JSON, %2D of
// URLs, and characters without width in between. Pure functions.

#include <immintrin.h>

#include <cstddef>
#include <string_view>

#include "guard/byte_class.h"

namespace sekisho::guard {

inline constexpr ByteClass kInSecret{"A-Za-z0-9_+/=:.@-"};

struct Spelling {
  std::size_t bytes = 0;  // 0: the byte stands for itself
  bool silent = false;    // means nothing: a character without width
  char meaning = 0;
};
// REQUIRES: at < text.size().
Spelling spelling_at(std::string_view text, std::size_t at);

// Bytes of a character without width at `at` (zero-width space and joiners, word joiner, byte order
// mark, soft hyphen), or 0.
std::size_t silent_bytes(std::string_view text, std::size_t at);

// All bits set where a character without width may begin.
__attribute__((target("avx2"))) inline __m256i may_be_silent(__m256i bytes) {
  const auto is = [bytes](unsigned char lead) __attribute__((target("avx2"))) {
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(static_cast<char>(lead)));
  };
  return _mm256_or_si256(is(0xC2), _mm256_or_si256(is(0xE2), is(0xEF)));
}

// The first place from `from` on where a backslash, a percent sign or a character without width
// stands, or npos.
std::size_t find_spelling(std::string_view text, std::size_t from);

// Is a character without width right behind a byte that secrets are made of?
bool interrupts_secret(std::string_view text, std::size_t at);

}  // namespace sekisho::guard
