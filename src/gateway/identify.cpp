#include "gateway/identify.h"

#include <array>
#include <span>

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
  if (http::starts_ignoring_case(value, kBearer)) {
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

wire::Refusal key_in_url(const std::string& what) {
  return unauthenticated("key_in_url",
                         "a key in the query string is refused (" + what +
                             "; it ends up in logs): send it as 'Authorization: Bearer'; revoke "
                             "the one that was sent");
}

}  // namespace

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

Outcome<void> check_query(std::string_view query) {
  auto found = credential_parameter(query);
  if (found) return Refused(key_in_url(*found));
  return {};
}

Outcome<void> check_query_for_key(std::string_view query) {
  if (holds_virtual_key(query)) return Refused(key_in_url("a virtual key"));
  return {};
}

Outcome<const KeyPolicy*> identify(const http::Headers& headers, const Policy& policy,
                                   WallTime now) {
  auto found = find_caller(headers, policy);
  if (!found) return found;
  if (auto good = check_key(**found, now); !good) return Refused(std::move(good).error());
  return found;
}

Outcome<void> check_key(const KeyPolicy& key, WallTime now) {
  wire::Refusal refusal;
  if (key.blocked) {
    refusal = unauthenticated("key_blocked", "this virtual key is blocked");
  } else if (key.user_blocked) {
    refusal = unauthenticated("user_blocked", "the owner of this virtual key is blocked");
  } else if (key.expires && *key.expires <= now) {
    refusal = unauthenticated("key_expired", "this virtual key has expired");
  } else {
    return {};
  }
  refusal.scope =
      key.user_blocked && !key.blocked ? "user " + key.user_name : "key " + key.key_name;
  refusal.who = "an administrator";
  return Refused(std::move(refusal));
}

namespace {

constexpr std::size_t kLongestSession = 200;

std::string_view first_of(const http::Headers& headers, std::span<const std::string_view> names) {
  for (auto name : names) {
    auto value = headers.find(name);
    if (value && !value->empty() && value->size() <= kLongestSession) return *value;
  }
  return {};
}

constexpr std::array<std::string_view, 6> kSessionHeaders{
    "x-task-id",    "x-claude-code-session-id", "session-id",
    "x-session-id", "x-session-affinity",       "x-litellm-session-id"};

// Claude Code: metadata.user_id is a JSON string with a session_id in it.
std::string session_of_user_id(const std::string& user) {
  constexpr std::string_view kMark = "\"session_id\":\"";
  auto at = user.find(kMark);
  if (at == std::string::npos) return {};
  auto begin = at + kMark.size();
  auto end = user.find('"', begin);
  if (end == std::string::npos || end - begin > kLongestSession) return {};
  return user.substr(begin, end - begin);
}

}  // namespace

std::string_view session_from_headers(const http::Headers& headers) {
  return first_of(headers, kSessionHeaders);
}

std::string session_of(const http::Headers& headers, const wire::Envelope& envelope) {
  std::span names(kSessionHeaders);
  if (auto task = first_of(headers, names.first(1)); !task.empty()) return std::string(task);
  const auto& litellm = envelope.litellm_session_id;
  if (!litellm.empty() && litellm.size() <= kLongestSession) return litellm;
  if (auto agent = first_of(headers, names.subspan(1, 1)); !agent.empty()) {
    return std::string(agent);
  }
  if (auto agent = session_of_user_id(envelope.metadata_user_id); !agent.empty()) return agent;
  if (auto rest = first_of(headers, names.subspan(2)); !rest.empty()) return std::string(rest);
  return envelope.prompt_cache_key.substr(0, kLongestSession);
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
