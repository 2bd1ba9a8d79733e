#include "guard/spelling.h"

#include <bit>
#include <cstdint>

namespace sekisho::guard {

namespace {

int hex(char c) {
  if (kDigits.has(c)) return c - '0';
  return kHexDigits.has(c) ? (c | 0x20) - 'a' + 10 : -1;
}

bool is_sign(std::string_view text, std::size_t at) {
  const char c = text[at];
  return c == '\\' || c == '%' || ((c & 0x80) != 0 && silent_bytes(text, at) > 0);
}

// Goes over blocks of 32 bytes until one may hold a sign; sets `at` to the first place in it that
// may be one, or behind the last whole block. Most text is ASCII, which costs two comparisons.
__attribute__((target("avx2"))) bool find_block_avx2(std::string_view text, std::size_t& at) {
  const auto slash = _mm256_set1_epi8('\\'), percent = _mm256_set1_epi8('%');
  for (; at + 32 <= text.size(); at += 32) {
    const auto v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at));
    auto hit = _mm256_or_si256(_mm256_cmpeq_epi8(v, slash), _mm256_cmpeq_epi8(v, percent));
    if (_mm256_movemask_epi8(v) != 0) hit = _mm256_or_si256(hit, may_be_silent(v));
    const auto bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(hit));
    if (bits == 0) continue;
    at += static_cast<std::size_t>(std::countr_zero(bits));
    return true;
  }
  return false;
}

}  // namespace

std::size_t silent_bytes(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at, 3);
  switch (static_cast<unsigned char>(rest[0])) {
    case 0xC2:
      return rest.starts_with("\xC2\xAD") ? 2 : 0;
    case 0xE2:
      return rest == "\xE2\x80\x8B" || rest == "\xE2\x80\x8C" || rest == "\xE2\x80\x8D" ||
                     rest == "\xE2\x81\xA0"
                 ? 3
                 : 0;
    case 0xEF:
      return rest == "\xEF\xBB\xBF" ? 3 : 0;
    default:
      return 0;
  }
}

Spelling spelling_at(std::string_view text, std::size_t at) {
  std::size_t digits = at + 1;
  if (text[at] == '\\') {
    if (text.substr(at + 1, 3) != "u00") return {};
    digits = at + 4;
  } else if (text[at] != '%') {
    return {silent_bytes(text, at), true};
  }
  if (digits + 2 > text.size()) return {};
  const int high = hex(text[digits]), low = hex(text[digits + 1]);
  if (high < 0 || low < 0) return {};
  const char meaning = static_cast<char>(high * 16 + low);
  return {digits + 2 - at, false, meaning};
}

bool interrupts_secret(std::string_view text, std::size_t at) {
  if ((text[at] & 0x80) == 0) return false;
  return at > 0 && kInSecret.has(text[at - 1]) && silent_bytes(text, at) > 0;
}

std::size_t find_spelling(std::string_view text, std::size_t from) {
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  std::size_t at = from;
  while (has_avx2 && find_block_avx2(text, at)) {
    if (is_sign(text, at)) return at;
    ++at;
  }
  for (; at < text.size(); ++at) {
    if (is_sign(text, at)) return at;
  }
  return std::string_view::npos;
}

}  // namespace sekisho::guard
