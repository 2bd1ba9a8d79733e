#pragma once
// The parts of the request decoder. Internal to anthropic.

#include <vector>

#include "wire/request_reading.h"

namespace sekisho::wire::anthropic {

// content.cpp: content as a string or as blocks, appended to `out`.
enum class Holder : std::uint8_t { kSystem, kUser, kAssistant, kToolResult };
Result<void> read_content(Reading& reading, JsonValue content, Holder holder, const Place& place,
                          std::vector<Block>& out);
// media.cpp: a block of type image, document or search_result; may become several.
Result<void> read_image(Reading& reading, JsonValue block, const Place& place,
                        std::vector<Block>& out);
Result<void> read_document(Reading& reading, JsonValue block, const Place& place,
                           std::vector<Block>& out);
Result<void> read_search_result(Reading& reading, JsonValue block, const Place& place,
                                std::vector<Block>& out);
// tools.cpp
Result<void> read_tools(Reading& reading, JsonValue tools);
Result<void> read_tool_choice(Reading& reading, JsonValue choice);
// settings.cpp: every other top-level field.
Result<void> read_setting(Reading& reading, std::string_view name, JsonValue value);

}  // namespace sekisho::wire::anthropic
