#include "identity/aws_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "wire/aws/sha256.h"

namespace sekisho::identity {
namespace {

constexpr std::string_view kPrefix = "SEKISHO";
constexpr std::size_t kDigits = 13;  // 20 characters in all, as AWS's own

}  // namespace

std::string AwsKeys::access_key_id(KeyId key) {
  return fmt::format("{}{:013}", kPrefix, key.value);
}

std::optional<KeyId> AwsKeys::key_of(std::string_view access_key_id) {
  if (!access_key_id.starts_with(kPrefix)) return {};
  const auto digits = access_key_id.substr(kPrefix.size());
  const bool whole = digits.size() == kDigits &&
                     std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!whole) return {};
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return KeyId{value};
}

std::string AwsKeys::secret_access_key(KeyId key, const KeyHash& hash) const {
  std::string said = "sekisho aws credentials 1\n" + access_key_id(key) + "\n";
  said.append(wire::aws::as_bytes(hash));
  const auto digest = wire::aws::hmac_sha256(server_secret_, said);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string secret;
  for (std::size_t at = 0; at < 30; at += 3) {  // 240 bits, 40 characters
    const std::uint32_t bits = static_cast<std::uint32_t>(digest[at]) << 16 |
                               static_cast<std::uint32_t>(digest[at + 1]) << 8 | digest[at + 2];
    for (int shift = 18; shift >= 0; shift -= 6) secret += kAlphabet[bits >> shift & 63];
  }
  return secret;
}

}  // namespace sekisho::identity
