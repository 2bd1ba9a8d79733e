#pragma once
// OpenAI chat completions request → canonical conversation. Reads all fields: those that mean
// something to a model become part of the conversation, those that are the gateway's own (model,
// stream, ids, tags) are passed over, and every other one is named in `dropped` so that nobody
// believes that it had an effect. Extensions of common clients are understood: cache_control on
// parts, messages and tools; reasoning_details and thinking_blocks on assistant messages; thinking,
// output_config, reasoning beside reasoning_effort.
//
// Errors: kInvalidArgument and kUnsupported, naming the field ("messages[3].content[0].type: …").
// The conversation's views point into `body`. Pure; any thread.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"

namespace sekisho::wire::openai_chat {

Result<std::unique_ptr<Conversation>> decode_request(std::string_view body,
                                                     std::vector<std::string>& dropped);

}  // namespace sekisho::wire::openai_chat
