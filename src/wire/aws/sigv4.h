#pragma once
// AWS Signature Version 4 for rest-json services. Paths are signed as they stand on the wire and
// encoded once more (only S3 differs). Signing and verifying share one canonical form.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace sekisho::wire::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // may be empty
};

struct SignedHeader {
  std::string name;  // lower case
  std::string value;
};

struct SigningInput {
  std::string_view method;
  std::string_view path;   // raw, as on the wire
  std::string_view query;  // raw, without '?'
  std::vector<SignedHeader> headers;  // those to sign, host and x-amz-date among them
  std::string_view payload_sha256_hex;
  std::string_view region, service;
  std::string_view amz_date;  // 20260102T030405Z
};

std::string canonical_request(const SigningInput& input);
std::string signature(const SigningInput& input, std::string_view secret_access_key);
std::string authorization_header(const SigningInput& input, const Credentials& credentials);
std::string amz_date(WallTime time);
std::string sha256_hex(std::string_view bytes);
std::string sha256_hex(const std::vector<std::string_view>& pieces);

// Headers to add to a Bedrock request: host is signed but not returned.
// (content-type, x-amz-date, x-amz-content-sha256, x-amz-security-token?, authorization)
std::vector<SignedHeader> sign_request(std::string_view method, std::string_view host,
                                       std::string_view path, std::string_view payload_sha256_hex,
                                       std::string_view region, std::string_view service,
                                       const Credentials& credentials, WallTime now);

}  // namespace sekisho::wire::aws
