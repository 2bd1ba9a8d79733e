#pragma once
// The names of Gemini's JSON. Its servers read protobuf's JSON: each field under its name in lower
// camel case (maxOutputTokens) and under the one of its definition (max_output_tokens). Pure
// functions.

#include <string>
#include <string_view>

#include "wire/json_slice.h"

namespace sekisho::wire::gemini {

// "max_output_tokens" → "maxOutputTokens"; what has no underscore stays.
std::string camel_case(std::string_view name);

// The member of an object in either spelling.
JsonValue field(JsonValue object, std::string_view camel);

}  // namespace sekisho::wire::gemini
