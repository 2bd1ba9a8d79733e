#pragma once
// Units of the organisation's tree through the management API.

#include "api/route.h"
#include "identity/identity.h"
#include "wire/json_writer.h"

namespace sekisho::api {

std::vector<Route> unit_routes();
void write_unit(wire::JsonWriter& w, const identity::Unit& unit);

}  // namespace sekisho::api
