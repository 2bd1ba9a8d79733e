#include "api/litellm/references.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace sekisho::api::litellm {
namespace {

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  auto end = text.data() + text.size();
  auto [stop, ec] = std::from_chars(text.data(), end, value);
  return ec == std::errc() && stop == end ? value : 0;
}

struct Role {
  std::string_view theirs, ours;
};
constexpr std::array<Role, 3> kRoles{{{"proxy_admin", "administrator"},
                                      {"proxy_admin_viewer", "auditor"},
                                      {"internal_user", "developer"}}};

}  // namespace

Result<const identity::User*> find_user(const identity::World& world, std::string_view user_id) {
  for (const auto& user : world.users) {
    if (user.name == user_id) return &user;
  }
  for (const auto& user : world.users) {
    if (!user.email.empty() && user.email == user_id) return &user;
  }
  if (const auto* user = world.find(UserId{number(user_id)})) return user;
  return fail(Code::kNotFound, fmt::format("user_id: there is no user '{}'", user_id));
}

Result<const identity::Unit*> find_team(const identity::World& world, std::string_view team_id) {
  if (const auto* unit = world.find(UnitId{number(team_id)})) return unit;
  const identity::Unit* found = nullptr;
  for (const auto& unit : world.units) {
    if (unit.name != team_id) continue;
    if (found) {
      return fail(Code::kConflict,
                  fmt::format("team_id: several units are named '{}': give the number", team_id));
    }
    found = &unit;
  }
  if (found) return found;
  return fail(Code::kNotFound, fmt::format("team_id: there is no team '{}'", team_id));
}

Result<const identity::VirtualKey*> find_key(const identity::World& world, std::string_view key) {
  auto wanted = key.starts_with("sk-") ? identity::hash_key(key) : identity::KeyHash{};
  for (const auto& candidate : world.keys) {
    bool same = key.starts_with("sk-") ? identity::equal_constant_time(candidate.hash, wanted)
                                       : token(candidate) == key;
    if (same) return &candidate;
  }
  return fail(Code::kNotFound, "key: there is no such key");
}

std::string team_id(UnitId unit) {
  return unit ? std::to_string(unit.value) : std::string();
}

std::string user_id(const identity::World& world, UserId id) {
  const auto* user = world.find(id);
  return user ? user->name : std::string();
}

std::string token(const identity::VirtualKey& key) {
  std::string out;
  for (auto byte : key.hash) out += fmt::format("{:02x}", byte);
  return out;
}

std::string key_name(const identity::VirtualKey& key) {
  constexpr std::size_t kShown = 4;
  auto size = key.display.size();
  return "sk-..." + key.display.substr(size - std::min(size, kShown));
}

std::string_view role_name(std::string_view role) {
  for (const auto& known : kRoles) {
    if (known.ours == role) return known.theirs;
  }
  return "internal_user";  // a unit head is an ordinary user with a team of its own
}

Result<std::string> role_of(std::string_view user_role) {
  for (const auto& known : kRoles) {
    if (known.theirs == user_role) return std::string(known.ours);
  }
  return fail(Code::kInvalidArgument,
              "user_role: valid are proxy_admin, proxy_admin_viewer, internal_user");
}

}  // namespace sekisho::api::litellm
