#pragma once
// Reads and checks the body of a chat completion as OpenAI does: members, types, the pairing of
// tool calls and tool messages, parameters that reasoning models refuse. Unknown members of a
// message are ignored (OpenAI-compatible servers do), unknown top-level members are refused.
// Errors: kInvalidArgument, kNotFound (model), in OpenAI's wording.

#include "base/result.h"
#include "sim/json.h"
#include "sim/prompt.h"

namespace sekisho::sim {

Result<Prompt> read_chat(const Json& body);

}  // namespace sekisho::sim
