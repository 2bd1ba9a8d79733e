#pragma once
// Gemini's own schema language (a subset of OpenAPI's: types in capitals, `nullable`, counts as
// strings, its own names in two spellings) → JSON Schema. What is JSON Schema already stays so.
// Names and values that are not the language's (property names, enums, defaults) keep their bytes.

#include <string>

#include "wire/json_slice.h"

namespace sekisho::wire::gemini {

std::string json_schema(JsonValue schema);

}  // namespace sekisho::wire::gemini
