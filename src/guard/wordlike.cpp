#include "guard/wordlike.h"

#include <array>
#include <cstdint>

#include "guard/byte_class.h"

namespace sekisho::guard {

namespace {

// Per first letter, the set of second letters (bit 0 is a). Counted in the documentation, headers
// and sources of a Debian system: 229 of 676 pairs cover nine tenths of what is written.
constexpr std::array<std::uint32_t, 26> kCommonPairs = {
    0x13EBD4E, 0x0164915, 0x01E4D95, 0x0164919, 0x0EFB97F, 0x0124931, 0x0166191,
    0x0084111, 0x22EF87F, 0x0000000, 0x0040110, 0x11C4919, 0x014D113, 0x03C617D,
    0x07EF86E, 0x01EC991, 0x0100000, 0x11E795D, 0x11CC995, 0x11EC995, 0x00EB917,
    0x0000111, 0x0000111, 0x0088000, 0x0008000, 0x0000010};

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_common(char first, char second) {
  const unsigned a = (static_cast<unsigned char>(first) | 0x20U) - 'a';
  const unsigned b = (static_cast<unsigned char>(second) | 0x20U) - 'a';
  return (kCommonPairs[a] >> b & 1U) != 0;
}

}  // namespace

bool reads_as_words(std::string_view text, std::size_t least_pairs) {
  std::size_t letters = 0, pairs = 0, common = 0;
  bool beyond_hex = false;  // hexadecimal digits are no words, though "be", "ad", "de" are common
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kLetters.has(text[i])) continue;
    ++letters;
    beyond_hex = beyond_hex || !kHexDigits.has(text[i]);
    if (i == 0 || !kLetters.has(text[i - 1])) continue;
    if (is_lower(text[i - 1]) && !is_lower(text[i])) continue;
    ++pairs;
    common += is_common(text[i - 1], text[i]) ? 1 : 0;
  }
  return beyond_hex && pairs >= least_pairs && letters * 2 >= text.size() &&
         common * 5 >= pairs * 4;
}

}  // namespace sekisho::guard
