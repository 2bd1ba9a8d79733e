#pragma once
// Rules that Claude models apply themselves, whichever door a request came through (Converse or
// Messages): thinking, sampling parameters, forced tools, signatures. Errors: kInvalidArgument
// with the model's own wording.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "sim/json.h"
#include "sim/models.h"
#include "sim/prompt.h"

namespace sekisho::sim {

struct ClaudeSettings {
  Json thinking;       // null when absent
  Json output_config;  // null when absent
  std::optional<double> temperature, top_p;
  bool top_k = false;
  bool forced_tool = false;
  std::int64_t max_tokens = 0;  // 0: not given
};

// Checks the settings and sets prompt.thinking and prompt.thinking_shown.
Result<void> apply_claude_settings(const ClaudeSettings& settings, const Model& model,
                                   Prompt& prompt);

// What the first block of an assistant turn is, for the rule that a tool call under thinking
// "enabled" must come back with its thinking.
struct AssistantHistory {
  std::string where;  // "messages.3.content.0"
  std::string first_type;
  bool has_tool_use = false;
};
Result<void> check_thinking_kept(const ClaudeSettings& settings,
                                 const std::optional<AssistantHistory>& last_before_results);

// At most four marks; one-hour marks may not follow five-minute ones.
Result<void> check_cache_marks(const Prompt& prompt);

}  // namespace sekisho::sim
