#pragma once
// How LiteLLM's clients name things, and what they mean here. A user's id is the user's name (or
// e-mail address, or our number); a team's id is the number of the unit (or its name where only one
// has it); a key is named by its text, its hash or nothing else. Errors: kNotFound, kConflict.

#include <string>
#include <string_view>

#include "base/result.h"
#include "identity/world.h"

namespace sekisho::api::litellm {

Result<const identity::User*> find_user(const identity::World& world, std::string_view user_id);
Result<const identity::Unit*> find_team(const identity::World& world, std::string_view team_id);
Result<const identity::VirtualKey*> find_key(const identity::World& world, std::string_view key);

std::string team_id(UnitId unit);                                // "12"; empty for none
std::string user_id(const identity::World& world, UserId user);  // the name; empty for none
std::string token(const identity::VirtualKey& key);              // SHA-256 in hex
std::string key_name(const identity::VirtualKey& key);           // "sk-...abcd"

std::string_view role_name(std::string_view role);  // "proxy_admin"
Result<std::string> role_of(std::string_view user_role);

}  // namespace sekisho::api::litellm
