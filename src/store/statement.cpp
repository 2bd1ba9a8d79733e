#include <sqlite3.h>

#include <utility>

#include "store/database.h"

namespace sekisho::store {

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      in_use_(other.in_use_),
      bind_error_(other.bind_error_) {}

Statement::~Statement() {
  if (!statement_) return;
  if (!in_use_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  *in_use_ = false;
}

void Statement::note(int code) {
  if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
}

void Statement::bind_integer(int index, std::int64_t value) {
  note(sqlite3_bind_int64(statement_, index, value));
}
void Statement::bind_null(int index) {
  note(sqlite3_bind_null(statement_, index));
}

// A null pointer would bind NULL where an empty value is meant.
void Statement::bind(int index, std::string_view text) {
  note(sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
}
void Statement::bind(int index, Bytes blob) {
  note(sqlite3_bind_blob64(statement_, index,
                           blob.data() ? static_cast<const void*>(blob.data()) : "", blob.size(),
                           SQLITE_TRANSIENT));
}
void Statement::bind_borrowed(int index, std::string_view text) {
  note(sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(),
                           SQLITE_STATIC, SQLITE_UTF8));
}
void Statement::bind_borrowed(int index, Bytes blob) {
  note(sqlite3_bind_blob64(statement_, index,
                           blob.data() ? static_cast<const void*>(blob.data()) : "", blob.size(),
                           SQLITE_STATIC));
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) {
    return Failure(database_->error(std::exchange(bind_error_, SQLITE_OK)));
  }
  int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) {
    sqlite3_reset(statement_);
    return false;
  }
  auto error = database_->error(rc);
  sqlite3_reset(statement_);
  return Failure(std::move(error));
}

Result<> Statement::run() {
  for (;;) {
    TRY(bool row, step());
    if (!row) return {};
  }
}

void Statement::reset() {
  sqlite3_reset(statement_);
  bind_error_ = SQLITE_OK;
}

bool Statement::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
std::string_view Statement::view(int column) const {
  auto data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return data ? std::string_view(data,
                                 static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
              : std::string_view();
}
Bytes Statement::blob(int column) const {
  auto data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return data ? Bytes(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
              : Bytes();
}

}  // namespace sekisho::store
