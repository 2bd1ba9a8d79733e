#pragma once
// Canonical conversation → Anthropic Messages, for a provider that speaks it. Deterministic;
// settings and tools come first and messages last, so that a growing conversation keeps its
// beginning. What the model does not take is left out and named in `dropped`, or refused with the
// field's name (kUnsupported, kInvalidArgument).

#include <string>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire::anthropic {

// May change the conversation. REQUIRES: settle_turns has run.
Result<TranslatedRequest> encode_request(Conversation& conversation, const TargetModel& target,
                                         const TranslationSettings& settings,
                                         std::vector<std::string> dropped);

}  // namespace sekisho::wire::anthropic
