#pragma once
// Canonical conversation → body of OpenAI chat completions, for OpenAI and servers compatible with
// it. Consumes the conversation (it is settled to the target's rules on the way). Deterministic;
// what changes last comes last: model, settings, tools, tool choice, format, messages.
//
// What the API has no place for is named in `dropped`: top_k, reasoning of earlier answers (unless
// the provider takes it back, see TranslationSettings), stop sequences beyond four, metadata. Cache
// marks need no report: OpenAI caches every long enough prefix by itself.
// Errors: kUnsupported naming the client's field. Pure; any thread.

#include <string>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire::openai_chat {

Result<TranslatedRequest> encode_request(Conversation& conversation, const TargetModel& target,
                                         const TranslationSettings& settings,
                                         std::vector<std::string> dropped);

}  // namespace sekisho::wire::openai_chat
