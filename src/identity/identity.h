#pragma once
// Who is who: organisation → units of any depth → users → virtual keys, as values. IdentityStore
// (identity_store.h) keeps them in the database; the policy snapshot holds what workers need.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"

namespace sekisho::identity {

// Rates and budget that people set on a key, user, unit or organisation. Absent = no limit.
struct LimitSettings {
  std::optional<Money> budget;
  std::string window = "none";  // none | day | week | month
  std::optional<std::int64_t> requests_per_minute, tokens_per_minute, parallel;
  friend bool operator==(const LimitSettings&, const LimitSettings&) = default;
};

struct Organisation {
  OrganisationId id;
  std::string name;
  std::string time_zone = "Asia/Tokyo";
  std::string language = "ja";  // of messages when the client does not say
  LimitSettings limits;
  std::vector<std::string> models;  // allowed, `*` is a wildcard; empty = all of the catalogue
};
struct Unit {
  UnitId id;
  OrganisationId organisation;
  UnitId parent;  // none = directly under the organisation
  std::string name;
  std::string kind;  // "department", "section", "team", "project"
  LimitSettings limits;
  std::vector<std::string> models;  // allowed; empty = all that the parent allows
  std::optional<WallTime> deleted;  // kept for reports; never part of a World
};
struct User {
  UserId id;
  OrganisationId organisation;
  UnitId unit;
  std::string name, email;
  std::string role = "developer";  // administrator | unit_head | developer | auditor
  LimitSettings limits;
  std::vector<std::string> models;
  bool blocked = false;
  std::optional<WallTime> deleted;
};

// "sk-" + 43 characters base64url of 256 random bits; only its SHA-256 is stored.
using KeyHash = std::array<std::uint8_t, 32>;
KeyHash hash_key(std::string_view key);
bool equal_constant_time(const KeyHash& a, const KeyHash& b);

struct VirtualKey {
  KeyId id;
  KeyHash hash{};
  std::string display;  // "sk-…abcd"
  std::string alias;
  OrganisationId organisation;
  UserId user;  // owner; may be none (service key)
  UnitId unit;
  std::vector<std::string> models, tags;
  std::optional<WallTime> expires;
  bool blocked = false;
  bool administrator = false;  // may use the management API
  LimitSettings limits;
  WallTime created{};
  std::string metadata_json = "{}";
  std::optional<WallTime> deleted;
};

}  // namespace sekisho::identity
