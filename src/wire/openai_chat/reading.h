#pragma once
// What the parts of the request decoder share: the conversation being filled, the list of dropped
// fields, and errors that name the place in the body. Internal to openai_chat.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/json_slice.h"

namespace sekisho::wire::openai_chat {

struct Reading {
  Conversation& conversation;
  std::vector<std::string>& dropped;

  void drop(std::string field);  // each name once
  // Decoded text of a string: a view of the body unless something is escaped.
  std::string_view text_of(JsonValue string);
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

CacheMark cache_mark(JsonValue holder);  // its cache_control

// content.cpp: a message's content, string or parts, appended to `out`.
enum class ContentRules : std::uint8_t { kTextOnly, kUser, kToolResult };
Result<void> read_content(Reading& reading, JsonValue content, ContentRules rules,
                          const Place& place, std::vector<Block>& out);
// messages.cpp
Result<void> read_messages(Reading& reading, JsonValue messages);
// assistant.cpp: reasoning, text and tool calls of one assistant message.
Result<void> read_assistant(Reading& reading, JsonValue message, const Place& place,
                            std::vector<Block>& out);
// tools.cpp
Result<void> read_tools(Reading& reading, JsonValue tools);
Result<void> read_tool_choice(Reading& reading, JsonValue choice);
// settings.cpp: every other top-level field.
Result<void> read_setting(Reading& reading, std::string_view name, JsonValue value);

}  // namespace sekisho::wire::openai_chat
