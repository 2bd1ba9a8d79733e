#pragma once
// Access to the database that holds the books: the store's two threads, or one connection used
// directly (simulation, tools). Blocking; not for workers.

#include <functional>

#include "base/result.h"
#include "store/database.h"

namespace sekisho::ledger {

class Books {
 public:
  using Job = std::function<Result<>(store::Database&)>;
  virtual ~Books() = default;
  virtual Result<> write(const Job& job) = 0;  // in a transaction; durable when it returns
  virtual Result<> read(const Job& job) = 0;
};

// One connection, used by one thread at a time.
class DirectBooks final : public Books {
 public:
  explicit DirectBooks(store::Database& database) : database_(database) {}
  Result<> write(const Job& job) override {
    TRY(auto transaction, store::Transaction::begin(database_));
    TRY_VOID(job(database_));
    return transaction.commit();
  }
  Result<> read(const Job& job) override { return job(database_); }

 private:
  store::Database& database_;
};

}  // namespace sekisho::ledger
