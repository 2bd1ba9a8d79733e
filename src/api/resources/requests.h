#pragma once
// Calls as they were recorded: lists and single ones.

#include "api/route.h"

namespace sekisho::api {

std::vector<Route> request_routes();

}  // namespace sekisho::api
