#pragma once
// What the LiteLLM-shaped routes answer with.

#include "api/route.h"

namespace sekisho::api::litellm {

// kNone for a route that it does not know.
Shape answer_of(const Route& route);

}  // namespace sekisho::api::litellm
