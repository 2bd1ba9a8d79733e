#include "ledger/entry_writer.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "ledger/account.h"
#include "ledger/open_calls.h"

namespace sekisho::ledger {
namespace {

constexpr std::size_t kEntryColumns = 19;
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

using DayKey = std::array<std::int64_t, 7>;  // as the primary key of spend_day
using DaySum = std::array<std::int64_t, 8>;  // as its other columns

DayKey day_key(const Record& r) {
  return {r.day, r.organisation, r.unit, r.user, r.key, r.model, r.deployment};
}

// Records whose calls are added to the same rows.
struct SameRows {
  bool operator()(const Record* a, const Record* b) const {
    return day_key(*a) == day_key(*b) && a->charged == b->charged &&
           a->unit_count == b->unit_count && a->units == b->units;
  }
};
struct HashOfRows {
  std::size_t operator()(const Record* r) const {
    std::uint64_t hash = r->charged;
    for (auto value : day_key(*r)) {
      hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9E3779B97F4A7C15ULL;
      hash ^= hash >> 32;
    }
    return hash;
  }
};

class EntryWriter {
 public:
  explicit EntryWriter(store::Database& database) : db_(database) {}

  // In the order of their ids, so that the table grows at its end; of two with one id the first
  // counts.
  Result<std::size_t> write(std::span<const Record> settled) {
    std::vector<const Record*> records;
    records.reserve(settled.size());
    for (const auto& record : settled) {
      records.push_back(&record);
      window_ms_ = std::max(window_ms_, record.window_ms);
    }
    std::ranges::sort(records, [](const Record* a, const Record* b) {
      return a->request != b->request ? a->request < b->request : a < b;
    });
    for (std::span<const Record* const> rest = records; !rest.empty();) {
      auto count = std::min(rest.size(), store::RowBatch::kRows);
      TRY_VOID(insert(rest.first(count)));
      rest = rest.subspan(count);
    }
    TRY_VOID(add_sums());
    return fresh_;
  }

 private:
  Result<> insert(std::span<const Record* const> records);
  void fill(const Record& record);
  void count(const Record& record);
  Result<> add_sums();
  Result<> add_days(const std::map<DayKey, DaySum>& days);

  store::Database& db_;
  store::RowBatch rows_{"ledger_entry", kEntryColumns};
  std::unordered_map<const Record*, DaySum, HashOfRows, SameRows> sums_;
  std::int64_t window_ms_ = 0;
  std::size_t fresh_ = 0;
};

std::optional<std::int64_t> id(std::int64_t value) {
  return value != 0 ? std::optional(value) : std::nullopt;
}

void EntryWriter::fill(const Record& r) {
  rows_.add(store::Bytes(r.request), r.at_ms, r.day, id(r.organisation), id(r.unit), id(r.user),
            id(r.key), id(r.model), id(r.deployment), r.input, r.cache_read, r.cache_write_5m,
            r.cache_write_1h, r.output, r.reasoning, r.cost, r.reserved, r.settlement,
            r.usage_source);
}

// One that is there already is left out; those behind it go on.
Result<> EntryWriter::insert(std::span<const Record* const> records) {
  rows_.clear();
  for (const auto* record : records) fill(*record);
  for (std::size_t first = 0; first < records.size(); ++first) {
    auto done = db_.insert(rows_, first);
    if (!done && done.error().code != Code::kConflict) return done;
    auto end = done ? records.size() : first + static_cast<std::size_t>(db_.changes());
    for (; first < end; ++first) count(*records[first]);
  }
  return {};
}

void EntryWriter::count(const Record& r) {
  ++fresh_;
  const DaySum one{1,        r.input,     r.cache_read, r.cache_write_5m, r.cache_write_1h,
                   r.output, r.reasoning, r.cost};
  auto& sum = sums_[&r];
  std::ranges::transform(sum, one, sum.begin(), std::plus<>());
}

Result<> EntryWriter::add_days(const std::map<DayKey, DaySum>& days) {
  TRY(auto add, db_.prepare(kAddDay));
  for (const auto& [key, sum] : days) {
    int column = 0;
    for (std::int64_t value : key) add.bind(++column, value);
    for (std::int64_t value : sum) add.bind(++column, value);
    TRY_VOID(add.run());
  }
  return {};
}

Result<> EntryWriter::add_sums() {
  std::map<DayKey, DaySum> days;
  std::map<std::pair<Scope, std::int64_t>, std::int64_t> accounts;  // (account, day) → cost
  for (const auto& [record, sum] : sums_) {
    auto& day = days[day_key(*record)];
    std::ranges::transform(day, sum, day.begin(), std::plus<>());
    for (Scope scope : charged_scopes(*record)) accounts[{scope, record->day}] += sum.back();
  }
  TRY_VOID(add_days(days));
  TRY(auto add, db_.prepare(kAddAccount));
  for (const auto& [account_and_day, cost] : accounts) {
    const auto& [scope, day] = account_and_day;
    TRY_VOID(add.with(static_cast<int>(scope.kind), scope.id, day, cost).run());
  }
  if (window_ms_ > 0) TRY_VOID(db_.run(kSetLatest, window_ms_));
  return {};
}

}  // namespace

Result<std::size_t> write_entries(store::Database& database, std::span<const Record> settled) {
  return EntryWriter(database).write(settled);
}

}  // namespace sekisho::ledger
