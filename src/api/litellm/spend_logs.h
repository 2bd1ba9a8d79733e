#pragma once
// LiteLLM's /spend/logs over the books: one row per ledger entry, or sums by day.

#include "api/route.h"

namespace sekisho::api::litellm {

std::vector<Route> spend_routes();

}  // namespace sekisho::api::litellm
