#include "ledger/spend.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "ledger/spend_condition.h"

namespace sekisho::ledger {
namespace {

constexpr const char* kSums =
    "ifnull(sum(requests), 0), ifnull(sum(input), 0), ifnull(sum(cache_read), 0),"
    " ifnull(sum(cache_write_5m), 0), ifnull(sum(cache_write_1h), 0), ifnull(sum(output), 0),"
    " ifnull(sum(reasoning), 0), ifnull(sum(cost), 0)";

SpendTotals read_totals(const store::Statement& row, int column) {
  SpendTotals out;
  out.requests = row.integer(column);
  out.usage.input = row.integer(column + 1);
  out.usage.cache_read = row.integer(column + 2);
  out.usage.cache_write_5m = row.integer(column + 3);
  out.usage.cache_write_1h = row.integer(column + 4);
  out.usage.output = row.integer(column + 5);
  out.usage.reasoning = row.integer(column + 6);
  out.cost = row.money(column + 7);
  return out;
}

const char* column_of(SpendGroup group) {
  switch (group) {
    case SpendGroup::kDay:
      return "day";
    case SpendGroup::kOrganisation:
      return "organisation";
    case SpendGroup::kUnit:
      return "unit";
    case SpendGroup::kUser:
      return "user";
    case SpendGroup::kKey:
      return "key";
    case SpendGroup::kModel:
      return "model";
    case SpendGroup::kDeployment:
      return "deployment";
  }
  return "day";
}

}  // namespace

Result<SpendTotals> spend_total(store::Database& database, const SpendFilter& filter) {
  SpendCondition where(filter);
  TRY(auto row,
      database.prepare(fmt::format("SELECT {} FROM spend_day WHERE 1{}", kSums, where.sql)));
  where.bind(row);
  TRY(bool found, row.step());
  return found ? read_totals(row, 0) : SpendTotals{};
}

Result<std::vector<SpendRow>> spend_by(store::Database& database, const SpendFilter& filter,
                                       SpendGroup group, std::size_t offset) {
  SpendCondition where(filter);
  const char* column = column_of(group);
  const char* order = group == SpendGroup::kDay ? "1" : "9 DESC, 1";
  TRY(auto rows,
      database.prepare(fmt::format("SELECT {}, {} FROM spend_day WHERE 1{} GROUP BY 1 ORDER BY {}"
                                   " LIMIT ? OFFSET ?",
                                   column, kSums, where.sql, order)));
  int index = where.bind(rows);
  rows.bind(++index, limits::kListPage);
  rows.bind(++index, offset);
  std::vector<SpendRow> out;
  for (;;) {
    TRY(bool more, rows.step());
    if (!more) return out;
    out.push_back({rows.integer(0), read_totals(rows, 1)});
  }
}

Result<std::vector<SpendTableRow>> spend_table(store::Database& database, const SpendFilter& filter,
                                               std::span<const SpendGroup> groups,
                                               std::size_t offset) {
  SpendCondition where(filter);
  std::string columns, order;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    columns += fmt::format("{}{}", i == 0 ? "" : ", ", column_of(groups[i]));
    order += fmt::format(", {}", i + 1);
  }
  const auto cost = groups.size() + 8;
  const bool by_day = !groups.empty() && groups.front() == SpendGroup::kDay;
  TRY(auto rows,
      database.prepare(fmt::format(
          "SELECT {0}, {1} FROM spend_day WHERE 1{2} GROUP BY {0} ORDER BY {3}{4} DESC{5}"
          " LIMIT ? OFFSET ?",
          columns, kSums, where.sql, by_day ? "1, " : "", cost, order)));
  int index = where.bind(rows);
  rows.bind(++index, limits::kListPage);
  rows.bind(++index, offset);
  std::vector<SpendTableRow> out;
  for (;;) {
    TRY(bool more, rows.step());
    if (!more) return out;
    SpendTableRow row;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      row.groups.push_back(rows.integer(static_cast<int>(i)));
    }
    row.totals = read_totals(rows, static_cast<int>(groups.size()));
    out.push_back(std::move(row));
  }
}

Result<Money> account_spent(store::Database& database, Scope scope, std::int64_t from_day) {
  TRY(auto row, database.query("SELECT ifnull(sum(cost), 0) FROM account_day"
                               " WHERE kind = ? AND id = ? AND day >= ?",
                               static_cast<std::int64_t>(scope.kind), scope.id, from_day));
  TRY(bool found, row.step());
  return found ? row.money(0) : Money{};
}

}  // namespace sekisho::ledger
