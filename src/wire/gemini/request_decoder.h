#pragma once
// A Gemini GenerateContentRequest → canonical conversation. Reads all fields, in either spelling:
// those that mean something to a model become part of the conversation, and every other one is
// named in `dropped`. Calls without an id get one by their place; a function's response belongs to
// the call of its id, else to the first open call of its name, else to the first open call.
//
// Errors: kInvalidArgument and kUnsupported, naming the field ("contents[3].parts[0]: …"). The
// conversation's views point into `body`. Pure; any thread.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"

namespace sekisho::wire::gemini {

Result<std::unique_ptr<Conversation>> decode_request(std::string_view body,
                                                     std::vector<std::string>& dropped);

// What a Gemini client calls a field that an encoder could not say (encoders name them as chat
// completions do).
std::string field_name(std::string_view field);

}  // namespace sekisho::wire::gemini
