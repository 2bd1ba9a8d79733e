#include "wire/conversation.h"

#include <charconv>
#include <cstdint>

namespace sekisho::wire {
namespace {

// What providers strip before they ask whether a text is empty: white space of Unicode, and the
// four separators of ASCII.
bool is_space(std::uint32_t c) {
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

std::uint32_t hex_value(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

// One character of raw text, as long as it may be white space: none is longer than three bytes.
struct Unit {
  std::size_t size = 1;  // bytes of raw text
  bool space = false;
};

Unit first_unit(RawText text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text[0] == '\\' && text.size() >= 2) {
    if (text[1] == 'u' && text.size() >= 6) return {6, is_space(hex_value(text.substr(2, 4)))};
    return {2, text[1] == 'n' || text[1] == 't' || text[1] == 'r' || text[1] == 'f'};
  }
  if (byte(0) < 0x80) return {1, is_space(byte(0))};
  if ((byte(0) & 0xe0) == 0xc0 && text.size() >= 2) {
    return {2, is_space((byte(0) & 0x1fU) << 6 | (byte(1) & 0x3fU))};
  }
  if ((byte(0) & 0xf0) == 0xe0 && text.size() >= 3) {
    return {3, is_space((byte(0) & 0x0fU) << 12 | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU))};
  }
  return {1, false};
}

}  // namespace

bool is_blank(RawText text) {
  while (!text.empty()) {
    const Unit unit = first_unit(text);
    if (!unit.space) return false;
    text.remove_prefix(unit.size);
  }
  return true;
}

RawText trim_end(RawText text) {
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Unit unit = first_unit(text.substr(at));
    at += unit.size;
    if (!unit.space) end = at;
  }
  return text.substr(0, end);
}

Block reminder(Conversation& conversation, RawText text) {
  Block block;
  block.text = conversation.keep(
      std::string("<system-reminder>\\n").append(text).append("\\n</system-reminder>"));
  return block;
}

}  // namespace sekisho::wire
