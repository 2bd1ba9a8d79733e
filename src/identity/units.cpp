#include <fmt/format.h>

#include "base/limits.h"
#include "identity/field_check.h"
#include "identity/identity_store.h"
#include "identity/rows.h"

namespace sekisho::identity {
namespace {

Failure name_taken(const Unit& unit) {
  return fail(Code::kConflict, "name: there is a unit '" + unit.name + "' at the same place");
}

// Levels below `unit`, itself included.
Result<std::int64_t> height(store::Database& db, UnitId unit) {
  TRY(auto row, db.query("WITH RECURSIVE below(id, level) AS (SELECT ?, 1 UNION ALL"
                         " SELECT unit.id, level + 1 FROM unit JOIN below ON parent = below.id"
                         " WHERE deleted IS NULL AND level <= 64)"
                         " SELECT max(level) FROM below",
                         unit));
  TRY_VOID(row.step());
  return row.integer(0);
}

}  // namespace

Result<Unit> IdentityStore::get(UnitId id) {
  TRY(auto row, db_.query(std::string(rows::kUnit) + " WHERE id = ? AND deleted IS NULL", id));
  TRY(bool found, row.step());
  if (found) return rows::read_unit(row);
  return fail(Code::kNotFound, fmt::format("unit {} does not exist", id.value));
}

Result<std::vector<Unit>> IdentityStore::units(OrganisationId organisation, bool with_deleted) {
  TRY(auto all, db_.query(std::string(rows::kUnit) +
                              " WHERE organisation = ? AND (? OR deleted IS NULL) ORDER BY id",
                          organisation, with_deleted));
  return rows::read_all(all, rows::read_unit);
}

// The parent is of the same organisation, not the unit itself nor below it, and the tree stays
// within limits::kUnitDepth.
Result<> IdentityStore::check_unit_place(const Unit& unit) {
  TRY_VOID(get(unit.organisation));
  std::size_t above = 0;
  for (UnitId at = unit.parent; at; ++above) {
    if (at == unit.id) {
      return fail(Code::kConflict, "parent: unit '" + unit.name + "' would be inside itself");
    }
    auto parent = get(at);
    if (!parent) {
      return fail(Code::kNotFound, fmt::format("parent: unit {} does not exist", at.value));
    }
    if (parent->organisation != unit.organisation) {
      return fail(Code::kInvalidArgument,
                  "parent: unit '" + parent->name + "' belongs to another organisation");
    }
    at = parent->parent;
  }
  std::int64_t below = 1;
  if (unit.id) {
    TRY(below, height(db_, unit.id));
  }
  if (above + static_cast<std::size_t>(below) > limits::kUnitDepth) {
    return fail(Code::kTooLarge,
                fmt::format("parent: units would nest {} deep, at most {} are"
                            " allowed",
                            above + static_cast<std::size_t>(below), limits::kUnitDepth));
  }
  return {};
}

Result<UnitId> IdentityStore::create(const Unit& unit) {
  TRY_VOID(check(unit));
  Unit fresh = unit;
  fresh.id = {};
  TRY_VOID(check_unit_place(fresh));
  TRY(auto insert, db_.prepare("INSERT INTO unit(organisation, parent, name, kind, models, budget,"
                               " budget_window, requests_per_minute, tokens_per_minute, parallel)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.with(unit.organisation, unit.parent, unit.name, unit.kind, store::join_lines(unit.models));
  rows::bind_limits(insert, 6, unit.limits);
  if (auto done = insert.run(); !done) {
    if (done.error().code == Code::kConflict) return name_taken(unit);
    return Failure(done.error());
  }
  return UnitId{db_.last_insert_id()};
}

Result<> IdentityStore::update(const Unit& unit) {
  TRY_VOID(check(unit));
  TRY(auto before, get(unit.id));
  if (before.organisation != unit.organisation) {
    return fail(Code::kInvalidArgument, "organisation: a unit cannot change its organisation");
  }
  TRY_VOID(check_unit_place(unit));
  TRY(auto update, db_.prepare("UPDATE unit SET parent = ?, name = ?, kind = ?, models = ?,"
                               " budget = ?, budget_window = ?, requests_per_minute = ?,"
                               " tokens_per_minute = ?, parallel = ? WHERE id = ?"));
  update.with(unit.parent, unit.name, unit.kind, store::join_lines(unit.models));
  rows::bind_limits(update, 5, unit.limits);
  update.bind(10, unit.id);
  auto done = update.run();
  if (!done && done.error().code == Code::kConflict) return name_taken(unit);
  return done;
}

Result<> IdentityStore::remove(UnitId id, WallTime now) {
  TRY(auto unit, get(id));
  TRY(bool units, any("SELECT 1 FROM unit WHERE parent = ? AND deleted IS NULL", id.value));
  TRY(bool users, any("SELECT 1 FROM user WHERE unit = ? AND deleted IS NULL", id.value));
  TRY(bool keys, any("SELECT 1 FROM virtual_key WHERE unit = ? AND deleted IS NULL", id.value));
  if (units || users || keys) {
    return fail(Code::kConflict,
                fmt::format("unit '{}' still has {}: move or delete them first", unit.name,
                            units   ? "units"
                            : users ? "users"
                                    : "keys"));
  }
  return db_.run("UPDATE unit SET deleted = ? WHERE id = ?", unix_ms(now), id);
}

}  // namespace sekisho::identity
