#include <algorithm>

#include "base/limits.h"
#include "ledger/spend.h"
#include "ledger/spend_condition.h"

namespace sekisho::ledger {
namespace {

constexpr const char* kColumns =
    "SELECT request, at, day, organisation, unit, user, key, model, deployment, input, cache_read,"
    " cache_write_5m, cache_write_1h, output, reasoning, cost, reserved, settlement, usage_source"
    " FROM ledger_entry ";

RequestId read_request(const store::Statement& row, int column) {
  RequestId out;
  auto bytes = row.blob(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.bytes.size()), out.bytes.begin());
  return out;
}

Entry read_entry(const store::Statement& row) {
  Entry e;
  e.call.request = read_request(row, 0);
  int column = 1;
  auto number = [&] { return row.integer(column++); };
  e.call.at = WallTime(std::chrono::milliseconds(number()));
  e.day = number();
  e.call.organisation = {number()};
  e.call.unit = {number()};
  e.call.user = {number()};
  e.call.key = {number()};
  e.call.model = {number()};
  e.call.deployment = {number()};
  e.usage.input = number();
  e.usage.cache_read = number();
  e.usage.cache_write_5m = number();
  e.usage.cache_write_1h = number();
  e.usage.output = number();
  e.usage.reasoning = number();
  e.cost = {number()};
  e.reserved = {number()};
  e.settlement = static_cast<Settlement>(number());
  e.usage.source = static_cast<wire::UsageSource>(number());
  return e;
}

}  // namespace

Result<std::optional<Entry>> find_entry(store::Database& database, const RequestId& request) {
  TRY(auto row,
      database.query(std::string(kColumns) + "WHERE request = ?", store::Bytes(request.bytes)));
  TRY(bool found, row.step());
  if (!found) return std::nullopt;
  return read_entry(row);
}

// Entries are looked at one by one, so that a filter that matches little never holds the reader for
// long; the filter itself is a column of the scan.
Result<EntryPage> list_entries(store::Database& database, const SpendFilter& filter,
                               std::optional<RequestId> before, std::size_t at_most) {
  EntryPage page;
  SpendCondition where(filter);
  std::size_t most = std::clamp<std::size_t>(at_most, 1, limits::kListPage);
  TRY(auto scan, database.prepare("SELECT request, 1" + where.sql +
                                  " FROM ledger_entry WHERE request < ? ORDER BY request DESC"));
  RequestId last;
  last.bytes.fill(0xFF);
  scan.bind(where.bind(scan) + 1, store::Bytes(before.value_or(last).bytes));
  for (std::size_t looked_at = 0; page.entries.size() < most; ++looked_at) {
    TRY(bool more, scan.step());
    if (!more) {
      page.next.reset();
      return page;
    }
    if (looked_at == limits::kLedgerScan) return page;
    page.next = read_request(scan, 0);
    if (!scan.flag(1)) continue;
    TRY(auto entry, find_entry(database, *page.next));
    if (entry) page.entries.push_back(*entry);
  }
  return page;
}

}  // namespace sekisho::ledger
