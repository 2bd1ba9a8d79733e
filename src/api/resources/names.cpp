#include "api/resources/names.h"

#include <fmt/format.h>

#include <limits>

#include "catalog/catalog_store.h"
#include "identity/identity_store.h"

namespace sekisho::api {

Result<Names> Names::load(store::Database& db, OrganisationId organisation) {
  Names names;
  identity::IdentityStore identities(db);
  TRY(auto units, identities.units(organisation, true));
  for (auto& unit : units) names.units[unit.id.value] = std::move(unit.name);
  TRY(auto users, identities.users(organisation, true));
  for (auto& user : users) names.users[user.id.value] = std::move(user.name);
  TRY(auto keys, identities.keys({.organisation = organisation,
                                  .with_deleted = true,
                                  .at_most = std::numeric_limits<std::size_t>::max()}));
  for (auto& key : keys) {
    names.keys[key.id.value] = key.alias.empty() ? key.display : key.alias;
  }
  catalog::CatalogStore catalog(db);
  TRY(names.models, catalog.names());
  TRY(auto groups, catalog.load_catalog());
  for (const auto& group : groups) {
    for (const auto& d : group.deployments) {
      names.deployments[d.id.value] = fmt::format(
          "{}{}{}/{}", d.upstream_name, d.region.empty() ? "" : "/", d.region, d.upstream_model);
    }
  }
  return names;
}

std::string name_of(const std::map<std::int64_t, std::string>& names, std::int64_t id) {
  auto at = names.find(id);
  return at == names.end() ? std::string() : at->second;
}

void write_named(wire::JsonWriter& w, std::string_view field,
                 const std::map<std::int64_t, std::string>& names, std::int64_t id) {
  w.key(field);
  if (id == 0) {
    w.null();
    return;
  }
  w.begin_object().field("id", id).field("name", name_of(names, id)).end_object();
}

}  // namespace sekisho::api
