#include "api/answers.h"
#include "api/litellm/keys.h"
#include "api/litellm/spend_logs.h"
#include "api/litellm/teams.h"
#include "api/litellm/users.h"
#include "api/resources/budgets.h"
#include "api/resources/explain.h"
#include "api/resources/health.h"
#include "api/resources/keys.h"
#include "api/resources/models.h"
#include "api/resources/organisations.h"
#include "api/resources/requests.h"
#include "api/resources/spend.h"
#include "api/resources/units.h"
#include "api/resources/users.h"
#include "api/route.h"

namespace sekisho::api {

RouteTable all_routes() {
  RouteTable table;
  for (auto routes :
       {health_routes, organisation_routes, unit_routes, user_routes, key_routes, budget_routes,
        model_routes, deployment_routes, spend_routes, request_routes, explain_routes,
        litellm::key_routes, litellm::team_routes, litellm::user_routes, litellm::spend_routes}) {
    for (auto& route : routes()) table.push_back(std::move(route));
  }
  declare_answers(table);
  return table;
}

}  // namespace sekisho::api
