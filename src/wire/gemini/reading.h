#pragma once
// What the parts of Gemini's request decoder share. Internal to gemini.

#include "wire/conversation.h"
#include "wire/gemini/fields.h"
#include "wire/request_reading.h"

namespace sekisho::wire::gemini {

// contents.cpp
Result<void> read_contents(Reading& reading, JsonValue contents);
Result<void> read_system(Reading& reading, JsonValue instruction);
// tools.cpp
Result<void> read_tools(Reading& reading, JsonValue tools);
Result<void> read_tool_config(Reading& reading, JsonValue config);
// generation_config.cpp
Result<void> read_generation_config(Reading& reading, JsonValue config);

}  // namespace sekisho::wire::gemini
