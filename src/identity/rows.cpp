#include "identity/rows.h"

#include <algorithm>

namespace sekisho::identity::rows {

LimitSettings read_limits(const store::Statement& row, int first) {
  LimitSettings limits;
  if (auto budget = row.maybe_integer(first)) limits.budget = Money{*budget};
  limits.window = row.text(first + 1);
  limits.requests_per_minute = row.maybe_integer(first + 2);
  limits.tokens_per_minute = row.maybe_integer(first + 3);
  limits.parallel = row.maybe_integer(first + 4);
  return limits;
}

void bind_limits(store::Statement& statement, int first, const LimitSettings& limits) {
  statement.bind(first, limits.budget);
  statement.bind(first + 1, limits.window);
  statement.bind(first + 2, limits.requests_per_minute);
  statement.bind(first + 3, limits.tokens_per_minute);
  statement.bind(first + 4, limits.parallel);
}

std::optional<WallTime> read_time(const store::Statement& row, int column) {
  auto ms = row.maybe_integer(column);
  if (!ms) return {};
  return WallTime(std::chrono::milliseconds(*ms));
}

std::optional<std::int64_t> time_value(const std::optional<WallTime>& time) {
  if (!time) return {};
  return unix_ms(*time);
}

Organisation read_organisation(const store::Statement& row) {
  Organisation out;
  out.id = row.id<OrganisationId>(0);
  out.name = row.text(1);
  out.time_zone = row.text(2);
  out.language = row.text(3);
  out.models = store::split_lines(row.view(4));
  out.limits = read_limits(row, 5);
  return out;
}

Unit read_unit(const store::Statement& row) {
  Unit out;
  out.id = row.id<UnitId>(0);
  out.organisation = row.id<OrganisationId>(1);
  out.parent = row.id<UnitId>(2);
  out.name = row.text(3);
  out.kind = row.text(4);
  out.models = store::split_lines(row.view(5));
  out.deleted = read_time(row, 6);
  out.limits = read_limits(row, 7);
  return out;
}

User read_user(const store::Statement& row) {
  User out;
  out.id = row.id<UserId>(0);
  out.organisation = row.id<OrganisationId>(1);
  out.unit = row.id<UnitId>(2);
  out.name = row.text(3);
  out.email = row.text(4);
  out.role = row.text(5);
  out.models = store::split_lines(row.view(6));
  out.blocked = row.flag(7);
  out.deleted = read_time(row, 8);
  out.limits = read_limits(row, 9);
  return out;
}

VirtualKey read_key(const store::Statement& row) {
  VirtualKey out;
  out.id = row.id<KeyId>(0);
  auto hash = row.blob(1);
  std::copy_n(hash.begin(), std::min(hash.size(), out.hash.size()), out.hash.begin());
  out.display = row.text(2);
  out.alias = row.text(3);
  out.organisation = row.id<OrganisationId>(4);
  out.user = row.id<UserId>(5);
  out.unit = row.id<UnitId>(6);
  out.models = store::split_lines(row.view(7));
  out.tags = store::split_lines(row.view(8));
  out.expires = read_time(row, 9);
  out.blocked = row.flag(10);
  out.administrator = row.flag(11);
  out.created = read_time(row, 12).value_or(WallTime{});
  out.metadata_json = row.text(13);
  out.deleted = read_time(row, 14);
  out.limits = read_limits(row, 15);
  return out;
}

}  // namespace sekisho::identity::rows
