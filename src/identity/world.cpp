#include "identity/world.h"

#include <algorithm>

#include "base/limits.h"

namespace sekisho::identity {
namespace {

template <class Row, class IdType>
const Row* find_by_id(const std::vector<Row>& rows, IdType id) {
  auto it = std::ranges::lower_bound(rows, id, {}, &Row::id);
  return it != rows.end() && it->id == id ? &*it : nullptr;
}

}  // namespace

const Organisation* World::find(OrganisationId id) const {
  return find_by_id(organisations, id);
}
const Unit* World::find(UnitId id) const {
  return find_by_id(units, id);
}
const User* World::find(UserId id) const {
  return find_by_id(users, id);
}
const VirtualKey* World::find(KeyId id) const {
  return find_by_id(keys, id);
}

std::vector<const Unit*> unit_chain(const World& world, UnitId unit) {
  std::vector<const Unit*> chain;
  for (auto* at = world.find(unit); at && chain.size() < limits::kUnitDepth;
       at = world.find(at->parent)) {
    chain.push_back(at);
  }
  return chain;
}

bool ModelSet::admits(std::string_view model) const {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return matches_pattern(pattern, model); });
}

std::vector<ModelSet> model_sets(const World& world, const VirtualKey& key) {
  std::vector<ModelSet> sets;
  auto add = [&](const auto& scope) {
    if (!scope.models.empty()) sets.push_back({scope_name(scope), scope.models});
  };
  add(key);
  if (auto* user = world.find(key.user)) add(*user);
  for (auto* unit : unit_chain(world, key.unit)) add(*unit);
  if (auto* organisation = world.find(key.organisation)) add(*organisation);
  return sets;
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string scope_name(const Organisation& organisation) {
  return "organisation " + organisation.name;
}
std::string scope_name(const Unit& unit) {
  return "unit " + unit.name;
}
std::string scope_name(const User& user) {
  return "user " + user.name;
}
std::string scope_name(const VirtualKey& key) {
  return "key " + (key.alias.empty() ? key.display : key.alias);
}

}  // namespace sekisho::identity
