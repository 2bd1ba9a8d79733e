#pragma once
// LiteLLM's /user/* over our users.

#include "api/route.h"

namespace sekisho::api::litellm {

std::vector<Route> user_routes();

}  // namespace sekisho::api::litellm
