#pragma once
// How a Converse answer ends, well or badly. Pure.

#include <string_view>

#include "base/error.h"
#include "wire/answer.h"
#include "wire/json_slice.h"

namespace sekisho::wire::bedrock {

// Unknown reasons count as the end of the turn.
StopReason read_stop_reason(std::string_view reason);

// additionalModelResponseFields.stop_sequence, also below "delta" as streams give it.
std::string read_stop_sequence(JsonValue additional_fields);

// An exception of the service → a kError event. `error.detail` holds the provider's text for the
// operator; `text` is for the client: a plain sentence, or the provider's own (scrubbed) where
// clients act on its wording (context overflow); `error_type` is the exception's name.
AnswerEvent exception_event(std::string_view exception, std::string_view message);

}  // namespace sekisho::wire::bedrock
