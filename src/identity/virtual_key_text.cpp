// Once per request: the one-shot functions fetch the algorithm and take memory for its state, which
// costs more than the hash.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "identity/virtual_key_text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "identity/identity.h"

namespace sekisho::identity {
namespace {

constexpr std::string_view kPrefix = "sk-";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kBytes = 32, kDigits = 43;

}  // namespace

KeyHash hash_key(std::string_view key) {
  KeyHash hash;
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, key.data(), key.size());
  SHA256_Final(hash.data(), &state);
  return hash;
}

bool equal_constant_time(const KeyHash& a, const KeyHash& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string make_key_text(Random& random) {
  std::array<std::uint8_t, kBytes> bytes;
  random.fill(bytes);
  std::string key(kPrefix);
  std::uint32_t bits = 0;
  int count = 0;
  for (auto byte : bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 6; count -= 6) key += kAlphabet[(bits >> (count - 6)) & 63];
  }
  key += kAlphabet[(bits << (6 - count)) & 63];
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

std::string display_form(std::string_view key) {
  return "sk-…" + std::string(key.substr(key.size() - std::min<std::size_t>(4, key.size())));
}

bool looks_like_key(std::string_view text) {
  return text.size() == kPrefix.size() + kDigits && text.starts_with(kPrefix) &&
         std::ranges::all_of(text.substr(kPrefix.size()),
                             [](char c) { return kAlphabet.find(c) != std::string_view::npos; });
}

}  // namespace sekisho::identity
