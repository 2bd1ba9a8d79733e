#include "trace/call_writer.h"

#include "base/limits.h"
#include "trace/call_detail.h"
#include "trace/row_id.h"

namespace sekisho::trace {
namespace {

// The range of a session's or key's calls is kept loosely, so that it is written once a minute: it
// may end a minute later than its last call.
constexpr std::int64_t kAhead = std::int64_t{60'000} << kTieBits;

}  // namespace

void CallWriter::forget() {
  words_.clear();
  sessions_.clear();
  keys_.clear();
}

Result<std::optional<std::int64_t>> CallWriter::word(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (auto known = words_.find(text); known != words_.end()) return known->second;
  {
    TRY(auto row, db_.query("SELECT id FROM word WHERE text = ?", text));
    TRY(bool found, row.step());
    if (found) return words_[text] = row.integer(0);
  }
  if (words_.size() >= limits::kTraceWords && text != "other") return word("other");
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

Result<> CallWriter::write(const CallRecord& record) {
  auto row = wanted_row(record.request);
  auto done = insert(record, row);
  if (!done && done.error().code == Code::kConflict) {
    TRY(row, free_row(record.request));
    done = insert(record, row);
  }
  if (!done) return done;
  if (record.request_content.empty() && record.response_content.empty()) return {};
  TRY(auto content, db_.prepare("INSERT INTO content VALUES (?, ?, ?)"));
  content.bind(1, row);
  content.bind_borrowed(2, record.request_content);
  content.bind_borrowed(3, record.response_content);
  return content.run();
}

Result<> CallWriter::insert(const CallRecord& r, std::int64_t row) {
  TRY(auto client, word(r.client));
  TRY(auto session_id, session(r.session, row));
  TRY(auto dialect, word(r.dialect));
  TRY(auto upstream_dialect, word(r.upstream_dialect));
  TRY(auto operation, word(r.operation));
  TRY(auto settlement, word(r.settlement));
  TRY(auto outcome, word(r.outcome));
  TRY(auto stop_reason, word(r.stop_reason));
  TRY(auto rules_version, word(r.rules_version));
  TRY_VOID(see_key(r.key, row));
  detail_.clear();
  encode_detail(r, detail_);
  TRY(auto insert,
      db_.prepare("INSERT INTO call VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                  " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(1, row);
  insert.bind_borrowed(2, store::Bytes(r.request.bytes));
  int column = 2;
  auto put = [&](const auto&... values) { (insert.bind(++column, values), ...); };
  put(unix_ms(r.at), r.organisation, r.unit, r.user, r.key, r.model, r.deployment, client,
      session_id, dialect, upstream_dialect, operation, settlement, outcome, stop_reason,
      rules_version, r.status, r.streamed, r.attempts, r.usage.input, r.usage.cache_read,
      r.usage.cache_write_5m, r.usage.cache_write_1h, r.usage.output, r.usage.reasoning,
      static_cast<int>(r.usage.source), r.cost, r.first_byte_us, r.last_byte_us, r.own_us,
      r.request_bytes, r.response_bytes, r.scanned_request_bytes, r.scanned_response_bytes);
  if (!detail_.empty()) {
    insert.bind_borrowed(
        ++column,
        store::Bytes(reinterpret_cast<const std::uint8_t*>(detail_.data()), detail_.size()));
  }
  return insert.run();
}

}  // namespace sekisho::trace
