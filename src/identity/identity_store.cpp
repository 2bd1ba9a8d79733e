#include "identity/identity_store.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "identity/field_check.h"
#include "identity/rows.h"

// Organisations, the world, bootstrap. Units, users and keys have files of their own.

namespace sekisho::identity {

using store::join_lines;

Result<bool> IdentityStore::any(std::string_view sql, std::int64_t id) {
  TRY(auto row, db_.query(sql, id));
  return row.step();
}

Result<OrganisationId> IdentityStore::create(const Organisation& organisation) {
  TRY_VOID(check(organisation));
  TRY(auto insert, db_.prepare("INSERT INTO organisation(name, time_zone, language, models, budget,"
                               " budget_window, requests_per_minute, tokens_per_minute, parallel)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.with(organisation.name, organisation.time_zone, organisation.language,
              join_lines(organisation.models));
  rows::bind_limits(insert, 5, organisation.limits);
  if (auto done = insert.run(); !done) {
    if (done.error().code != Code::kConflict) return Failure(done.error());
    return fail(Code::kConflict, "name: there is an organisation '" + organisation.name + "'");
  }
  return OrganisationId{db_.last_insert_id()};
}

Result<> IdentityStore::update(const Organisation& organisation) {
  TRY_VOID(check(organisation));
  TRY(auto update,
      db_.prepare("UPDATE organisation SET name = ?, time_zone = ?, language = ?, models = ?,"
                  " budget = ?, budget_window = ?, requests_per_minute = ?, tokens_per_minute = ?,"
                  " parallel = ? WHERE id = ?"));
  update.with(organisation.name, organisation.time_zone, organisation.language,
              join_lines(organisation.models));
  rows::bind_limits(update, 5, organisation.limits);
  update.bind(10, organisation.id);
  if (auto done = update.run(); !done) {
    if (done.error().code != Code::kConflict) return done;
    return fail(Code::kConflict, "name: there is an organisation '" + organisation.name + "'");
  }
  if (db_.changes() > 0) return {};
  return fail(Code::kNotFound,
              fmt::format("organisation {} does not exist", organisation.id.value));
}

Result<Organisation> IdentityStore::get(OrganisationId id) {
  TRY(auto row, db_.query(std::string(rows::kOrganisation) + " WHERE id = ?", id));
  TRY(bool found, row.step());
  if (found) return rows::read_organisation(row);
  return fail(Code::kNotFound, fmt::format("organisation {} does not exist", id.value));
}

Result<std::vector<Organisation>> IdentityStore::organisations() {
  TRY(auto all, db_.query(std::string(rows::kOrganisation) + " ORDER BY id"));
  return rows::read_all(all, rows::read_organisation);
}

Result<World> IdentityStore::load_world() {
  World world;
  constexpr const char* kLiving = " WHERE deleted IS NULL ORDER BY id";
  TRY(world.organisations, organisations());
  {
    TRY(auto all, db_.query(std::string(rows::kUnit) + kLiving));
    TRY(world.units, rows::read_all(all, rows::read_unit));
  }
  {
    TRY(auto all, db_.query(std::string(rows::kUser) + kLiving));
    TRY(world.users, rows::read_all(all, rows::read_user));
  }
  TRY(auto all, db_.query(std::string(rows::kKey) + kLiving));
  TRY(world.keys, rows::read_all(all, rows::read_key));
  return world;
}

Result<Bootstrap> IdentityStore::bootstrap(const Organisation& organisation, Random& random,
                                           WallTime now) {
  TRY(auto transaction, store::Transaction::begin(db_));
  Bootstrap out;
  TRY(auto existing, organisations());
  if (existing.empty()) {
    TRY(out.organisation, create(organisation));
  } else {
    out.organisation = existing.front().id;
  }
  TRY(bool usable, any("SELECT 1 FROM virtual_key WHERE administrator = 1 AND blocked = 0"
                       " AND deleted IS NULL AND (expires IS NULL OR expires > ?)",
                       unix_ms(now)));
  if (!usable) {
    VirtualKey key;
    key.organisation = out.organisation;
    key.administrator = true;
    TRY(bool named, any("SELECT 1 FROM virtual_key WHERE alias = 'administrator'"
                        " AND deleted IS NULL AND organisation = ?",
                        out.organisation.value));
    key.alias = named ? "" : "administrator";
    TRY(out.administrator, create(std::move(key), random, now));
  }
  TRY_VOID(transaction.commit());
  return out;
}

Result<Bootstrap> IdentityStore::bootstrap_with(const Organisation& organisation,
                                                const std::string& text, Random&, WallTime now) {
  if (text.size() < limits::kKeyTextLeast) {
    return fail(Code::kInvalidArgument, "the administrator key is shorter than 20 characters");
  }
  TRY(auto transaction, store::Transaction::begin(db_));
  Bootstrap out;
  TRY(auto existing, organisations());
  if (existing.empty()) {
    TRY(out.organisation, create(organisation));
  } else {
    out.organisation = existing.front().id;
  }
  TRY(auto known, find_key(hash_key(text)));
  if (known && (known->deleted || known->blocked || !known->administrator)) {
    return fail(Code::kConflict,
                "the configured administrator key is known, but deleted, blocked "
                "or not an administrator's");
  }
  if (!known) {
    VirtualKey key;
    key.organisation = out.organisation;
    key.administrator = true;
    TRY_VOID(create(std::move(key), text, now));
  }
  TRY_VOID(transaction.commit());
  return out;
}

}  // namespace sekisho::identity
