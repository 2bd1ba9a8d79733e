#include "trace/retention.h"

#include <algorithm>

#include "trace/row_id.h"

namespace sekisho::trace {
namespace {

// `end` is the first row that stays.
Result<std::int64_t> delete_rows_before(store::Database& db, std::int64_t end) {
  TRY_VOID(db.run("DELETE FROM content WHERE call < ?", end));
  TRY_VOID(db.run("DELETE FROM call WHERE id < ?", end));
  auto deleted = db.changes();
  TRY_VOID(db.run("DELETE FROM session WHERE last_call < ?", end));
  TRY_VOID(db.run("DELETE FROM key_seen WHERE last_call < ?", end));
  return deleted;
}

// The row after the oldest `count`, at most `end`.
Result<std::int64_t> row_after(store::Database& db, std::int64_t count, std::int64_t end) {
  TRY(auto row, db.query("SELECT id FROM call ORDER BY id LIMIT 1 OFFSET ?", count));
  TRY(bool found, row.step());
  return found ? std::min(end, row.integer(0)) : end;
}

}  // namespace

Result<std::int64_t> delete_calls_before(store::Database& db, std::int64_t before_ms,
                                         std::int64_t at_most) {
  TRY(auto end, row_after(db, at_most, first_row_of(std::max<std::int64_t>(0, before_ms))));
  return delete_rows_before(db, end);
}

Result<std::int64_t> shrink_to(store::Database& db, std::int64_t bytes, std::int64_t at_most) {
  auto used = db.file_bytes();
  if (used <= bytes) return 0;
  TRY(auto row, db.prepare("SELECT count(*) FROM call"));
  TRY_VOID(row.step());
  auto calls = row.integer(0);
  TRY_VOID(row.run());
  // The share of the calls that is too much, and a twentieth more, so that it is not done again
  // at once.
  auto excess = static_cast<std::int64_t>(
      static_cast<double>(calls) *
      (1 - 0.95 * static_cast<double>(bytes) / static_cast<double>(used)));
  auto count = std::clamp<std::int64_t>(excess, 1, at_most);
  TRY(auto end, row_after(db, count, INT64_MAX));
  return delete_rows_before(db, end);
}

}  // namespace sekisho::trace
