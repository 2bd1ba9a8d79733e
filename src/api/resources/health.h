#pragma once
// Health, metrics and the API's own description.

#include "api/route.h"

namespace sekisho::api {

std::vector<Route> health_routes();

}  // namespace sekisho::api
