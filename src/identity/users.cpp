#include <fmt/format.h>

#include "identity/field_check.h"
#include "identity/identity_store.h"
#include "identity/rows.h"

namespace sekisho::identity {
namespace {

Failure taken(store::Database& db, const User& user) {
  auto named = db.query(
      "SELECT 1 FROM user WHERE organisation = ? AND name = ? AND id <> ?"
      " AND deleted IS NULL",
      user.organisation, user.name, user.id.value);
  bool name = named && named->step().value_or(false);
  return fail(Code::kConflict, name ? "name: there is a user '" + user.name + "'"
                                    : "email: there is a user with " + user.email);
}

Result<> check_place(IdentityStore& store, const User& user) {
  TRY_VOID(check(user));
  TRY_VOID(store.get(user.organisation));
  if (!user.unit) return {};
  auto unit = store.get(user.unit);
  if (!unit) {
    return fail(Code::kNotFound, fmt::format("unit: unit {} does not exist", user.unit.value));
  }
  if (unit->organisation == user.organisation) return {};
  return fail(Code::kInvalidArgument,
              "unit: unit '" + unit->name + "' belongs to another organisation");
}

}  // namespace

Result<User> IdentityStore::get(UserId id) {
  TRY(auto row, db_.query(std::string(rows::kUser) + " WHERE id = ? AND deleted IS NULL", id));
  TRY(bool found, row.step());
  if (found) return rows::read_user(row);
  return fail(Code::kNotFound, fmt::format("user {} does not exist", id.value));
}

Result<std::vector<User>> IdentityStore::users(OrganisationId organisation, bool with_deleted) {
  TRY(auto all, db_.query(std::string(rows::kUser) +
                              " WHERE organisation = ? AND (? OR deleted IS NULL) ORDER BY id",
                          organisation, with_deleted));
  return rows::read_all(all, rows::read_user);
}

Result<UserId> IdentityStore::create(const User& user) {
  TRY_VOID(check_place(*this, user));
  TRY(auto insert,
      db_.prepare("INSERT INTO user(organisation, unit, name, email, role, models, blocked, budget,"
                  " budget_window, requests_per_minute, tokens_per_minute, parallel)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.with(user.organisation, user.unit, user.name, user.email, user.role,
              store::join_lines(user.models), user.blocked);
  rows::bind_limits(insert, 8, user.limits);
  if (auto done = insert.run(); !done) {
    if (done.error().code == Code::kConflict) return taken(db_, user);
    return Failure(done.error());
  }
  return UserId{db_.last_insert_id()};
}

Result<> IdentityStore::update(const User& user) {
  TRY(auto before, get(user.id));
  if (before.organisation != user.organisation) {
    return fail(Code::kInvalidArgument, "organisation: a user cannot change organisation");
  }
  TRY_VOID(check_place(*this, user));
  TRY(auto update,
      db_.prepare("UPDATE user SET unit = ?, name = ?, email = ?, role = ?, models = ?,"
                  " blocked = ?, budget = ?, budget_window = ?,"
                  " requests_per_minute = ?, tokens_per_minute = ?, parallel = ?"
                  " WHERE id = ?"));
  update.with(user.unit, user.name, user.email, user.role, store::join_lines(user.models),
              user.blocked);
  rows::bind_limits(update, 7, user.limits);
  update.bind(12, user.id);
  auto done = update.run();
  if (!done && done.error().code == Code::kConflict) return taken(db_, user);
  return done;
}

Result<> IdentityStore::remove(UserId id, WallTime now) {
  TRY(auto transaction, store::Transaction::begin(db_));
  TRY_VOID(get(id));
  TRY(auto owned, keys({.user = id, .at_most = SIZE_MAX}));
  for (const auto& key : owned) TRY_VOID(remove(key.id, now));
  TRY_VOID(db_.run("UPDATE user SET deleted = ? WHERE id = ?", unix_ms(now), id));
  return transaction.commit();
}

}  // namespace sekisho::identity
