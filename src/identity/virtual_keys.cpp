#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "identity/field_check.h"
#include "identity/identity_store.h"
#include "identity/rows.h"
#include "identity/virtual_key_text.h"

namespace sekisho::identity {
namespace {

Failure alias_taken(const VirtualKey& key) {
  return fail(Code::kConflict, "alias: there is a key '" + key.alias + "'");
}

Result<> explain(Result<> done, const VirtualKey& key) {
  if (!done && done.error().code == Code::kConflict) return alias_taken(key);
  return done;
}

// With SQLite's own JSON reader.
Result<> check_metadata(store::Database& db, const VirtualKey& key) {
  TRY(auto row, db.query("SELECT CASE json_valid(?1) WHEN 1 THEN json_type(?1) END = 'object'",
                         key.metadata_json));
  TRY_VOID(row.step());
  if (row.flag(0)) return {};
  return fail(Code::kInvalidArgument, "metadata: must be a JSON object");
}

}  // namespace

Result<VirtualKey> IdentityStore::get(KeyId id) {
  TRY(auto row, db_.query(std::string(rows::kKey) + " WHERE id = ? AND deleted IS NULL", id));
  TRY(bool found, row.step());
  if (found) return rows::read_key(row);
  return fail(Code::kNotFound, fmt::format("key {} does not exist", id.value));
}

Result<std::optional<VirtualKey>> IdentityStore::find_key(const KeyHash& hash) {
  TRY(auto row, db_.query(std::string(rows::kKey) + " WHERE hash = ?", store::Bytes(hash)));
  TRY(bool found, row.step());
  if (!found) return std::nullopt;
  return rows::read_key(row);
}

Result<std::vector<VirtualKey>> IdentityStore::keys(const KeyFilter& filter) {
  auto most = static_cast<std::int64_t>(std::min<std::size_t>(filter.at_most, INT64_MAX));
  TRY(auto all, db_.query(std::string(rows::kKey) +
                              " WHERE id > ?1 AND (?2 IS NULL OR organisation = ?2)"
                              " AND (?3 IS NULL OR user = ?3) AND (?4 IS NULL OR unit = ?4)"
                              " AND (?5 IS NULL OR alias = ?5) AND (?6 OR deleted IS NULL)"
                              " ORDER BY id LIMIT ?7",
                          filter.after.value, filter.organisation, filter.user, filter.unit,
                          filter.alias, filter.with_deleted, most));
  return rows::read_all(all, rows::read_key);
}

Result<> IdentityStore::check_owner(const VirtualKey& key) {
  TRY_VOID(get(key.organisation));
  if (key.user) {
    auto user = get(key.user);
    if (!user) {
      return fail(Code::kNotFound, fmt::format("user: user {} does not exist", key.user.value));
    }
    if (user->organisation != key.organisation) {
      return fail(Code::kInvalidArgument, "user: belongs to another organisation");
    }
  }
  if (key.unit) {
    auto unit = get(key.unit);
    if (!unit) {
      return fail(Code::kNotFound, fmt::format("unit: unit {} does not exist", key.unit.value));
    }
    if (unit->organisation != key.organisation) {
      return fail(Code::kInvalidArgument, "unit: belongs to another organisation");
    }
  }
  return {};
}

// A key of somebody who belongs to a unit is never outside every unit: that unit's budget, limits
// and models hold for it.
Result<> IdentityStore::place(VirtualKey& key) {
  if (key.unit || !key.user) return {};
  TRY(auto owner, get(key.user));
  key.unit = owner.unit;
  return {};
}

Result<NewKey> IdentityStore::create(VirtualKey key, Random& random, WallTime now) {
  return create(std::move(key), make_key_text(random), now);
}

namespace {

// Whoever guesses a key has it: what people choose must be long enough. Never says the text itself.
Result<> check_text(std::string_view text) {
  if (!text.starts_with("sk-")) return fail(Code::kInvalidArgument, "key: must begin with 'sk-'");
  if (text.size() < limits::kKeyTextLeast || text.size() > limits::kKeyTextMost) {
    return fail(Code::kInvalidArgument,
                fmt::format("key: must have {} to {} characters, not {}", limits::kKeyTextLeast,
                            limits::kKeyTextMost, text.size()));
  }
  bool graphic = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
  if (graphic) return {};
  return fail(Code::kInvalidArgument, "key: must be ASCII without blanks");
}

}  // namespace

Result<NewKey> IdentityStore::create(VirtualKey key, std::string text, WallTime now) {
  TRY_VOID(check_text(text));
  TRY_VOID(check(key));
  TRY_VOID(check_metadata(db_, key));
  if (key.expires && *key.expires <= now) {
    return fail(Code::kInvalidArgument, "expires: is in the past");
  }
  TRY_VOID(check_owner(key));
  TRY_VOID(place(key));
  NewKey made{std::move(key), std::move(text)};
  made.key.hash = hash_key(made.text);
  made.key.display = display_form(made.text);
  made.key.created = now;
  const auto& k = made.key;
  TRY(auto insert,
      db_.prepare("INSERT INTO virtual_key(hash, display, alias, organisation, user, unit, models,"
                  " tags, expires, blocked, administrator, created, metadata, budget,"
                  " budget_window, requests_per_minute, tokens_per_minute, parallel)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.with(store::Bytes(k.hash), k.display, k.alias, k.organisation, k.user, k.unit,
              store::join_lines(k.models), store::join_lines(k.tags), rows::time_value(k.expires),
              k.blocked, k.administrator, unix_ms(k.created), k.metadata_json);
  rows::bind_limits(insert, 14, k.limits);
  TRY_VOID(explain(insert.run(), k));
  made.key.id = KeyId{db_.last_insert_id()};
  return made;
}

// An installation without an administrator key could not be managed any more.
Result<> IdentityStore::keep_an_administrator(const VirtualKey& losing) {
  if (!losing.administrator || losing.blocked) return {};
  TRY(bool another, any("SELECT 1 FROM virtual_key WHERE administrator = 1 AND blocked = 0"
                        " AND deleted IS NULL AND id <> ?",
                        losing.id.value));
  if (another) return {};
  return fail(Code::kConflict, scope_name(losing) + " is the last administrator key");
}

Result<VirtualKey> IdentityStore::update(VirtualKey key) {
  TRY_VOID(check(key));
  TRY_VOID(check_metadata(db_, key));
  TRY(auto before, get(key.id));
  if (before.organisation != key.organisation) {
    return fail(Code::kInvalidArgument, "organisation: a key cannot change its organisation");
  }
  TRY_VOID(check_owner(key));
  TRY_VOID(place(key));
  if (!key.administrator || key.blocked) TRY_VOID(keep_an_administrator(before));
  TRY(auto update,
      db_.prepare("UPDATE virtual_key SET alias = ?, user = ?, unit = ?, models = ?, tags = ?,"
                  " expires = ?, blocked = ?, administrator = ?, metadata = ?, budget = ?,"
                  " budget_window = ?, requests_per_minute = ?, tokens_per_minute = ?,"
                  " parallel = ? WHERE id = ?"));
  update.with(key.alias, key.user, key.unit, store::join_lines(key.models),
              store::join_lines(key.tags), rows::time_value(key.expires), key.blocked,
              key.administrator, key.metadata_json);
  rows::bind_limits(update, 10, key.limits);
  update.bind(15, key.id);
  TRY_VOID(explain(update.run(), key));
  return key;
}

Result<> IdentityStore::block(KeyId id, bool blocked) {
  TRY(auto key, get(id));
  if (blocked) TRY_VOID(keep_an_administrator(key));
  return db_.run("UPDATE virtual_key SET blocked = ? WHERE id = ?", blocked, id);
}

Result<> IdentityStore::remove(KeyId id, WallTime now) {
  TRY(auto key, get(id));
  TRY_VOID(keep_an_administrator(key));
  return db_.run("UPDATE virtual_key SET deleted = ? WHERE id = ?", unix_ms(now), id);
}

}  // namespace sekisho::identity
