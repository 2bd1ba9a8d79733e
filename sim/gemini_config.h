#pragma once
// Tools and generationConfig of a GenerateContentRequest; see gemini_reader.h.

#include "base/result.h"
#include "sim/json.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

Result<void> read_gemini_tools(const Model& model, const Json& body, Prompt& prompt);
Result<void> read_gemini_config(const Model& model, const Json& body, Prompt& prompt);

}  // namespace sekisho::sim
