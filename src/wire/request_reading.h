#pragma once
// What the request decoders of all dialects share: the conversation being filled, the list of
// dropped fields, errors that name the place in the body, and values that several dialects spell
// alike. One request's, on one thread.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/json_slice.h"

namespace sekisho::wire {

struct Reading {
  Conversation& conversation;
  std::vector<std::string>& dropped;

  void drop(std::string field);  // each name once
  // Decoded text of a string: a view of the body unless something is escaped.
  std::string_view text_of(JsonValue string);
  // Base64 as providers take it: some clients break it into lines.
  std::string_view without_breaks(std::string_view base64);
};

// "messages[3].content[0]", built only when an error needs it.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;
  std::int64_t index = -1;
  std::string str() const;
};

Failure invalid(const Place& place, std::string_view why);
Failure unsupported(const Place& place, std::string_view why);

Block text_block(RawText text);
CacheMark cache_mark(JsonValue holder);  // its cache_control

// The mark of a client that leaves it to the provider where: the end of the last turn. REQUIRES:
// settle_turns comes later.
void mark_end(Conversation& conversation, CacheMark mark);

// A value that asks for nothing: false, 0, [], {}.
bool asks_nothing(JsonValue value);

// A tool's arguments as a schema of type object; what only forgets to say so is completed by
// splicing. `field`: how the dialect names it.
Result<std::string_view> read_tool_schema(Reading& reading, JsonValue schema,
                                          std::string_view field, const Place& place);

// One of none, minimal, low, medium, high, xhigh, max, not below `least`.
Result<std::string_view> read_effort(JsonValue value, std::string_view least,
                                     std::string_view field);
// Anthropic's {type: enabled | adaptive | disabled, budget_tokens, display}.
Result<void> read_thinking(Reading& reading, JsonValue value);

Result<std::string_view> read_number(JsonValue value, std::string_view field);
Result<std::string_view> read_integer(JsonValue value, std::string_view field);

}  // namespace sekisho::wire
