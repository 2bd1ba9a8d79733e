#include "gateway/signed_caller.h"

#include <algorithm>

#include "wire/aws/sha256.h"

namespace sekisho::gateway {
namespace {

namespace aws = wire::aws;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kService = "bedrock";
constexpr std::chrono::minutes kWindow{5};

Refused refused(std::string rule, std::string detail) {
  wire::Refusal refusal;
  refusal.code = Code::kUnauthenticated;
  refusal.rule = std::move(rule);
  refusal.detail = std::move(detail);
  return Refused(std::move(refusal));
}

bool signs(const aws::ParsedAuthorization& authorization, std::string_view name) {
  return std::ranges::find(authorization.signed_headers, name) !=
         authorization.signed_headers.end();
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// What the client says of its body; "" where it says nothing.
std::string_view told_hash(const http::RequestHead& request) {
  return request.headers.get("x-amz-content-sha256");
}

Outcome<void> check_form(const http::RequestHead& request,
                         const aws::ParsedAuthorization& authorization) {
  if (!signs(authorization, "host") && !signs(authorization, ":authority")) {
    return refused("signature_incomplete", "the AWS signature does not cover 'host'");
  }
  if (!signs(authorization, "x-amz-date") || request.headers.get("x-amz-date").empty()) {
    return refused("signature_incomplete", "the AWS signature does not cover 'x-amz-date'");
  }
  if (auto told = told_hash(request); !told.empty() && !is_hash(told)) {
    return refused("signature_incomplete",
                   "x-amz-content-sha256 must be the SHA-256 of the body; unsigned bodies are "
                   "refused");
  }
  if (request.headers.find("x-amz-security-token")) {
    return refused("session_token",
                   "a session token was sent, but a virtual key's AWS credentials have none: "
                   "unset AWS_SESSION_TOKEN");
  }
  return {};
}

Outcome<void> verify(const http::RequestHead& request, const Signer& signer, const Policy& policy,
                     std::string_view body_hash, WallTime now) {
  aws::ReceivedRequest received{request.method, request.target, {}, body_hash};
  for (const auto& field : request.headers.fields()) {
    received.headers.emplace_back(field.name, field.value);
  }
  auto secret = policy.aws_keys->secret_access_key(signer.key->key, signer.key->hash);
  auto good =
      aws::verify_signature(received, signer.authorization, secret, {"", kService, kWindow}, now);
  if (good) return {};
  return refused("signature_mismatch", good.error().detail);
}

}  // namespace

bool is_signed(const http::Headers& headers) {
  return headers.get("authorization").starts_with(kAlgorithm);
}

Outcome<Signer> find_signer(const http::RequestHead& request, const Policy& policy, WallTime now) {
  auto parsed = aws::parse_authorization(request.headers.get("authorization"));
  if (!parsed) return refused("signature_incomplete", parsed.error().detail);
  if (auto form = check_form(request, *parsed); !form) return Refused(std::move(form).error());
  auto id = identity::AwsKeys::key_of(parsed->access_key_id);
  const auto* key = id && policy.aws_keys ? policy.find_key(*id) : nullptr;
  if (!key) {
    return refused("key_unknown",
                   "this AWS access key id is none of a virtual key (deleted, or mistyped, or of "
                   "an AWS account)");
  }
  Signer signer{key, std::move(*parsed), false};
  if (auto told = told_hash(request); !told.empty()) {
    auto good = verify(request, signer, policy, told, now);
    if (!good) return Refused(std::move(good).error());
    signer.proven = true;
  }
  return signer;
}

Outcome<void> check_signed_body(const http::RequestHead& request, const Signer& signer,
                                const Policy& policy, std::string_view body, WallTime now) {
  auto hash = aws::sha256_hex(body);
  if (!signer.proven) return verify(request, signer, policy, hash, now);
  if (hash == told_hash(request)) return {};
  return refused("signature_mismatch", "x-amz-content-sha256 is not the hash of the body");
}

}  // namespace sekisho::gateway
