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

// Narrows `range` to where `sql` says that the calls of one lie; nullopt when it knows of none.
template <class Value>
Result<std::optional<std::int64_t>> narrow(store::Database& db, const char* sql, const Value& value,
                                           Range& range) {
  TRY(auto row, db.query(sql, value));
  TRY(bool found, row.step());
  if (!found) return std::nullopt;
  range.begin = std::max(range.begin, row.integer(1));
  range.end = std::min(range.end, row.integer(2) + 1);
  return row.integer(0);
}

// nullopt: nothing can match.
Result<std::optional<Condition>> condition(store::Database& db, const CallFilter& filter,
                                           Range& range) {
  Condition out;
  if (filter.key) {
    TRY(auto id, narrow(db, "SELECT key, first_call, last_call FROM key_seen WHERE key = ?",
                        *filter.key, range));
    if (!id) return std::nullopt;
    out.equals("key", *id);
  }
  if (filter.organisation) out.equals("organisation", filter.organisation->value);
  if (filter.user) out.equals("user", filter.user->value);
  if (filter.model) out.equals("model", filter.model->value);
  if (filter.outcome) {
    TRY(auto id, word_id(db, *filter.outcome));
    if (!id) return std::nullopt;
    out.equals("outcome", *id);
  }
  if (filter.session) {
    TRY(auto id, narrow(db, "SELECT id, first_call, last_call FROM session WHERE text = ?",
                        *filter.session, range));
    if (!id) return std::nullopt;
    out.equals("session", *id);
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

}  // namespace

// Rows are looked at one by one, so that the page ends where it is full or the scan is over.
Result<CallPage> list_calls(store::Database& db, const CallFilter& filter) {
  CallPage page;
  auto range = range_of(filter);
  TRY(auto where, condition(db, filter, range));
  if (!where || range.begin >= range.end) return page;
  auto most = std::clamp<std::size_t>(filter.at_most, 1, limits::kListPage);
  TRY(auto scan, db.prepare("SELECT id, 1" + where->sql +
                            " FROM call WHERE id >= ? AND id < ? ORDER BY id DESC"));
  int index = 0;
  for (auto value : where->values) scan.bind(++index, value);
  scan.bind(++index, range.begin);
  scan.bind(++index, range.end);
  TRY(auto row, db.prepare(std::string(kColumns) + "WHERE call.id = ?"));
  for (std::size_t looked_at = 0; page.calls.size() < most; ++looked_at) {
    TRY(bool more, scan.step());
    if (!more) {
      page.next.reset();
      return page;
    }
    if (looked_at == limits::kTraceScan) return page;
    page.next = scan.integer(0);
    if (!scan.flag(1)) continue;
    row.bind(1, *page.next);
    TRY_VOID(row.step());
    page.calls.push_back(read_call(row));
    row.reset();
  }
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
