#pragma once
// Pieces of Gemini's answers, in both directions. Internal to gemini.

#include <string_view>

#include "wire/answer.h"
#include "wire/json_slice.h"
#include "wire/json_writer.h"
#include "wire/usage.h"

namespace sekisho::wire::gemini {

std::string_view finish_reason(StopReason reason);
// The stop that a provider's reason is; kError for those that are faults of the answer.
StopReason read_finish_reason(std::string_view reason);

// usageMetadata: the prompt includes what was read from a cache, thoughts come on top of the
// candidates' tokens.
void write_usage(JsonWriter& json, const Usage& usage);
// The same read back; tokens of the prompts that tools made come on top, too.
Usage read_usage(JsonValue metadata);

}  // namespace sekisho::wire::gemini
