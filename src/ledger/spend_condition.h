#pragma once
// A SpendFilter as SQL: " AND unit IN (?, ?)" and the values of its places, in order.

#include <string>
#include <vector>

#include "ledger/spend.h"

namespace sekisho::ledger {

struct SpendCondition {
  explicit SpendCondition(const SpendFilter& filter);
  void compare(const char* column_and_operator, std::int64_t value);  // "day >="
  int bind(store::Statement& statement) const;  // from 1 on; the last place used

  std::string sql;
  std::vector<std::int64_t> values;
};

}  // namespace sekisho::ledger
