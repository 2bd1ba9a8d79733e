#pragma once
// Everybody at one moment, as values: what the policy snapshot is built from. Living rows only,
// each list sorted by id, every reference resolvable within.

#include <string>
#include <string_view>
#include <vector>

#include "identity/identity.h"

namespace sekisho::identity {

struct World {
  std::vector<Organisation> organisations;
  std::vector<Unit> units;
  std::vector<User> users;
  std::vector<VirtualKey> keys;

  const Organisation* find(OrganisationId id) const;
  const Unit* find(UnitId id) const;
  const User* find(UserId id) const;
  const VirtualKey* find(KeyId id) const;
};

// The unit and what is above it, innermost first; empty for "none".
std::vector<const Unit*> unit_chain(const World& world, UnitId unit);

// One level's list of allowed models. A model may be used when every set admits it.
struct ModelSet {
  std::string owner;  // "key alice-laptop", "user alice", "unit 開発部", "organisation Example"
  std::vector<std::string> patterns;  // never empty: a level without a list restricts nothing
  bool admits(std::string_view model) const;
};
// Of key, user, units from the innermost outwards, organisation.
std::vector<ModelSet> model_sets(const World& world, const VirtualKey& key);

// `*` stands for any run of characters; the rest is literal. Linear in practice, quadratic at
// worst.
bool matches_pattern(std::string_view pattern, std::string_view name);

// How a scope is named in refusals and reports.
std::string scope_name(const Organisation& organisation);
std::string scope_name(const Unit& unit);
std::string scope_name(const User& user);
std::string scope_name(const VirtualKey& key);

}  // namespace sekisho::identity
