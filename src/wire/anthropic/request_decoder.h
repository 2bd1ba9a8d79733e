#pragma once
// Anthropic Messages request → canonical conversation. Reads all fields: those that mean something
// to a model become part of the conversation, those that are the gateway's own (model, stream,
// tags) are passed over, and every other one is named in `dropped` so that nobody believes that it
// had an effect. Tools and blocks that live at Anthropic alone (web search, MCP servers, uploads)
// are dropped and named too; a block of a kind that nobody here knows is refused. Messages of role
// system become reminders at their place in the user's turn. Claude Code's attribution line, which
// opens its system prompt and changes from call to call, is left out: no model needs it and every
// prompt cache would miss.
//
// Errors: kInvalidArgument and kUnsupported, naming the field ("messages[3].content[0].type: …").
// The conversation's views point into `body`. Pure; any thread.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"

namespace sekisho::wire::anthropic {

Result<std::unique_ptr<Conversation>> decode_request(std::string_view body,
                                                     std::vector<std::string>& dropped);

// How Messages names what encoders call by OpenAI chat's name ("stop" → "stop_sequences").
std::string field_name(std::string_view field);

}  // namespace sekisho::wire::anthropic
