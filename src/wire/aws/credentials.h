#pragma once
// Where AWS credentials come from, in botocore's order for the sources supported here: static
// (configuration), environment, profile (shared credentials and config file, static keys).
// Bedrock API keys (bearer) are a source of their own.
//
// Loading reads small files and blocks: call it at start and on reload, never on a loop. Nothing is
// cached. Values are secrets: never log them.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/aws/sigv4.h"

namespace sekisho::wire::aws {

struct CredentialSource {
  std::string access_key_id, secret_access_key, session_token;  // static, already resolved
  std::string profile;                                          // named profile
  bool environment = true;  // look at AWS_ACCESS_KEY_ID … when nothing is named
};
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

// Static keys win; else a profile named by the source (which removes the environment); else the
// environment's keys; else the profile AWS_PROFILE or "default". Within a profile the shared
// credentials file beats the config file.
// Errors: kUnauthenticated with a sentence that names what was looked at; kInvalidArgument for a
// file that cannot be parsed or half a pair of keys.
Result<Credentials> load_credentials(const CredentialSource& source, const EnvironmentLookup& env);

// AWS_BEARER_TOKEN_BEDROCK. In AWS's SDKs it beats SigV4 when set: callers ask for it first.
std::optional<std::string> load_bearer_key(const EnvironmentLookup& env);

// AWS_REGION, AWS_DEFAULT_REGION, or the profile's `region`.
std::optional<std::string> load_region(const CredentialSource& source,
                                       const EnvironmentLookup& env);

}  // namespace sekisho::wire::aws
