#pragma once
// One Converse content block: its union, its limits, what it adds to the prompt. Used by
// bedrock_reader.cpp. Errors: kInvalidArgument.

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/json.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

Failure converse_refusal(std::string message);
// Refuses members outside `names`; `where` is a path such as "messages/0/content/1".
Result<void> converse_members(const Json& object, std::string_view where,
                              std::initializer_list<std::string_view> names);
bool is_tool_name(std::string_view name);
bool is_tool_use_id(std::string_view id);

struct ConversePlace {
  std::string where;  // "messages.2.content.0"
  bool assistant = false;
  const Model& model;
};

struct ConverseCounts {
  int images = 0, documents = 0;
  bool has_tool_blocks = false;
};

// Adds the block to `prompt`. Cache points mark the block before them; `first` tells that nothing
// of the same list stands before this block.
Result<void> read_converse_block(const Json& block, const ConversePlace& place, bool first,
                                 Prompt& prompt, ConverseCounts& counts);
Result<void> read_cache_point(const Json& point, const ConversePlace& place, bool first,
                              Prompt& prompt);

}  // namespace sekisho::sim
