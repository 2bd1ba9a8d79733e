#pragma once
// What each route answers with when it succeeds, in one table.

#include "api/route.h"

namespace sekisho::api {

// Adds shape and status of the answer to every route of the table.
void declare_answers(RouteTable& table);

}  // namespace sekisho::api
