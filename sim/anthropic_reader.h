#pragma once
// Reads and checks the body of Anthropic Messages (and its token counting) as the real API does:
// members (those of a beta only with its header value), roles, tool pairing, thinking signatures,
// cache marks. Neighbouring messages of one role are one turn. Errors: kInvalidArgument, kNotFound
// (model), in the API's wording.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/json.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

Result<Prompt> read_messages(const Json& body, const std::vector<std::string>& betas,
                             bool counting);

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
