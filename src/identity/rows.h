#pragma once
// Rows ↔ values. The column lists and the readers and binders beside them are in the same order.

#include "identity/identity.h"
#include "store/database.h"
#include "store/lines.h"

namespace sekisho::identity::rows {

LimitSettings read_limits(const store::Statement& row, int first);
void bind_limits(store::Statement& statement, int first, const LimitSettings& limits);

std::optional<WallTime> read_time(const store::Statement& row, int column);
std::optional<std::int64_t> time_value(const std::optional<WallTime>& time);

#define SEKISHO_LIMIT_COLUMNS \
  "budget, budget_window, requests_per_minute, tokens_per_minute, parallel"
inline constexpr const char* kOrganisation =
    "SELECT id, name, time_zone, language, models, " SEKISHO_LIMIT_COLUMNS " FROM organisation";
inline constexpr const char* kUnit =
    "SELECT id, organisation, parent, name, kind, models, deleted, " SEKISHO_LIMIT_COLUMNS
    " FROM unit";
inline constexpr const char* kUser =
    "SELECT id, organisation, unit, name, email, role, models, blocked, "
    "deleted, " SEKISHO_LIMIT_COLUMNS " FROM user";
inline constexpr const char* kKey =
    "SELECT id, hash, display, alias, organisation, user, unit, models, tags, expires, blocked,"
    " administrator, created, metadata, deleted, " SEKISHO_LIMIT_COLUMNS " FROM virtual_key";
#undef SEKISHO_LIMIT_COLUMNS

Organisation read_organisation(const store::Statement& row);
Unit read_unit(const store::Statement& row);
User read_user(const store::Statement& row);
VirtualKey read_key(const store::Statement& row);

template <class Row>
Result<std::vector<Row>> read_all(store::Statement& statement,
                                  Row (*read)(const store::Statement&)) {
  std::vector<Row> out;
  for (;;) {
    TRY(bool more, statement.step());
    if (!more) return out;
    out.push_back(read(statement));
  }
}

}  // namespace sekisho::identity::rows
