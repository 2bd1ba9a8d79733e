#pragma once
// Canonical conversation → a Gemini GenerateContentRequest; the model stands in the path. Members
// come in the order in which they change: contents last. Results of calls go into the user's turn,
// images of theirs beside them; schemas go as they are (parametersJsonSchema, responseJsonSchema).
//
// Errors: kUnsupported and kTooLarge, naming the client's field. Pure; any thread.

#include <string>
#include <vector>

#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire::gemini {

Result<TranslatedRequest> encode_request(Conversation& conversation, const TargetModel& target,
                                         const TranslationSettings& settings,
                                         std::vector<std::string> dropped);

}  // namespace sekisho::wire::gemini
