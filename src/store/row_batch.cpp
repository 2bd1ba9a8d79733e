#include "store/row_batch.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace sekisho::store {
namespace {

constexpr const char* kTable = "row_feed";

std::string columns(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += fmt::format("{}c{}", i ? "," : "", i);
  return out;
}

struct Table : sqlite3_vtab {
  RowFeed* feed = nullptr;
};

struct Cursor : sqlite3_vtab_cursor {
  const RowBatch* rows = nullptr;
  std::size_t at = 0;
  const RowBatch::Cell* row = nullptr;  // at `at`

  int go_to(std::size_t index) {
    at = index;
    row = ended() ? nullptr : rows->row(at).data();
    return SQLITE_OK;
  }
  bool ended() const { return !rows || at >= rows->size(); }
};

int connect(sqlite3* connection, void* feed, int, const char* const*, sqlite3_vtab** out, char**) {
  static const std::string declaration = "CREATE TABLE x(" + columns(RowBatch::kColumns) + ")";
  if (int rc = sqlite3_declare_vtab(connection, declaration.c_str()); rc != SQLITE_OK) return rc;
  auto* table = new Table();
  table->feed = static_cast<RowFeed*>(feed);
  *out = table;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}

// There is one way to read it: all of it, in its order.
int best_index(sqlite3_vtab*, sqlite3_index_info* plan) {
  plan->estimatedCost = RowBatch::kRows;
  plan->estimatedRows = RowBatch::kRows;
  return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  *out = new Cursor();
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int, const char*, int, sqlite3_value**) {
  auto& cursor = *static_cast<Cursor*>(base);
  const auto& feed = *static_cast<Table*>(cursor.pVtab)->feed;
  cursor.rows = feed.rows;
  return cursor.go_to(feed.first);
}

int next(sqlite3_vtab_cursor* base) {
  auto& cursor = *static_cast<Cursor*>(base);
  return cursor.go_to(cursor.at + 1);
}

int at_end(sqlite3_vtab_cursor* cursor) {
  return static_cast<Cursor*>(cursor)->ended();
}

// What is borrowed stays longer than SQLite's own look at it, so nothing is copied here.
int column(sqlite3_vtab_cursor* base, sqlite3_context* out, int index) {
  const auto& cell = static_cast<Cursor*>(base)->row[index];
  switch (cell.kind) {
    case RowBatch::Cell::Kind::kNull:
      break;
    case RowBatch::Cell::Kind::kInteger:
      sqlite3_result_int64(out, cell.integer);
      break;
    case RowBatch::Cell::Kind::kText:
      sqlite3_result_text64(out, cell.bytes, cell.size, SQLITE_STATIC, SQLITE_UTF8);
      break;
    case RowBatch::Cell::Kind::kBlob:
      sqlite3_result_blob64(out, cell.bytes, cell.size, SQLITE_STATIC);
      break;
  }
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(static_cast<Cursor*>(cursor)->at);
  return SQLITE_OK;
}

// Without xCreate it exists in memory only, in each connection that asks for it.
constexpr sqlite3_module module() {
  sqlite3_module out{};
  out.xConnect = connect;
  out.xDisconnect = disconnect;
  out.xBestIndex = best_index;
  out.xOpen = open;
  out.xClose = close;
  out.xFilter = filter;
  out.xNext = next;
  out.xEof = at_end;
  out.xColumn = column;
  out.xRowid = row_id;
  return out;
}
constexpr sqlite3_module kModule = module();

}  // namespace

// OR FAIL: what stands before a refused row stays, and SQLite needs no copy of the pages to take it
// back.
RowBatch::RowBatch(std::string_view table, std::size_t columns)
    : columns_(columns),
      sql_(fmt::format("INSERT OR FAIL INTO {} SELECT {} FROM {}", table,
                       sekisho::store::columns(columns), kTable)),
      cells_(kRows * columns) {}

int show_row_feed(sqlite3* connection, RowFeed& feed) {
  return sqlite3_create_module(connection, kTable, &kModule, &feed);
}

}  // namespace sekisho::store
