#include "gateway/identify.h"

#include <array>

#include "gateway/query_string.h"

namespace sekisho::gateway {
namespace {

// By precedence: the header that is meant for a gateway comes first. Clients often send another
// provider's key, or a dummy, in the others.
constexpr std::array<std::string_view, 5> kCredentialHeaders{
    "x-litellm-api-key", "authorization", "x-api-key", "x-goog-api-key", "api-key"};

std::string_view without_scheme(std::string_view value) {
  constexpr std::string_view kBearer = "bearer ";
  if (http::equals_ignoring_case(value, kBearer.substr(0, kBearer.size() - 1))) return {};
  if (value.size() >= kBearer.size() &&
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

// The first credential that the policy knows; else an error that says what was missing.
Outcome<const KeyPolicy*> find_caller(const http::Headers& headers, const Policy& policy) {
  bool presented = false;
  for (auto name : kCredentialHeaders) {
    auto value = headers.find(name);
    if (!value) continue;
    auto credential = without_scheme(*value);
    if (credential.empty()) continue;
    presented = true;
    auto it = policy.keys.find(identity::hash_key(credential));
    if (it != policy.keys.end()) return &it->second;
  }
  if (presented) {
    return Refused(unauthenticated("key_unknown",
                                   "this virtual key is not known (deleted, or "
                                   "mistyped)"));
  }
  return Refused(
      unauthenticated("key_missing",
                      "no virtual key was sent: expected 'Authorization: Bearer sk-…' or "
                      "'x-api-key: sk-…'"));
}

wire::Refusal key_in_url(const std::string& what) {
  return unauthenticated("key_in_url",
                         "a key in the query string is refused (" + what +
                             "; it ends up in logs): send it as 'Authorization: Bearer'; revoke "
                             "the one that was sent");
}

}  // namespace

Outcome<void> check_query(const http::RequestHead& request) {
  auto found = credential_parameter(request.query());
  if (found) return Refused(key_in_url(*found));
  return {};
}

Outcome<const KeyPolicy*> identify(const http::RequestHead& request, const Policy& policy,
                                   WallTime now) {
  if (holds_virtual_key(request.query())) return Refused(key_in_url("a virtual key"));
  auto found = find_caller(request.headers, policy);
  if (!found) return found;
  const KeyPolicy& key = **found;
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
  auto found = find_caller(request.headers, policy);
  return found ? *found : nullptr;
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
