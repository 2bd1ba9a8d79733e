#include "trace/call_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "trace/call_detail.h"
#include "trace/row_id.h"

namespace sekisho::trace {
namespace {

// Words are joined by value here: a page has few rows.
constexpr const char* kColumns =
    "SELECT call.id, request, at, organisation, unit, user, key, model, deployment,"
    " (SELECT text FROM word WHERE word.id = client),"
    " (SELECT text FROM session WHERE session.id = call.session),"
    " (SELECT text FROM word WHERE word.id = dialect),"
    " (SELECT text FROM word WHERE word.id = upstream_dialect),"
    " (SELECT text FROM word WHERE word.id = operation),"
    " (SELECT text FROM word WHERE word.id = settlement),"
    " (SELECT text FROM word WHERE word.id = outcome),"
    " (SELECT text FROM word WHERE word.id = stop_reason),"
    " (SELECT text FROM word WHERE word.id = rules_version),"
    " status, streamed, attempts, input, cache_read, cache_write_5m, cache_write_1h, output,"
    " reasoning, usage_source, cost, first_byte_us, last_byte_us, own_us, request_bytes,"
    " response_bytes, scanned_request_bytes, scanned_response_bytes, detail FROM call ";

CallRecord read_call(const store::Statement& row) {
  CallRecord r;
  int column = 1;
  auto number = [&] { return row.integer(column++); };
  auto text = [&] { return row.text(column++); };
  auto request = row.blob(column++);
  std::copy_n(request.begin(), std::min(request.size(), r.request.bytes.size()),
              r.request.bytes.begin());
  r.at = WallTime(std::chrono::milliseconds(number()));
  r.organisation = {number()};
  r.unit = {number()};
  r.user = {number()};
  r.key = {number()};
  r.model = {number()};
  r.deployment = {number()};
  r.client = text();
  r.session = text();
  r.dialect = text();
  r.upstream_dialect = text();
  r.operation = text();
  r.settlement = text();
  r.outcome = text();
  r.stop_reason = text();
  r.rules_version = text();
  r.status = static_cast<int>(number());
  r.streamed = number() != 0;
  r.attempts = static_cast<std::uint32_t>(number());
  r.usage.input = number();
  r.usage.cache_read = number();
  r.usage.cache_write_5m = number();
  r.usage.cache_write_1h = number();
  r.usage.output = number();
  r.usage.reasoning = number();
  r.usage.source = static_cast<wire::UsageSource>(number());
  r.cost = {number()};
  r.first_byte_us = number();
  r.last_byte_us = number();
  r.own_us = number();
  r.request_bytes = number();
  r.response_bytes = number();
  r.scanned_request_bytes = number();
  r.scanned_response_bytes = number();
  decode_detail(row.blob(column), r);
  return r;
}

struct Range {
  std::int64_t begin, end;  // rows [begin, end)
};

// A filter as SQL over rows, with its values in the order of their places.
struct Condition {
  std::string sql;
  std::vector<std::int64_t> values;
  void equals(const char* column, std::int64_t value) {
    sql += fmt::format(" AND {} = ?", column);
    values.push_back(value);
  }
};

Result<std::optional<std::int64_t>> word_id(store::Database& db, const std::string& text) {
  TRY(auto row, db.query("SELECT id FROM word WHERE text = ?", text));
  TRY(bool found, row.step());
  if (!found) return std::nullopt;
  return row.integer(0);
}

// nullopt: nothing can match.
Result<std::optional<Condition>> condition(store::Database& db, const CallFilter& filter,
                                           Range& range) {
  Condition out;
  if (filter.key) out.equals("key", filter.key->value);
  if (filter.organisation) out.equals("organisation", filter.organisation->value);
  if (filter.user) out.equals("user", filter.user->value);
  if (filter.model) out.equals("model", filter.model->value);
  if (filter.outcome) {
    TRY(auto id, word_id(db, *filter.outcome));
    if (!id) return std::nullopt;
    out.equals("outcome", *id);
  }
  if (filter.session) {
    TRY(auto row,
        db.query("SELECT id, first_call, last_call FROM session WHERE text = ?", *filter.session));
    TRY(bool found, row.step());
    if (!found) return std::nullopt;
    out.equals("session", row.integer(0));
    range.begin = std::max(range.begin, row.integer(1));
    range.end = std::min(range.end, row.integer(2) + 1);
  }
  if (!filter.units.empty()) {
    out.sql += " AND unit IN (";
    for (std::size_t i = 0; i < filter.units.size(); ++i) {
      out.sql += i ? ", ?" : "?";
      out.values.push_back(filter.units[i].value);
    }
    out.sql += ")";
  }
  return out;
}

Range range_of(const CallFilter& filter) {
  Range range{0, INT64_MAX};
  static constexpr std::int64_t kLastMs = INT64_MAX >> kTieBits;
  auto row = [](WallTime at) {
    return first_row_of(std::clamp<std::int64_t>(unix_ms(at), 0, kLastMs));
  };
  if (filter.from) range.begin = row(*filter.from);
  if (filter.until) range.end = row(*filter.until);
  if (filter.before) range.end = std::min(range.end, *filter.before);
  return range;
}

// The row before which `rows` candidates lie, or `begin` when there are not that many. Candidates
// are all rows, or those of the key, which have an index.
Result<std::int64_t> scan_floor(store::Database& db, const CallFilter& filter, Range range,
                                std::size_t rows) {
  std::string sql = "SELECT id FROM call WHERE id >= ? AND id < ?";
  if (filter.key) sql += " AND key = ?";
  TRY(auto row, db.prepare(sql + fmt::format(" ORDER BY id DESC LIMIT 1 OFFSET {}", rows - 1)));
  row.with(range.begin, range.end);
  if (filter.key) row.bind(3, filter.key->value);
  TRY(bool found, row.step());
  return found ? row.integer(0) : range.begin;
}

}  // namespace

Result<CallPage> list_calls(store::Database& db, const CallFilter& filter) {
  CallPage page;
  auto range = range_of(filter);
  TRY(auto where, condition(db, filter, range));
  auto most = std::clamp<std::size_t>(filter.at_most, 1, limits::kListPage);
  if (!where || range.begin >= range.end) return page;
  TRY(auto floor, scan_floor(db, filter, range, limits::kTraceScan));
  TRY(auto row, db.prepare(kColumns + fmt::format("WHERE call.id >= ? AND call.id < ?{} ORDER BY"
                                                  " call.id DESC LIMIT {}",
                                                  where->sql, most)));
  row.with(floor, range.end);
  for (std::size_t i = 0; i < where->values.size(); ++i) {
    row.bind(static_cast<int>(i) + 3, where->values[i]);
  }
  for (;;) {
    TRY(bool more, row.step());
    if (!more) break;
    page.calls.push_back(read_call(row));
    if (page.calls.size() == most) page.next = row.integer(0);
  }
  if (!page.next && floor > range.begin) page.next = floor;
  return page;
}

Result<std::optional<CallRecord>> find_call(store::Database& db, const RequestId& request) {
  auto ms = ms_of(request);
  TRY(auto row,
      db.query(std::string(kColumns) + "WHERE call.id >= ? AND call.id < ? AND request = ?",
               first_row_of(ms), first_row_of(ms + 1), store::Bytes(request.bytes)));
  TRY(bool found, row.step());
  if (!found) return std::nullopt;
  auto record = read_call(row);
  TRY(auto content,
      db.query("SELECT request, response FROM content WHERE call = ?", row.integer(0)));
  TRY(bool kept, content.step());
  if (kept) {
    record.request_content = content.text(0);
    record.response_content = content.text(1);
  }
  return record;
}

}  // namespace sekisho::trace
