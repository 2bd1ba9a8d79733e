#pragma once
// SHA-256 and HMAC-SHA-256, incremental. A `Sha256` is a value: copying it copies the midstate, so
// that a body whose first bytes are known (conversation memory) is hashed from where it parts.
// One object belongs to one thread at a time; the algorithm is fetched from OpenSSL once per
// process. 1.5 GB/s on a core with SHA extensions. Failure of OpenSSL (no memory) aborts: there is
// no safe answer without a hash.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace sekisho::wire::aws {

using Digest = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);
  Sha256(Sha256&&) noexcept = default;
  Sha256& operator=(Sha256&&) noexcept = default;
  ~Sha256() = default;

  void update(std::string_view bytes);
  // The digest of everything so far; the object may go on afterwards.
  Digest digest() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
std::string hex(const Digest& digest);  // lower case

inline std::string_view as_bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace sekisho::wire::aws
