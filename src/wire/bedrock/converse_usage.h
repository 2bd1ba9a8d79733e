#pragma once
// Converse's usage object in the normal form. Claude's inputTokens leave the cache out, some OpenAI
// models' contain it: totalTokens tells which. Writes with a time to live of one hour show only in
// cacheDetails. Figures repeated under other names (twins) are not added. Without input and output
// as whole numbers of zero or more the figures are kPartial. Pure.

#include "wire/json_slice.h"
#include "wire/usage.h"

namespace sekisho::wire::bedrock {

Usage read_usage(JsonValue usage);

// thinking_tokens from what additionalModelResponseFieldPaths brought, wherever it stands in there.
std::int64_t read_thinking_tokens(JsonValue additional_fields);

}  // namespace sekisho::wire::bedrock
