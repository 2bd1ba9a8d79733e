#pragma once
// Thinking that a client's dialect has no place for. Claude wants the thinking of a tool-using turn
// back, signed and unchanged, in front of its calls; a client of OpenAI's chat completions has at
// most its text. Whoever keeps what came with a call's id can put it back (facts of the providers:
// docs/life-of-a-request.md). Views point to whoever keeps them, or into the conversation.

#include <string>
#include <string_view>
#include <vector>

#include "wire/conversation.h"

namespace sekisho::wire {

struct ThinkingBlock {
  std::string text;       // decoded; empty where only the signature came
  std::string signature;  // of the text
  std::string redacted;   // base64 data instead of both
  friend bool operator==(const ThinkingBlock&, const ThinkingBlock&) = default;
};

class ThinkingSource {
 public:
  virtual ~ThinkingSource() = default;
  // What stood in front of the tool call with this id; empty if that is not known (any more).
  virtual std::vector<ThinkingBlock> find(std::string_view tool_id) const = 0;
};

// Gives each assistant turn with calls and without signed thinking what `source` has for the first
// of its calls that is known; its unsigned thinking then goes. Returns how many turns got theirs.
std::size_t restore_thinking(Conversation& conversation, const ThinkingSource& source);

}  // namespace sekisho::wire
