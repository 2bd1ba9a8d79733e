#pragma once
// AWS Signature Version 4 for rest-json services. Paths are signed as they stand on the wire and
// encoded once more (only S3 differs). Signing and verifying share one canonical form, so a
// verifier (simulated provider, clients that sign) cannot drift from the signer.
//
// Pure functions without state, callable from any thread. Payload hashes are lower-case hex of the
// bytes that travel; there is no unsigned mode. Errors of the verifying side are
// kUnauthenticated, with a sentence that says what is wrong but never what would be right.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "wire/aws/sha256.h"

namespace sekisho::wire::aws {

// AWS accepts a signature for this long before and after its date.
inline constexpr std::chrono::minutes kClockWindow{15};

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
  std::string_view path;              // raw, as on the wire
  std::string_view query;             // raw, without '?'
  std::vector<SignedHeader> headers;  // those to sign, host and x-amz-date among them
  std::string_view payload_sha256_hex;
  std::string_view region, service;
  std::string_view amz_date;  // 20260102T030405Z
};

std::string canonical_uri(std::string_view raw_path);
std::string canonical_query(std::string_view raw_query);
std::string canonical_request(const SigningInput& input);
// Good for one day, region and service: callers that sign often may keep it.
Digest signing_key(std::string_view secret_access_key, std::string_view yyyymmdd,
                   std::string_view region, std::string_view service);
std::string signature(const SigningInput& input, const Digest& key);
std::string signature(const SigningInput& input, std::string_view secret_access_key);
std::string authorization_header(const SigningInput& input, const Credentials& credentials);
std::string amz_date(WallTime time);
std::optional<WallTime> parse_amz_date(std::string_view text);
std::string sha256_hex(std::string_view bytes);
std::string sha256_hex(const std::vector<std::string_view>& pieces);

// Headers to add to a Bedrock request: host is signed but not returned.
// (content-type, x-amz-date, x-amz-content-sha256, x-amz-security-token?, authorization)
std::vector<SignedHeader> sign_request(std::string_view method, std::string_view host,
                                       std::string_view path, std::string_view payload_sha256_hex,
                                       std::string_view region, std::string_view service,
                                       const Credentials& credentials, WallTime now);

// ---- the other side ----

struct ParsedAuthorization {
  std::string access_key_id;
  std::string date;  // yyyymmdd of the scope
  std::string region, service;
  std::vector<std::string> signed_headers;  // lower case, in the order given
  std::string signature;                    // 64 hex digits
};

// The value of an Authorization header that begins with AWS4-HMAC-SHA256.
Result<ParsedAuthorization> parse_authorization(std::string_view value);

// A request as it was received.
struct ReceivedRequest {
  std::string_view method;
  std::string_view target;  // raw request target: path and, after '?', query
  // Names in any case; repeated names are joined in order. Over HTTP/2 give ":authority", or a
  // "host" header in its place: a signature over :authority accepts either.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view payload_sha256_hex;  // of the body that was received
};

struct SignatureScope {  // what this verifier stands for; an empty field accepts any
  std::string_view region, service;
  std::chrono::minutes window = kClockWindow;
};

// Recomputes the signature over the raw target and the received headers. Also refuses: host (or
// :authority) or the date unsigned, a date outside the window or different from the scope's, an
// x-amz-content-sha256 that is not the body's, a security token that is not signed.
Result<void> verify_signature(const ReceivedRequest& request,
                              const ParsedAuthorization& authorization,
                              std::string_view secret_access_key, const SignatureScope& scope,
                              WallTime now);

}  // namespace sekisho::wire::aws
