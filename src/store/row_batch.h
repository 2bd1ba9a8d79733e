#pragma once
// Rows on their way into a table. SQLite reads them from here through a virtual table of the
// connection, so that many share one statement and no value has to be bound.
//
//   RowBatch rows("call", 37);
//   rows.add(row, Bytes(request), …);  // one value per column, in the table's order
//   TRY_VOID(database.insert(rows));
//
// A value, used by one thread. Texts and blobs are borrowed: they stay until the rows have been
// inserted or cleared. An Id of 0 and an empty optional are NULL.

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/money.h"

struct sqlite3;

namespace sekisho::store {

class RowBatch {
 public:
  static constexpr std::size_t kRows = 64;     // of one statement: more of them gain nothing
  static constexpr std::size_t kColumns = 64;  // at most

  struct Cell {
    enum class Kind : std::uint8_t { kNull, kInteger, kText, kBlob };
    Kind kind = Kind::kNull;
    union {
      std::int64_t integer = 0;
      const char* bytes;
    };
    std::size_t size = 0;
  };

  // REQUIRES: 0 < columns <= kColumns; `table` is a constant of ours, no foreign text.
  RowBatch(std::string_view table, std::size_t columns);

  // REQUIRES: as many values as columns; not full.
  template <class... Values>
  void add(const Values&... values) {
    Cell* to = cells_.data() + rows_ * columns_;
    ((*to++ = cell(values)), ...);
    ++rows_;
  }
  std::size_t size() const { return rows_; }
  bool full() const { return rows_ == kRows; }
  void clear() { rows_ = 0; }

  const std::string& sql() const { return sql_; }
  std::span<const Cell> row(std::size_t index) const {
    return std::span(cells_).subspan(index * columns_, columns_);
  }

 private:
  template <std::integral T>
  static Cell cell(T value) {
    return {Cell::Kind::kInteger, {static_cast<std::int64_t>(value)}};
  }
  template <class Tag>
  static Cell cell(Id<Tag> id) {
    return id ? cell(id.value) : Cell();
  }
  static Cell cell(Money money) { return cell(money.nano_usd); }
  template <class T>
  static Cell cell(const std::optional<T>& value) {
    return value ? cell(*value) : Cell();
  }
  static Cell cell(std::string_view text) {
    return cell(Cell::Kind::kText, text.data(), text.size());
  }
  static Cell cell(const std::string& text) { return cell(std::string_view(text)); }
  static Cell cell(std::span<const std::uint8_t> blob) {
    return cell(Cell::Kind::kBlob, reinterpret_cast<const char*>(blob.data()), blob.size());
  }
  // A null pointer would be NULL where an empty value is meant.
  static Cell cell(Cell::Kind kind, const char* data, std::size_t size) {
    Cell out{kind, {}, size};
    out.bytes = data ? data : "";
    return out;
  }

  std::size_t columns_, rows_ = 0;
  std::string sql_;
  std::vector<Cell> cells_;
};

// What a connection's virtual table shows at present.
struct RowFeed {
  const RowBatch* rows = nullptr;
  std::size_t first = 0;
};
// Makes the virtual table known to the connection; SQLite's result code. `feed` outlives it.
int show_row_feed(sqlite3* connection, RowFeed& feed);

}  // namespace sekisho::store
