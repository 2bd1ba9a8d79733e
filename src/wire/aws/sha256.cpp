#include "wire/aws/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace sekisho::wire::aws {
namespace {

// Fetched once: an implicit fetch in every EVP_DigestInit costs more than hashing a short string.
const EVP_MD* algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ && EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1);
}

Sha256::Sha256(const Sha256& other) : context_(EVP_MD_CTX_new()) {
  require(context_ && EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) == 1);
}

Sha256& Sha256::operator=(const Sha256& other) {
  if (this != &other) *this = Sha256(other);
  return *this;
}

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::digest() const {
  Sha256 last(*this);
  Digest out;
  unsigned size = 0;
  require(EVP_DigestFinal_ex(last.context_.get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.digest();
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  constexpr std::size_t kBlock = 64;
  Digest short_key;
  if (key.size() > kBlock) {
    short_key = sha256(key);
    key = as_bytes(short_key);
  }
  std::array<char, kBlock> inner, outer;
  inner.fill('\x36');
  outer.fill('\x5c');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  Sha256 hash;
  hash.update({inner.data(), inner.size()});
  hash.update(bytes);
  const Digest middle = hash.digest();
  Sha256 last;
  last.update({outer.data(), outer.size()});
  last.update(as_bytes(middle));
  return last.digest();
}

std::string hex(const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(64);
  for (const std::uint8_t byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace sekisho::wire::aws
