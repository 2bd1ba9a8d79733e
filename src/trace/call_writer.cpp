#include "trace/call_writer.h"

#include <algorithm>

#include "base/limits.h"
#include "trace/call_detail.h"
#include "trace/row_id.h"

namespace sekisho::trace {
namespace {

constexpr std::size_t kCallColumns = 37;
// The range of a session's or key's calls is kept loosely, so that it is written once a minute: it
// may end a minute later than its last call.
constexpr std::int64_t kAhead = std::int64_t{60'000} << kTieBits;

}  // namespace

CallWriter::CallWriter(store::Database& database)
    : db_(database), rows_("call", kCallColumns), lone_row_("call", kCallColumns) {}

void CallWriter::forget() {
  last_words_ = {};
  words_.clear();
  sessions_.clear();
  keys_.clear();
}

// Most records say what the one before said.
Result<CallWriter::WordId> CallWriter::word(Word which, const std::string& text) {
  auto& last = last_words_[which];
  if (last.text != text) {
    TRY(last.id, find_word(text));
    last.text = text;
  }
  return last.id;
}

Result<CallWriter::WordId> CallWriter::find_word(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (auto known = words_.find(text); known != words_.end()) return known->second;
  {
    TRY(auto row, db_.query("SELECT id FROM word WHERE text = ?", text));
    TRY(bool found, row.step());
    if (found) return words_[text] = row.integer(0);
  }
  if (words_.size() >= limits::kTraceWords && text != "other") return find_word("other");
  TRY_VOID(db_.run("INSERT INTO word(text) VALUES (?)", text));
  return words_[text] = db_.last_insert_id();
}

Result<std::optional<std::int64_t>> CallWriter::session(const std::string& text,
                                                        std::int64_t call) {
  if (text.empty()) return std::nullopt;
  if (sessions_.size() >= limits::kTraceSessionsKnown) sessions_.clear();
  auto known = sessions_.find(text);
  if (known != sessions_.end() && call <= known->second.last_call) return known->second.id;
  TRY(auto row, db_.query("INSERT INTO session(text, first_call, last_call) VALUES (?1, ?2, ?3)"
                          " ON CONFLICT (text) DO UPDATE SET"
                          " first_call = min(first_call, ?2), last_call = max(last_call, ?3)"
                          " RETURNING id",
                          text, call, call + kAhead));
  TRY_VOID(row.step());
  auto id = row.integer(0);
  TRY_VOID(row.run());
  sessions_[text] = {id, call + kAhead};
  return id;
}

Result<> CallWriter::see_key(KeyId key, std::int64_t call) {
  if (!key) return {};
  if (keys_.size() >= limits::kTraceSessionsKnown) keys_.clear();
  auto known = keys_.find(key);
  if (known != keys_.end() && call <= known->second) return {};
  TRY_VOID(
      db_.run("INSERT INTO key_seen VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET"
              " first_call = min(first_call, ?2), last_call = max(last_call, ?3)",
              key, call, call + kAhead));
  keys_[key] = call + kAhead;
  return {};
}

// The wanted row or the next free one of its millisecond.
Result<std::int64_t> CallWriter::free_row(const RequestId& request) {
  auto begin = first_row_of(ms_of(request)), end = first_row_of(ms_of(request) + 1);
  auto row = wanted_row(request);
  for (auto tries = end - begin; tries > 0; --tries) {
    TRY(auto taken, db_.query("SELECT 1 FROM call WHERE id = ?", row));
    TRY(bool found, taken.step());
    if (!found) return row;
    if (++row == end) row = begin;
  }
  return fail(Code::kTooLarge, "more than 65,536 calls in one millisecond");
}

// In the order of their rows, so that the table grows at its end.
Result<std::size_t> CallWriter::write(std::span<const CallRecord* const> records) {
  refused_ = 0;
  places_.clear();
  for (const auto* record : records) {
    places_.emplace_back(wanted_row(record->request), record);
  }
  std::ranges::sort(places_, {}, &Place::first);
  for (std::span<const Place> rest = places_; !rest.empty();) {
    auto count = std::min(rest.size(), store::RowBatch::kRows);
    TRY_VOID(insert(rest.first(count)));
    rest = rest.subspan(count);
  }
  return refused_;
}

Result<> CallWriter::refuse(Error error) {
  if (error.code == Code::kStoreFailed || error.code == Code::kCorrupt) {
    return Failure(std::move(error));
  }
  ++refused_;
  return {};
}

// A row that is not taken is looked at alone; those behind it go on.
Result<> CallWriter::insert(std::span<const Place> places) {
  rows_.clear();
  for (std::size_t i = 0; i < places.size(); ++i) TRY_VOID(fill(rows_, details_[i], places[i]));
  for (std::size_t first = 0; first < places.size(); ++first) {
    auto done = db_.insert(rows_, first);
    auto end = done ? places.size() : first + static_cast<std::size_t>(db_.changes());
    for (; first < end; ++first)
      TRY_VOID(write_content(*places[first].second, places[first].first));
    if (done) return {};
    if (done.error().code != Code::kConflict) {
      TRY_VOID(refuse(std::move(done).error()));
    } else {
      TRY_VOID(insert_elsewhere(*places[first].second, details_[first]));
    }
  }
  return {};
}

Result<> CallWriter::insert_elsewhere(const CallRecord& record, std::string& detail) {
  auto row = free_row(record.request);
  if (!row) return refuse(std::move(row).error());
  lone_row_.clear();
  TRY_VOID(fill(lone_row_, detail, {*row, &record}));
  if (auto done = db_.insert(lone_row_); !done) return refuse(std::move(done).error());
  return write_content(record, *row);
}

Result<> CallWriter::write_content(const CallRecord& record, std::int64_t row) {
  if (record.request_content.empty() && record.response_content.empty()) return {};
  TRY(auto content, db_.prepare("INSERT INTO content VALUES (?, ?, ?)"));
  content.bind(1, row);
  content.bind_borrowed(2, record.request_content);
  content.bind_borrowed(3, record.response_content);
  auto done = content.run();
  return done ? done : refuse(std::move(done).error());
}

// `detail` keeps what the row borrows.
Result<> CallWriter::fill(store::RowBatch& rows, std::string& detail, Place place) {
  const auto& [row, record] = place;
  const auto& r = *record;
  TRY(auto client, word(kClient, r.client));
  TRY(auto session_id, session(r.session, row));
  TRY(auto dialect, word(kDialect, r.dialect));
  TRY(auto upstream_dialect, word(kUpstreamDialect, r.upstream_dialect));
  TRY(auto operation, word(kOperation, r.operation));
  TRY(auto settlement, word(kSettlement, r.settlement));
  TRY(auto outcome, word(kOutcome, r.outcome));
  TRY(auto stop_reason, word(kStopReason, r.stop_reason));
  TRY(auto rules_version, word(kRulesVersion, r.rules_version));
  TRY_VOID(see_key(r.key, row));
  detail.clear();
  encode_detail(r, detail);
  store::Bytes bytes(reinterpret_cast<const std::uint8_t*>(detail.data()), detail.size());
  rows.add(row, store::Bytes(r.request.bytes), unix_ms(r.at), r.organisation, r.unit, r.user, r.key,
           r.model, r.deployment, client, session_id, dialect, upstream_dialect, operation,
           settlement, outcome, stop_reason, rules_version, r.status, r.streamed, r.attempts,
           r.usage.input, r.usage.cache_read, r.usage.cache_write_5m, r.usage.cache_write_1h,
           r.usage.output, r.usage.reasoning, static_cast<int>(r.usage.source), r.cost,
           r.first_byte_us, r.last_byte_us, r.own_us, r.request_bytes, r.response_bytes,
           r.scanned_request_bytes, r.scanned_response_bytes,
           detail.empty() ? std::nullopt : std::optional(bytes));
  return {};
}

}  // namespace sekisho::trace
