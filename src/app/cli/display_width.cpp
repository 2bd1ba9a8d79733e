#include "app/cli/display_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sekisho::app::cli {
namespace {

struct Range {
  char32_t first, last;
};

// Unicode 15, East_Asian_Width W and F, joined where only unassigned characters lie between.
constexpr std::array<Range, 21> kWide{
    {{0x1100, 0x115F},  {0x231A, 0x231B}, {0x2329, 0x232A}, {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
     {0x2614, 0x2615},  {0x26A1, 0x26A1}, {0x2705, 0x2705}, {0x274C, 0x274C},   {0x2E80, 0x303E},
     {0x3041, 0xA4CF},  {0xA960, 0xA97C}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
     {0xFE30, 0xFE6F},  {0xFF01, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1FAFF},
     {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 8> kZero{{{0x0300, 0x036F},
                                      {0x200B, 0x200F},
                                      {0x20D0, 0x20FF},
                                      {0x302A, 0x302D},
                                      {0x3099, 0x309A},
                                      {0xFE00, 0xFE0F},
                                      {0xFE20, 0xFE2F},
                                      {0xFEFF, 0xFEFF}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range r) { return c >= r.first && c <= r.last; });
}

// The next character; a broken sequence counts byte by byte.
char32_t next(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text.front());
  std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (size > text.size()) size = 1;
  char32_t c = size == 1 ? lead : lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  text.remove_prefix(size);
  return c;
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    auto c = next(utf8);
    if (!within(kZero, c)) width += within(kWide, c) ? 2 : 1;
  }
  return width;
}

std::string printable(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    auto before = utf8;
    auto c = next(utf8);
    if (is_control(c)) {
      out += ' ';
    } else {
      out += before.substr(0, before.size() - utf8.size());
    }
  }
  return out;
}

}  // namespace sekisho::app::cli
