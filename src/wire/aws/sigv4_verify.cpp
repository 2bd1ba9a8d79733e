#include <openssl/crypto.h>

#include <algorithm>

#include "wire/aws/sigv4.h"

namespace sekisho::wire::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kMaxSignedHeaders = 100;

Failure refuse(std::string_view why) {
  return fail(Code::kUnauthenticated, std::string("AWS signature: ").append(why));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Result<void> read_credential(std::string_view value, ParsedAuthorization& out) {
  const auto parts = split(value, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request" || parts[0].empty() || parts[1].size() != 8) {
    return refuse("the credential is not key/date/region/service/aws4_request");
  }
  out.access_key_id = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
  return {};
}

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool signs(const ParsedAuthorization& authorization, std::string_view name) {
  return std::find(authorization.signed_headers.begin(), authorization.signed_headers.end(),
                   name) != authorization.signed_headers.end();
}

// All values of one header in order; empty when absent.
std::vector<SignedHeader> received(const ReceivedRequest& request, std::string_view name) {
  std::vector<SignedHeader> values;
  for (const auto& [header, value] : request.headers) {
    if (lower(header) == name) values.push_back({std::string(name), std::string(value)});
  }
  return values;
}

std::string first_value(const ReceivedRequest& request, std::string_view name) {
  const auto values = received(request, name);
  return values.empty() ? std::string() : values.front().value;
}

Result<std::vector<SignedHeader>> headers_to_sign(const ReceivedRequest& request,
                                                  const ParsedAuthorization& authorization) {
  std::vector<SignedHeader> headers;
  for (const std::string& name : authorization.signed_headers) {
    auto values = received(request, name);
    if (values.empty() && name == ":authority") values = received(request, "host");
    if (values.empty()) return refuse("a signed header is missing: " + name);
    for (SignedHeader& value : values) headers.push_back({name, std::move(value.value)});
  }
  return headers;
}

Result<void> check_date(std::string_view date, const ParsedAuthorization& authorization,
                        std::chrono::minutes window, WallTime now) {
  const auto time = parse_amz_date(date);
  if (!time) return refuse("x-amz-date is missing or not of the form 20260102T030405Z");
  if (date.substr(0, 8) != authorization.date) return refuse("the date is not the credential's");
  const auto skew = now > *time ? now - *time : *time - now;
  if (skew > window) {
    return refuse("expired: the clock is more than " + std::to_string(window.count()) +
                  " minutes away");
  }
  return {};
}

Result<void> check_coverage(const ReceivedRequest& request,
                            const ParsedAuthorization& authorization) {
  if (!signs(authorization, "host") && !signs(authorization, ":authority")) {
    return refuse("host is not signed");
  }
  if (!signs(authorization, "x-amz-date")) return refuse("x-amz-date is not signed");
  if (!first_value(request, "x-amz-security-token").empty() &&
      !signs(authorization, "x-amz-security-token")) {
    return refuse("x-amz-security-token is not signed");
  }
  const std::string claimed = first_value(request, "x-amz-content-sha256");
  if (!claimed.empty() && claimed != request.payload_sha256_hex) {
    return refuse("x-amz-content-sha256 is not the hash of the body");
  }
  return {};
}

}  // namespace

Result<ParsedAuthorization> parse_authorization(std::string_view value) {
  if (!value.starts_with(kAlgorithm) || value.size() == kAlgorithm.size() ||
      value[kAlgorithm.size()] != ' ') {
    return refuse("not AWS4-HMAC-SHA256");
  }
  ParsedAuthorization out;
  for (const std::string& field : split(value.substr(kAlgorithm.size() + 1), ',')) {
    const std::string_view part = trim(field);
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view name = part.substr(0, equals);
    const std::string_view content = part.substr(std::min(equals + 1, part.size()));
    if (name == "Credential") {
      TRY_VOID(read_credential(content, out));
    } else if (name == "SignedHeaders") {
      out.signed_headers = split(content, ';');
    } else if (name == "Signature") {
      out.signature = content;
    }
  }
  if (out.access_key_id.empty()) return refuse("no Credential");
  if (out.signed_headers.empty() || out.signed_headers.size() > kMaxSignedHeaders) {
    return refuse("no SignedHeaders, or too many");
  }
  if (!is_hex_digest(out.signature)) return refuse("Signature is not 64 hex digits");
  return out;
}

Result<void> verify_signature(const ReceivedRequest& request,
                              const ParsedAuthorization& authorization,
                              std::string_view secret_access_key, const SignatureScope& scope,
                              WallTime now) {
  if (!scope.region.empty() && scope.region != authorization.region) {
    return refuse("signed for another region: " + authorization.region);
  }
  if (!scope.service.empty() && scope.service != authorization.service) {
    return refuse("signed for another service: " + authorization.service);
  }
  TRY_VOID(check_coverage(request, authorization));
  const std::string date = first_value(request, "x-amz-date");
  TRY_VOID(check_date(date, authorization, scope.window, now));
  TRY(auto headers, headers_to_sign(request, authorization));
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  const SigningInput input{
      .method = request.method,
      .path = request.target.substr(0, mark),
      .query = request.target.substr(std::min(mark + 1, request.target.size())),
      .headers = std::move(headers),
      .payload_sha256_hex = request.payload_sha256_hex,
      .region = authorization.region,
      .service = authorization.service,
      .amz_date = date};
  const std::string expected = signature(input, secret_access_key);
  if (CRYPTO_memcmp(expected.data(), authorization.signature.data(), expected.size()) != 0) {
    return refuse("the signature does not match");
  }
  return {};
}

}  // namespace sekisho::wire::aws
