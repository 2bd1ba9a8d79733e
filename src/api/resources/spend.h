#pragma once
// What was spent: totals and tables over the books, in whole days of the organisation's calendar.

#include "api/resources/visibility.h"
#include "api/route.h"
#include "ledger/spend.h"

namespace sekisho::api {

std::vector<Route> spend_routes();

// Narrows a filter to what the caller may see. False: nothing at all.
bool narrow(const Visibility& sight, ledger::SpendFilter& filter);
// The unit and everything below it.
std::vector<UnitId> subtree(const identity::World& world, UnitId top);

}  // namespace sekisho::api
