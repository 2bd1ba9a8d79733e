#pragma once
// LiteLLM's /team/* over our units.

#include "api/resources/scene.h"
#include "wire/json_writer.h"

namespace sekisho::api::litellm {

std::vector<Route> team_routes();
// A whole team object.
Result<> write_team(wire::JsonWriter& w, Scene& scene, const identity::Unit& unit);

}  // namespace sekisho::api::litellm
