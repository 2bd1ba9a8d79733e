#include "gateway/identify.h"

#include <array>

namespace sekisho::gateway {
namespace {

constexpr std::array<std::string_view, 5> kCredentialHeaders{
    "authorization", "x-api-key", "x-litellm-api-key", "x-goog-api-key", "api-key"};

std::string_view without_scheme(std::string_view value) {
  constexpr std::string_view kBearer = "bearer ";
  if (value.size() > kBearer.size() &&
      http::equals_ignoring_case(value.substr(0, kBearer.size()), kBearer)) {
    value.remove_prefix(kBearer.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
  }
  return value;
}

wire::Refusal unauthenticated(std::string rule, std::string detail) {
  wire::Refusal refusal;
  refusal.code = Code::kUnauthenticated;
  refusal.rule = std::move(rule);
  refusal.detail = std::move(detail);
  return refusal;
}

}  // namespace

std::string_view presented_credential(const http::Headers& headers) {
  for (auto name : kCredentialHeaders) {
    if (auto value = headers.find(name); value && !value->empty()) {
      // Clients of a gateway often send a dummy x-api-key beside the real bearer, or the reverse.
      auto credential = without_scheme(*value);
      if (credential.starts_with("sk-")) return credential;
    }
  }
  for (auto name : kCredentialHeaders) {
    if (auto value = headers.find(name); value && !value->empty()) return without_scheme(*value);
  }
  return {};
}

Outcome<const KeyPolicy*> identify(const http::RequestHead& request, const Policy& policy,
                                   WallTime now) {
  if (request.query().find("=sk-") != std::string_view::npos) {
    return Refused(
        unauthenticated("key_in_url",
                        "a key in the query string is refused (it ends up in logs): send it as "
                        "'Authorization: Bearer'; revoke the one that was sent"));
  }
  auto credential = presented_credential(request.headers);
  if (credential.empty()) {
    return Refused(
        unauthenticated("key_missing",
                        "no virtual key was sent: expected 'Authorization: Bearer sk-…' or "
                        "'x-api-key: sk-…'"));
  }
  auto it = policy.keys.find(identity::hash_key(credential));
  if (it == policy.keys.end()) {
    return Refused(unauthenticated("key_unknown",
                                   "this virtual key is not known (deleted, or "
                                   "mistyped)"));
  }
  const KeyPolicy& key = it->second;
  if (key.blocked || key.user_blocked) {
    auto refusal = unauthenticated(
        key.blocked ? "key_blocked" : "user_blocked",
        key.blocked ? "this virtual key is blocked" : "the owner of this virtual key is blocked");
    refusal.scope = "key " + key.key_name;
    refusal.who = "an administrator";
    return Refused(std::move(refusal));
  }
  if (key.expires && *key.expires <= now) {
    auto refusal = unauthenticated("key_expired", "this virtual key has expired");
    refusal.scope = "key " + key.key_name;
    refusal.who = "an administrator";
    return Refused(std::move(refusal));
  }
  return &key;
}

const KeyPolicy* whose_credential(const http::RequestHead& request, const Policy& policy) {
  auto credential = presented_credential(request.headers);
  auto it =
      credential.empty() ? policy.keys.end() : policy.keys.find(identity::hash_key(credential));
  return it == policy.keys.end() ? nullptr : &it->second;
}

std::string_view session_from_headers(const http::Headers& headers) {
  constexpr std::array<std::string_view, 6> kNames{"x-task-id",          "x-claude-code-session-id",
                                                   "session-id",         "x-session-id",
                                                   "x-session-affinity", "x-litellm-session-id"};
  for (auto name : kNames) {
    if (auto value = headers.find(name); value && !value->empty() && value->size() <= 200) {
      return *value;
    }
  }
  return {};
}

std::string session_from_body(const wire::Envelope& envelope) {
  if (!envelope.litellm_session_id.empty()) return envelope.litellm_session_id;
  // Claude Code: metadata.user_id is a JSON string with a session_id in it.
  constexpr std::string_view kMark = "\"session_id\":\"";
  const auto& user = envelope.metadata_user_id;
  if (auto at = user.find(kMark); at != std::string::npos) {
    auto begin = at + kMark.size();
    if (auto end = user.find('"', begin); end != std::string::npos && end - begin <= 200) {
      return user.substr(begin, end - begin);
    }
  }
  return envelope.prompt_cache_key;
}

std::string conversation_name(const KeyPolicy& key, const wire::Envelope& envelope,
                              std::string_view body) {
  if (!envelope.first_user) return {};
  constexpr std::size_t kLooked = 4096;
  auto text = envelope.first_user->of(body).substr(0, kLooked);
  auto number = std::hash<std::string_view>()(text) ^ std::hash<KeyId>()(key.key);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string name = "conversation-";
  for (int shift = 60; shift >= 0; shift -= 4) name += kHex[(number >> shift) & 15];
  return name;
}

}  // namespace sekisho::gateway
