#pragma once
// Why a call would be refused or routed so, without sending anything.

#include "api/route.h"

namespace sekisho::api {

std::vector<Route> explain_routes();

}  // namespace sekisho::api
