#include "http/h1_syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::http {
namespace {

enum : unsigned char { kTokenChar = 1, kTargetChar = 2, kHostChar = 4 };

constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> table{};
  for (unsigned c = 0x21; c < 0x7f; ++c) {
    const char ch = static_cast<char>(c);
    const bool alnum =
        (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
    if (alnum || std::string_view("!#$%&'*+-.^_`|~").contains(ch)) table[c] |= kTokenChar;
    if (ch != '#') table[c] |= kTargetChar;
    if (alnum || std::string_view("-._~%!$&'()*+;=[]:").contains(ch)) table[c] |= kHostChar;
  }
  return table;
}

constexpr auto kClasses = make_classes();

// Without an early exit: the loop then runs at a byte a cycle, and bad input is rare.
bool all_of_class(std::string_view text, unsigned char wanted) {
  unsigned char common = wanted;
  for (const char c : text) common &= kClasses[static_cast<unsigned char>(c)];
  return common != 0;
}

bool is_value_byte(char ch) {
  const auto c = static_cast<unsigned char>(ch);
  return (c >= 0x20 && c != 0x7f) || c == '\t';
}

#if defined(__SSE2__)
bool are_value_bytes(const char* sixteen) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sixteen));
  const __m128i printable = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x20)), bytes);
  const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
  const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
  return _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(del, printable), tab)) == 0xffff;
}
#endif

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && all_of_class(text, kTokenChar);
}

bool is_target(std::string_view text) {
  return !text.empty() && all_of_class(text, kTargetChar);
}

bool is_authority(std::string_view text) {
  if (text.empty() || !all_of_class(text, kHostChar)) return false;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return true;
  if (bracket != std::string_view::npos && bracket > colon) return true;  // [::1] without a port
  if (bracket == std::string_view::npos && text.find(':') != colon) return false;
  const auto port = text.substr(colon + 1);
  return colon > 0 && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_field_value(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
#if defined(__SSE2__)
  if (text.size() >= 16) {
    for (; end - at > 16; at += 16) {
      if (!are_value_bytes(at)) return false;
    }
    return are_value_bytes(end - 16);  // overlaps what was seen
  }
#endif
  return std::all_of(at, end, is_value_byte);
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace sekisho::http
