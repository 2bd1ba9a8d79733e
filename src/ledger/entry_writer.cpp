#include "ledger/entry_writer.h"

#include <algorithm>

#include "ledger/open_calls.h"

namespace sekisho::ledger {
namespace {

constexpr const char* kInsertEntry =
    "INSERT OR IGNORE INTO ledger_entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kAddDay =
    "INSERT INTO spend_day VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    " ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,"
    " input = input + excluded.input, cache_read = cache_read + excluded.cache_read,"
    " cache_write_5m = cache_write_5m + excluded.cache_write_5m,"
    " cache_write_1h = cache_write_1h + excluded.cache_write_1h,"
    " output = output + excluded.output, reasoning = reasoning + excluded.reasoning,"
    " cost = cost + excluded.cost";
constexpr const char* kAddAccount =
    "INSERT INTO account_day VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET cost = cost + "
    "excluded.cost";
constexpr const char* kSetLatest =
    "INSERT INTO ledger_state VALUES (1, ?) ON CONFLICT DO UPDATE SET"
    " window_ms = max(window_ms, excluded.window_ms)";

std::optional<std::int64_t> id(std::int64_t value) {
  return value != 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<bool> EntryWriter::add(const Record& r) {
  TRY(auto insert, db_.prepare(kInsertEntry));
  TRY_VOID(insert
               .with(store::Bytes(r.request), r.at_ms, r.day, id(r.organisation), id(r.unit),
                     id(r.user), id(r.key), id(r.model), id(r.deployment), r.input, r.cache_read,
                     r.cache_write_5m, r.cache_write_1h, r.output, r.reasoning, r.cost, r.reserved,
                     r.settlement, r.usage_source)
               .run());
  window_ms_ = std::max(window_ms_, r.window_ms);
  if (db_.changes() == 0) return false;
  auto& sum = days_[{r.day, r.organisation, r.unit, r.user, r.key, r.model, r.deployment}];
  const DaySum one{1,        r.input,     r.cache_read, r.cache_write_5m, r.cache_write_1h,
                   r.output, r.reasoning, r.cost};
  std::ranges::transform(sum, one, sum.begin(), std::plus<>());
  for (Scope scope : charged_scopes(r)) accounts_[{scope, r.day}] += r.cost;
  return true;
}

Result<> EntryWriter::flush_days() {
  TRY(auto add, db_.prepare(kAddDay));
  for (const auto& [key, sum] : days_) {
    int column = 0;
    for (std::int64_t value : key) add.bind(++column, value);
    for (std::int64_t value : sum) add.bind(++column, value);
    TRY_VOID(add.run());
  }
  return {};
}

Result<> EntryWriter::flush_accounts() {
  TRY(auto add, db_.prepare(kAddAccount));
  for (const auto& [account_and_day, cost] : accounts_) {
    const auto& [scope, day] = account_and_day;
    TRY_VOID(add.with(static_cast<int>(scope.kind), scope.id, day, cost).run());
  }
  return {};
}

Result<> EntryWriter::flush() {
  TRY_VOID(flush_days());
  TRY_VOID(flush_accounts());
  if (window_ms_ > 0) TRY_VOID(db_.run(kSetLatest, window_ms_));
  return {};
}

}  // namespace sekisho::ledger
