#pragma once
// Reads a GenerateContentRequest as strictly as the Gemini API does: protobuf JSON, in which each
// field has two spellings and unknown ones are refused, and the rules behind it (answers to every
// call, thought signatures, thinking budgets). Errors carry Google's own words where they are
// known. The model is that of the path.

#include "base/result.h"
#include "sim/json.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

Result<Prompt> read_gemini(const Model& model, const Json& body);

}  // namespace sekisho::sim
