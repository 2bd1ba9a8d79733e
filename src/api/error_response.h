#pragma once
// Errors in the envelope of a route: ours, or LiteLLM's with its names for the kinds of failure and
// a `code` that is a string. Pure, any thread.

#include <string_view>

#include "api/route.h"
#include "wire/refusal.h"

namespace sekisho::api {

// In English unless the request asked for Japanese (phrases.h).
Response error_response(const Error& error, Style style, const Request& request);
// The caller could not be identified.
Response refusal_response(const wire::Refusal& refusal, Style style, const Request& request);

}  // namespace sekisho::api
