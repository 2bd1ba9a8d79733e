#include <utility>

#include "store/database.h"

namespace sekisho::store {

Result<Transaction> Transaction::begin(Database& database) {
  bool nested = database.in_transaction();
  TRY_VOID(database.script(nested ? "SAVEPOINT step" : "BEGIN IMMEDIATE"));
  return Transaction(database, nested);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)), nested_(other.nested_) {}

// A full disk or an I/O error may have rolled everything back already; then there is nothing to do
// and the failing "no such savepoint" is expected.
Transaction::~Transaction() {
  if (!database_ || !database_->in_transaction()) return;
  (void)database_->script(nested_ ? "ROLLBACK TO step; RELEASE step" : "ROLLBACK");
}

Result<> Transaction::commit() {
  if (!database_->in_transaction()) {
    return fail(Code::kStoreFailed, database_->path() + ": the transaction was rolled back");
  }
  TRY_VOID(database_->script(nested_ ? "RELEASE step" : "COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace sekisho::store
