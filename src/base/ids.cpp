#include "base/ids.h"

namespace sekisho {
namespace {
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view kPrefix = "req_";
constexpr std::size_t kDigits = 26;  // 130 bits, the two highest are zero
}  // namespace

RequestId RequestId::make(std::int64_t unix_ms, std::uint64_t random_high,
                          std::uint64_t random_low) {
  RequestId id;
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  }
  id.bytes[6] = static_cast<std::uint8_t>(random_high >> 8);
  id.bytes[7] = static_cast<std::uint8_t>(random_high);
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[8 + i] = static_cast<std::uint8_t>(random_low >> (56 - 8 * i));
  }
  return id;
}

std::string RequestId::text() const {
  std::string out(kPrefix.size() + kDigits, '0');
  kPrefix.copy(out.data(), kPrefix.size());
  unsigned __int128 value = 0;
  for (auto byte : bytes) value = (value << 8) | byte;
  for (std::size_t i = 0; i < kDigits; ++i) {
    out[out.size() - 1 - i] = kAlphabet[static_cast<std::size_t>(value & 31)];
    value >>= 5;
  }
  return out;
}

std::optional<RequestId> RequestId::parse(std::string_view text) {
  if (text.size() != kPrefix.size() + kDigits || !text.starts_with(kPrefix)) return {};
  unsigned __int128 value = 0;
  for (char c : text.substr(kPrefix.size())) {
    auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos || (value >> 123) != 0) return {};
    value = (value << 5) | digit;
  }
  RequestId id;
  for (std::size_t i = 0; i < 16; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(value >> (120 - 8 * i));
  }
  return id;
}

}  // namespace sekisho
