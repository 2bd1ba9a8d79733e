#pragma once
// What a scope (key, user, unit, organisation) has used of its limits at this moment: from its live
// account where it has one, otherwise from the books. A copy of the policy's accounts, made on a
// worker's loop, read on any thread.

#include <map>
#include <optional>
#include <string>

#include "gateway/policy.h"
#include "gateway/policy_builder.h"
#include "store/database.h"
#include "wire/json_writer.h"

namespace sekisho::api {

struct Figures {
  Money committed;  // in the present window: settled and reserved
  std::int64_t requests = 0, tokens = 0, parallel = 0;  // of the last minute; now
  std::string resets;                                   // ISO 8601 with offset; empty = never
  std::optional<WallTime> ends;
};

class LiveFigures {
 public:
  LiveFigures(gateway::PolicyPtr policy, const Clock& clock);
  Result<Figures> of(store::Database& db, ledger::Scope scope, ledger::Window window,
                     const ledger::TimeZone& zone) const;

 private:
  gateway::PolicyPtr policy_;  // keeps nothing alive but itself: accounts live with the process
  std::map<ledger::Scope, const ledger::Account*> accounts_;
  WallTime wall_;
  SteadyTime steady_;
};

const ledger::TimeZone& zone_of(const std::string& name);  // UTC when unknown

// One row of the budgets: the scope, its limits, what is used of them.
struct BudgetRow {
  std::string_view scope;  // "unit"
  std::int64_t id = 0;
  std::string_view name;
  const ledger::Limits& limits;
  const Figures& figures;
};
void write_budget(wire::JsonWriter& w, const BudgetRow& row);

}  // namespace sekisho::api
