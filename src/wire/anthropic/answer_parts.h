#pragma once
// Pieces of a Messages answer that streams and whole answers share. Pure; internal to anthropic.

#include <optional>
#include <string>
#include <string_view>

#include "wire/answer.h"
#include "wire/json_writer.h"
#include "wire/tool_names.h"
#include "wire/usage.h"

namespace sekisho::wire::anthropic {

std::string_view stop_reason(StopReason reason);

// {"input_tokens":…}: all kinds apart.
void write_usage(JsonWriter& json, const Usage& usage, std::string_view served_tier);

// "stop_reason":…,"stop_sequence":… of an object that is open.
void write_stop(JsonWriter& json, const AnswerEvent* stop);

// {"type":"error","error":{"type","message"}}
void write_error(JsonWriter& json, const AnswerEvent& event);

std::string client_tool_name(const ToolNames& names, std::string_view sent);

}  // namespace sekisho::wire::anthropic
