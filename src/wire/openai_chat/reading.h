#pragma once
// The parts of the request decoder. Internal to openai_chat.

#include <string_view>
#include <vector>

#include "wire/request_reading.h"

namespace sekisho::wire::openai_chat {

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
