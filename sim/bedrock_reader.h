#pragma once
// Reads and checks the body of Converse and ConverseStream as the real service does: members,
// types, ranges, the order of messages, tools and cache points. Errors: kInvalidArgument in the
// service's wording.

#include "base/result.h"
#include "sim/json.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

Result<Prompt> read_converse(const Json& body, const Model& model);

}  // namespace sekisho::sim
