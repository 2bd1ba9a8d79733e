#pragma once
// The caller's organisation through the management API.

#include "api/route.h"

namespace sekisho::api {

std::vector<Route> organisation_routes();

}  // namespace sekisho::api
