#pragma once
// Virtual keys through the management API.

#include "api/route.h"
#include "identity/identity.h"
#include "wire/json_writer.h"

namespace sekisho::api {

std::vector<Route> key_routes();
void write_key(wire::JsonWriter& w, const identity::VirtualKey& key);

}  // namespace sekisho::api
