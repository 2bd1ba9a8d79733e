#pragma once
// Writes entries and the sums over them, inside the caller's transaction. An entry that is there
// already (same request) changes nothing. One object per transaction: add … add, flush.

#include <array>
#include <map>

#include "ledger/account.h"
#include "ledger/record.h"
#include "store/database.h"

namespace sekisho::ledger {

class EntryWriter {
 public:
  explicit EntryWriter(store::Database& database) : db_(database) {}
  // `settle` is a settle record. True when the entry is new.
  Result<bool> add(const Record& settle);
  Result<> flush();

 private:
  using DayKey = std::array<std::int64_t, 7>;  // as the primary key of spend_day
  using DaySum = std::array<std::int64_t, 8>;  // as its other columns
  Result<> flush_days();
  Result<> flush_accounts();

  store::Database& db_;
  std::map<DayKey, DaySum> days_;
  std::map<std::pair<Scope, std::int64_t>, std::int64_t> accounts_;  // (account, day) → cost
  std::int64_t window_ms_ = 0;
};

}  // namespace sekisho::ledger
