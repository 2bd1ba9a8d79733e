#pragma once
// Bedrock's Converse request → canonical conversation. Reads all fields: those that mean something
// to a model become part of the conversation, those that are the gateway's own are passed over, and
// every other one is named in `dropped`, so that nobody believes that it had an effect.
//
// Errors: kInvalidArgument and kUnsupported, naming the field ("messages[3].content[0].image: …").
// The conversation's views point into `body`. Pure; any thread.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"

namespace sekisho::wire::bedrock {

Result<std::unique_ptr<Conversation>> decode_request(std::string_view body,
                                                     std::vector<std::string>& dropped);

// The client's name of a dropped field that an encoder named as OpenAI chat does.
std::string field_name(std::string_view field);

}  // namespace sekisho::wire::bedrock
