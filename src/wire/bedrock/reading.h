#pragma once
// What the parts of the request decoder share: the conversation being filled, the list of dropped
// fields, and errors that name the place in the body. Internal to bedrock.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/json_slice.h"

namespace sekisho::wire::bedrock {

struct Reading {
  Conversation& conversation;
  std::vector<std::string>& dropped;

  void drop(std::string field);  // each name once
  // Decoded text of a string: a view of the body unless something is escaped.
  std::string_view text_of(JsonValue string);
};

Failure invalid(std::string_view place, std::string_view why);
Failure unsupported(std::string_view place, std::string_view why);

// Of a cachePoint object.
CacheMark cache_mark(JsonValue point);

// content.cpp: the blocks of a message (or of a tool's result), appended to `out`.
Result<void> read_content(Reading& reading, JsonValue content, const std::string& place,
                          std::vector<Block>& out);
// settings.cpp: every top-level field but messages.
Result<void> read_setting(Reading& reading, std::string_view name, JsonValue value);

}  // namespace sekisho::wire::bedrock
