#pragma once
// One connection to one SQLite file, narrow on purpose: sqlite3.h stays in database.cpp.
//
// A Database belongs to one thread at a time (the connection has no mutex). Files are in WAL mode,
// with foreign keys on, and carry our application id and format number: a foreign or a newer or
// older file is refused with one sentence and left as it was. Each module brings a Schema, a list
// of numbered SQL steps; the steps that a file lacks run in one transaction when it is opened for
// writing (docs/storage.md).
//
// Errors: kStoreFailed (disk full, file locked, unreadable), kConflict (a unique or foreign key
// constraint), kInvalidArgument (a check constraint, a value too big), kCorrupt (damaged file, not
// ours). After a full disk nothing needs repair: the failed transaction is rolled back and the
// next one is tried afresh.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"
#include "store/row_batch.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sekisho::store {

using Bytes = std::span<const std::uint8_t>;

struct Migration {
  int number;       // 1, 2, 3 … without gaps
  const char* sql;  // one or more statements
};
struct Schema {
  std::string_view module;  // "identity"
  std::span<const Migration> steps;
};

class Database;

// A prepared statement, borrowed from its Database's cache and given back on destruction.
// Parameters are numbered from 1, columns from 0. An Id of 0 ("none") is NULL in both directions.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  template <std::integral T>
  void bind(int index, T value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, std::string_view text);  // copied
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, Bytes blob);  // copied
  void bind(int index, Money money) { bind_integer(index, money.nano_usd); }
  void bind(int index, std::nullopt_t) { bind_null(index); }
  template <class Tag>
  void bind(int index, Id<Tag> id) {
    id ? bind_integer(index, id.value) : bind_null(index);
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    value ? bind(index, *value) : bind_null(index);
  }
  // Not copied: the bytes must stay until reset(), run() or the next bind of this index.
  void bind_borrowed(int index, std::string_view text);
  void bind_borrowed(int index, Bytes blob);
  template <class... Values>
  Statement& with(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  Result<bool> step();  // true: a row is there; false: done (and reset)
  Result<> run();       // to the end, then reset
  void reset();

  bool null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view view(int column) const;  // until the next step
  std::string text(int column) const { return std::string(view(column)); }
  Bytes blob(int column) const;  // until the next step
  Money money(int column) const { return {integer(column)}; }
  bool flag(int column) const { return integer(column) != 0; }
  template <class IdType>
  IdType id(int column) const {
    return IdType{integer(column)};
  }
  std::optional<std::int64_t> maybe_integer(int column) const {
    return null(column) ? std::nullopt : std::optional(integer(column));
  }

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* statement, bool* in_use)
      : database_(&database), statement_(statement), in_use_(in_use) {}
  void bind_integer(int index, std::int64_t value);
  void bind_null(int index);
  void note(int code);

  Database* database_;
  sqlite3_stmt* statement_;
  bool* in_use_;  // null: not cached, finalised on destruction
  int bind_error_ = 0;
};

struct OpenOptions {
  std::string path;
  bool read_only = false;
  bool durable = true;  // a commit survives a power cut; false: it survives a killed process only
  std::chrono::milliseconds busy_timeout{5000};
  std::int64_t max_pages = 0;  // of 4,096 bytes; 0 = no cap
};

class Database {
 public:
  // REQUIRES: with read_only, the file exists and has every step of `schemas`.
  static Result<std::unique_ptr<Database>> open(const OpenOptions& options,
                                                std::span<const Schema> schemas);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<Statement> prepare(std::string_view sql);
  // prepare + bind + run, for statements that give no rows.
  template <class... Values>
  Result<> run(std::string_view sql, const Values&... values) {
    auto statement = prepare(sql);
    if (!statement) return Failure(std::move(statement).error());
    return statement->with(values...).run();
  }
  // prepare + bind; the caller steps.
  template <class... Values>
  Result<Statement> query(std::string_view sql, const Values&... values) {
    auto statement = prepare(sql);
    if (statement) statement->with(values...);
    return statement;
  }
  // Inserts rows from number `first` on, in their order, with one statement. When one is refused,
  // those before it are there: changes() says how many.
  Result<> insert(const RowBatch& rows, std::size_t first = 0);
  // A script of constant statements without parameters. REQUIRES: no foreign text inside.
  Result<> script(const char* sql);

  std::int64_t last_insert_id() const;
  std::int64_t changes() const;  // rows that the last statement changed
  bool in_transaction() const;
  const std::string& path() const { return path_; }
  std::int64_t file_bytes() const;  // pages in use, without the free ones
  Result<> check();                 // SQLite's quick_check: kCorrupt names the first finding
  Result<> release_free_pages(std::int64_t pages);  // gives space back to the file system

 private:
  friend class Statement;
  struct Cached {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };
  explicit Database(std::string path) : path_(std::move(path)) {}
  Error error(int code) const;
  Result<> connect(const OpenOptions& options);
  Result<> check_identity(bool read_only, bool& fresh);
  Result<> migrate(std::span<const Schema> schemas, bool fresh, bool read_only);
  Result<> apply(const Schema& schema, std::int64_t have);
  Result<std::int64_t> pragma(const char* sql);

  std::string path_;
  sqlite3* handle_ = nullptr;
  RowFeed feed_;
  std::unordered_map<std::string, std::unique_ptr<Cached>> cache_;
};

// BEGIN IMMEDIATE … COMMIT; inside another transaction a savepoint. Rolls back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<> commit();

 private:
  Transaction(Database& database, bool nested) : database_(&database), nested_(nested) {}
  Database* database_;
  bool nested_;
};

}  // namespace sekisho::store
