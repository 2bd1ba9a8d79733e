#include "guard/checksum.h"

#include <array>

namespace sekisho::guard {

namespace {

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < 256; ++n) {
    std::uint32_t c = n;
    for (int k = 0; k < 8; ++k) c = (c >> 1) ^ ((c & 1U) != 0 ? 0xEDB88320U : 0U);
    table[n] = c;
  }
  return table;
}();

constexpr std::size_t kChecksumDigits = 6;

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t c = ~0U;
  for (const char b : bytes) c = kCrcTable[(c ^ static_cast<unsigned char>(b)) & 0xFFU] ^ (c >> 8);
  return ~c;
}

std::string base62_checksum(std::string_view body) {
  constexpr std::string_view kDigits62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::uint32_t rest = crc32(body);
  std::string digits(kChecksumDigits, '0');
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, rest /= 62) *it = kDigits62[rest % 62];
  return digits;
}

bool has_base62_checksum(std::string_view text) {
  if (text.size() <= kChecksumDigits) return false;
  const auto body = text.substr(0, text.size() - kChecksumDigits);
  return base62_checksum(body) == text.substr(body.size());
}

bool is_basic_credential(std::string_view base64) {
  while (!base64.empty() && base64.back() == '=') base64.remove_suffix(1);
  std::size_t bytes = 0, colon = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : base64) {
    const int value = base64_value(c);
    if (value < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const auto byte = static_cast<unsigned char>(bits >> held);
    if (byte < 0x20 || byte >= 0x7F) return false;
    if (byte == ':' && colon == 0) colon = bytes + 1;
    ++bytes;
  }
  return colon > 1 && bytes > colon;
}

}  // namespace sekisho::guard
