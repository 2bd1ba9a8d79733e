#include "wire/aws/sigv4.h"

#include <algorithm>
#include <ctime>

#include <fmt/core.h>

#include "wire/aws/canonical_form.h"

#include "wire/aws/canonical_form.h"

namespace sekisho::wire::aws {
namespace {

std::string credential_scope(const SigningInput& input) {
  return fmt::format("{}/{}/{}/aws4_request", input.amz_date.substr(0, 8), input.region,
                     input.service);
}

// By name; repeated names stay in the order given.
std::vector<SignedHeader> in_canonical_order(std::vector<SignedHeader> headers) {
  for (auto end = headers.begin(); end != headers.end(); ++end) {
    const auto place = std::upper_bound(
        headers.begin(), end, *end, [](const auto& a, const auto& b) { return a.name < b.name; });
    std::rotate(place, end, std::next(end));
  }
  return headers;
}

std::string signed_names(const std::vector<SignedHeader>& sorted) {
  std::string names;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0 && sorted[i].name == sorted[i - 1].name) continue;
    if (!names.empty()) names += ';';
    names += sorted[i].name;
  }
  return names;
}

void append_headers(const std::vector<SignedHeader>& sorted, std::string& out) {
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const bool repeated = i > 0 && sorted[i].name == sorted[i - 1].name;
    if (repeated) {
      out.back() = ',';  // in place of the line end
    } else {
      out += sorted[i].name;
      out += ':';
    }
    append_trimmed(sorted[i].value, out);
    out += '\n';
  }
}

}  // namespace

std::string canonical_request(const SigningInput& input) {
  const auto headers = in_canonical_order(input.headers);
  std::string out;
  out.reserve(512);
  out += input.method;
  out += '\n';
  out += canonical_uri(input.path);
  out += '\n';
  out += canonical_query(input.query);
  out += '\n';
  append_headers(headers, out);
  out += '\n';
  out += signed_names(headers);
  out += '\n';
  out += input.payload_sha256_hex;
  return out;
}

Digest signing_key(std::string_view secret_access_key, std::string_view yyyymmdd,
                   std::string_view region, std::string_view service) {
  Digest key = hmac_sha256(std::string("AWS4").append(secret_access_key), yyyymmdd);
  for (const std::string_view step : {region, service, std::string_view("aws4_request")}) {
    key = hmac_sha256(as_bytes(key), step);
  }
  return key;
}

std::string signature(const SigningInput& input, const Digest& key) {
  const std::string to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", input.amz_date, credential_scope(input),
                  sha256_hex(canonical_request(input)));
  return hex(hmac_sha256(as_bytes(key), to_sign));
}

std::string signature(const SigningInput& input, std::string_view secret_access_key) {
  return signature(input, signing_key(secret_access_key, input.amz_date.substr(0, 8), input.region,
                                      input.service));
}

std::string authorization_header(const SigningInput& input, const Credentials& credentials) {
  return fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                     credentials.access_key_id, credential_scope(input),
                     signed_names(in_canonical_order(input.headers)),
                     signature(input, credentials.secret_access_key));
}

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string sha256_hex(const std::vector<std::string_view>& pieces) {
  Sha256 hash;
  for (const std::string_view piece : pieces) hash.update(piece);
  return hex(hash.digest());
}

std::vector<SignedHeader> sign_request(std::string_view method, std::string_view host,
                                       std::string_view path, std::string_view payload_sha256_hex,
                                       std::string_view region, std::string_view service,
                                       const Credentials& credentials, WallTime now) {
  const std::string date = amz_date(now);
  std::vector<SignedHeader> headers{
      {"content-type", "application/json"},
      {"x-amz-date", date},
      {"x-amz-content-sha256", std::string(payload_sha256_hex)},
  };
  if (!credentials.session_token.empty()) {
    headers.push_back({"x-amz-security-token", credentials.session_token});
  }
  SigningInput input{.method = method,
                     .path = path.substr(0, path.find('?')),
                     .query = {},
                     .headers = headers,
                     .payload_sha256_hex = payload_sha256_hex,
                     .region = region,
                     .service = service,
                     .amz_date = date};
  if (const auto mark = path.find('?'); mark != std::string_view::npos) {
    input.query = path.substr(mark + 1);
  }
  input.headers.push_back({"host", std::string(host)});
  headers.push_back({"authorization", authorization_header(input, credentials)});
  return headers;
}

}  // namespace sekisho::wire::aws
