#pragma once
// Budgets and limits with what is used of them, and who the caller is.

#include "api/route.h"

namespace sekisho::api {

std::vector<Route> budget_routes();

}  // namespace sekisho::api
