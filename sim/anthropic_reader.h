#pragma once
// Reads and checks the body of Anthropic Messages (and its token counting) as the real API does, at
// Anthropic's own door and at Bedrock's InvokeModel: members (those of a beta only with its value),
// roles, tool pairing, thinking signatures, cache marks. Neighbouring messages of one role are one
// turn. Errors: kInvalidArgument, kNotFound (model), in the API's wording.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "sim/json.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

struct MessagesDoor {
  const Model* bedrock = nullptr;  // InvokeModel of this one; null: Anthropic's own door
  std::vector<std::string> betas;  // from headers, and at Bedrock from the body
  bool counting = false;
};
Result<Prompt> read_messages(const Json& body, const MessagesDoor& door);
// The values of anthropic-beta headers.
std::vector<std::string> betas_in(const http::Headers& headers);

// One content block, added to `prompt`. `role` is user, assistant or system.
struct MessagePlace {
  std::string where;  // "messages.2.content.0"
  std::string_view role;
  const Model& model;
};
Result<void> read_message_block(const Json& block, const MessagePlace& place, Prompt& prompt);
// Sets the mark of the last block when `holder` has cache_control.
Result<void> read_cache_control(const Json& holder, std::string_view where, Prompt& prompt);
Failure messages_refusal(std::string message);

}  // namespace sekisho::sim
