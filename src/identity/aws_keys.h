#pragma once
// AWS credentials of virtual keys, for clients that sign their calls (Signature Version 4). The
// access key id says the key's id; the secret is derived from a secret of the server, that id and
// the hash of the key's text, so that nothing is stored per key and a new text (a rotation) brings
// a new secret. Whoever has the server's secret can derive all of them: it stays in the data
// directory, mode 0600.
//
// Immutable, any thread.

#include <optional>
#include <string>
#include <string_view>

#include "identity/identity.h"

namespace sekisho::identity {

class AwsKeys {
 public:
  // REQUIRES: at least 32 bytes that nobody can guess.
  explicit AwsKeys(std::string server_secret) : server_secret_(std::move(server_secret)) {}

  static std::string access_key_id(KeyId key);  // SEKISHO0000000000042
  static std::optional<KeyId> key_of(std::string_view access_key_id);
  std::string secret_access_key(KeyId key, const KeyHash& hash) const;

 private:
  std::string server_secret_;
};

}  // namespace sekisho::identity
