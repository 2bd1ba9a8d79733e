#include "ledger/spend_condition.h"

#include <fmt/format.h>

namespace sekisho::ledger {

void SpendCondition::compare(const char* column_and_operator, std::int64_t value) {
  sql += fmt::format(" AND {} ?", column_and_operator);
  values.push_back(value);
}

SpendCondition::SpendCondition(const SpendFilter& filter) {
  if (filter.from_day) compare("day >=", *filter.from_day);
  if (filter.until_day) compare("day <", *filter.until_day);
  if (filter.organisation) compare("organisation =", filter.organisation->value);
  if (filter.user) compare("user =", filter.user->value);
  if (filter.key) compare("key =", filter.key->value);
  if (filter.model) compare("model =", filter.model->value);
  if (filter.deployment) compare("deployment =", filter.deployment->value);
  if (filter.units.empty()) return;
  sql += " AND unit IN (";
  for (UnitId unit : filter.units) {
    sql += values.empty() || sql.back() == '(' ? "?" : ", ?";
    values.push_back(unit.value);
  }
  sql += ")";
}

int SpendCondition::bind(store::Statement& statement) const {
  int index = 0;
  for (std::int64_t value : values) statement.bind(++index, value);
  return index;
}

}  // namespace sekisho::ledger
