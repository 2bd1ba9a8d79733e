#pragma once
// What the route table says, for machines (OpenAPI 3.1) and for people (Markdown).

#include <string>

#include "api/route.h"

namespace sekisho::api {

std::string openapi_json(const RouteTable& table);
std::string api_reference(const RouteTable& table);

}  // namespace sekisho::api
