#include "http/percent.h"

namespace sekisho::http {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::optional<char> percent_escape(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return std::nullopt;
  const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

void append_percent_escape(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

void append_percent_encoded(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_percent_escape(c, out);
    }
  }
}

std::string percent_encode(std::string_view bytes) {
  std::string out;
  append_percent_encoded(bytes, out);
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto escape = percent_escape(text, i);
    out += escape ? *escape : text[i];
    i += escape ? kPercentEscapeBytes : 1;
  }
  return out;
}

}  // namespace sekisho::http
