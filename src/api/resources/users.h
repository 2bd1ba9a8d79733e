#pragma once
// Users through the management API.

#include "api/route.h"
#include "identity/identity.h"
#include "wire/json_writer.h"

namespace sekisho::api {

std::vector<Route> user_routes();
void write_user(wire::JsonWriter& w, const identity::User& user);

}  // namespace sekisho::api
