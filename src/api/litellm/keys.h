#pragma once
// LiteLLM's /key/* over our virtual keys.

#include "api/resources/scene.h"
#include "wire/json_writer.h"

namespace sekisho::api::litellm {

std::vector<Route> key_routes();

// The members of LiteLLM's key object, inside an object that is open already.
Result<> write_key_members(wire::JsonWriter& w, Scene& scene, const identity::VirtualKey& key);
// Creates the key after asking whether the caller may; `text` empty = a random one.
Result<identity::NewKey> issue(Scene& scene, const identity::VirtualKey& key, std::string text);

}  // namespace sekisho::api::litellm
