#pragma once
// Where AWS credentials come from, in botocore's order for the sources supported here: static
// (configuration), environment, profile (shared credentials and config file, static keys).
// Bedrock API keys (bearer) are a source of their own.

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "wire/aws/sigv4.h"

namespace sekisho::wire::aws {

struct CredentialSource {
  std::string access_key_id, secret_access_key, session_token;  // static, already resolved
  std::string profile;                                          // named profile
  bool environment = true;  // look at AWS_ACCESS_KEY_ID … when nothing is named
};
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

// Errors: kUnauthenticated with a sentence that names what was looked at.
Result<Credentials> load_credentials(const CredentialSource& source, const EnvironmentLookup& env);

}  // namespace sekisho::wire::aws
