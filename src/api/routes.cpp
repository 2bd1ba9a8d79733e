#include "api/resources/health.h"
#include "api/resources/keys.h"
#include "api/resources/organisations.h"
#include "api/resources/units.h"
#include "api/resources/users.h"
#include "api/route.h"

namespace sekisho::api {

RouteTable all_routes() {
  RouteTable table;
  for (auto routes : {health_routes, organisation_routes, unit_routes, user_routes, key_routes}) {
    for (auto& route : routes()) table.push_back(std::move(route));
  }
  return table;
}

}  // namespace sekisho::api
