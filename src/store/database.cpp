#include "store/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>

#include "base/limits.h"
#include "store/format.h"

namespace sekisho::store {
namespace {

// A file made by us from its first byte: readable by its owner only, and SQLite gives the WAL and
// the shared-memory file the same mode.
void create_private(const std::string& path) {
  int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
}

}  // namespace

Error Database::error(int code) const {
  int extended = handle_ ? sqlite3_extended_errcode(handle_) : code;
  const char* text = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  int system = handle_ ? sqlite3_system_errno(handle_) : 0;
  return describe(path_, code, extended, system, text);
}

Result<> Database::connect(const OpenOptions& options) {
  if (!options.read_only) create_private(path_);
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
              (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  if (int rc = sqlite3_open_v2(path_.c_str(), &handle_, flags, nullptr); rc != SQLITE_OK) {
    return Failure(error(rc));
  }
  sqlite3_extended_result_codes(handle_, 0);
  sqlite3_busy_timeout(handle_, static_cast<int>(options.busy_timeout.count()));
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (int rc = show_row_feed(handle_, feed_); rc != SQLITE_OK) return Failure(error(rc));
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, static_cast<int>(limits::kStoreValueBytes));
  return {};
}

Result<std::unique_ptr<Database>> Database::open(const OpenOptions& options,
                                                 std::span<const Schema> schemas) {
  std::unique_ptr<Database> database(new Database(options.path));
  TRY_VOID(database->connect(options));
  bool fresh = false;
  TRY_VOID(database->check_identity(options.read_only, fresh));
  if (fresh) TRY_VOID(database->script("PRAGMA auto_vacuum = INCREMENTAL"));
  if (!options.read_only) TRY_VOID(database->script("PRAGMA journal_mode = WAL"));
  TRY_VOID(database->script("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY"));
  TRY_VOID(database->script(options.durable ? "PRAGMA synchronous = FULL"
                                            : "PRAGMA synchronous = NORMAL"));
  TRY_VOID(database->script("PRAGMA journal_size_limit = 67108864"));
  if (options.max_pages > 0) {
    TRY_VOID(
        database->script(fmt::format("PRAGMA max_page_count = {}", options.max_pages).c_str()));
  }
  TRY_VOID(database->migrate(schemas, fresh, options.read_only));
  return database;
}

Database::~Database() {
  for (auto& [sql, cached] : cache_) sqlite3_finalize(cached->statement);
  sqlite3_close(handle_);
}

Result<std::int64_t> Database::pragma(const char* sql) {
  TRY(auto statement, prepare(sql));
  TRY(bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<> Database::check_identity(bool read_only, bool& fresh) {
  TRY(auto application, pragma("PRAGMA application_id"));
  TRY(auto format, pragma("PRAGMA user_version"));
  TRY(auto objects, pragma("SELECT count(*) FROM sqlite_schema"));
  fresh = application == 0 && format == 0 && objects == 0;
  if (fresh && read_only) return fail(Code::kStoreFailed, path_ + " is empty");
  if (fresh) return {};
  if (application != kApplicationId) {
    return fail(Code::kCorrupt, path_ + " is a database of another program, not of Sekisho");
  }
  if (format == kFormat) return {};
  return fail(
      Code::kCorrupt,
      fmt::format("{} has data format {}; this version of Sekisho reads format {}{}", path_, format,
                  kFormat, format > kFormat ? " (a newer Sekisho wrote it)" : " (it is too old)"));
}

Result<> Database::migrate(std::span<const Schema> schemas, bool fresh, bool read_only) {
  if (fresh) {
    TRY(auto transaction, Transaction::begin(*this));
    TRY_VOID(script(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};"
                                "CREATE TABLE schema_step(module TEXT PRIMARY KEY, number INTEGER"
                                " NOT NULL) STRICT, WITHOUT ROWID",
                                kApplicationId, kFormat)
                        .c_str()));
    TRY_VOID(transaction.commit());
  }
  for (const auto& schema : schemas) {
    std::int64_t have = 0;
    {
      TRY(auto row, query("SELECT number FROM schema_step WHERE module = ?", schema.module));
      TRY(bool found, row.step());
      if (found) have = row.integer(0);
    }
    auto want = static_cast<std::int64_t>(schema.steps.size());
    if (have > want) {
      return fail(Code::kCorrupt, fmt::format("{}: the {} tables are at step {}, this version of "
                                              "Sekisho knows {} (a newer Sekisho wrote them)",
                                              path_, schema.module, have, want));
    }
    if (have < want && read_only) {
      return fail(Code::kStoreFailed,
                  fmt::format("{}: the {} tables are not there yet", path_, schema.module));
    }
    if (have < want) TRY_VOID(apply(schema, have));
  }
  return {};
}

Result<> Database::apply(const Schema& schema, std::int64_t have) {
  TRY(auto transaction, Transaction::begin(*this));
  for (const auto& step : schema.steps.subspan(static_cast<std::size_t>(have))) {
    TRY_VOID(script(step.sql));
    TRY_VOID(
        run("INSERT INTO schema_step VALUES (?, ?) ON CONFLICT (module) DO UPDATE SET"
            " number = excluded.number",
            schema.module, step.number));
  }
  return transaction.commit();
}

Result<Statement> Database::prepare(std::string_view sql) {
  std::string key(sql);
  auto found = cache_.find(key);
  if (found != cache_.end() && !found->second->in_use) {
    found->second->in_use = true;
    return Statement(*this, found->second->statement, &found->second->in_use);
  }
  sqlite3_stmt* statement = nullptr;
  int rc =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), 0, &statement, nullptr);
  if (rc != SQLITE_OK) return Failure(error(rc));
  if (found != cache_.end() || cache_.size() >= limits::kStoreStatements) {
    return Statement(*this, statement, nullptr);
  }
  auto& cached = cache_[std::move(key)];
  cached = std::make_unique<Cached>(Cached{statement, true});
  return Statement(*this, statement, &cached->in_use);
}

Result<> Database::insert(const RowBatch& rows, std::size_t first) {
  TRY(auto statement, prepare(rows.sql()));
  feed_ = {&rows, first};
  auto done = statement.run();
  feed_ = {};
  return done;
}

Result<> Database::script(const char* sql) {
  int rc = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return Failure(error(rc));
  return {};
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(handle_);
}
std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

std::int64_t Database::file_bytes() const {
  auto& self = const_cast<Database&>(*this);
  auto pages = self.pragma("PRAGMA page_count");
  auto unused = self.pragma("PRAGMA freelist_count");
  auto size = self.pragma("PRAGMA page_size");
  return pages && unused && size ? (*pages - *unused) * *size : 0;
}

Result<> Database::check() {
  TRY(auto statement, prepare("PRAGMA quick_check(1)"));
  TRY(bool row, statement.step());
  if (row && statement.view(0) != "ok") {
    return fail(Code::kCorrupt, path_ + " is damaged: " + statement.text(0));
  }
  return {};
}

Result<> Database::release_free_pages(std::int64_t pages) {
  return script(fmt::format("PRAGMA incremental_vacuum({})", pages).c_str());
}

}  // namespace sekisho::store
