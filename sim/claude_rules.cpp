#include "sim/claude_rules.h"

#include <algorithm>
#include <array>

#include "sim/membership.h"

namespace sekisho::sim {
namespace {

Failure bad(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

Result<void> check_enabled(const ClaudeSettings& settings, const Model& model) {
  if (model.adaptive_only) {
    return bad(
        "\"thinking.type.enabled\" is not supported for this model. Use "
        "\"thinking.type.adaptive\" and \"output_config.effort\" to control thinking "
        "behavior.");
  }
  const auto budget = settings.thinking["budget_tokens"].as_int();
  if (!budget) return bad("thinking.enabled.budget_tokens: Field required");
  if (*budget < 1024) {
    return bad("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  }
  const std::int64_t most = settings.max_tokens > 0 ? settings.max_tokens : model.max_output;
  if (*budget >= most) return bad("`max_tokens` must be greater than `thinking.budget_tokens`.");
  return {};
}

}  // namespace

Result<void> apply_claude_settings(const ClaudeSettings& settings, const Model& model,
                                   Prompt& prompt) {
  const std::string& type = settings.thinking["type"].text();
  if (!settings.thinking.is_null() && type != "enabled" && type != "adaptive" &&
      type != "disabled") {
    return bad("thinking: Input tag '" + type +
               "' found using 'type' does not match any of the "
               "expected tags: 'adaptive', 'disabled', 'enabled'");
  }
  if (type == "enabled") TRY_VOID(check_enabled(settings, model));
  if (type == "adaptive" && model.no_adaptive) {
    return bad("adaptive thinking is not supported on this model");
  }
  prompt.thinking = type == "enabled" || type == "adaptive";
  prompt.thinking_shown = settings.thinking["display"].text() != "omitted";

  const Json& effort = settings.output_config["effort"];
  constexpr std::array<std::string_view, 5> kEfforts{"low", "medium", "high", "xhigh", "max"};
  if (!effort.is_null() && !is_one_of(kEfforts, effort.text())) {
    return bad("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
  }
  if (model.refuses_sampling) {
    if (settings.temperature) return bad("`temperature` is deprecated for this model.");
    if (settings.top_p) return bad("`top_p` is deprecated for this model.");
    if (settings.top_k) return bad("`top_k` is deprecated for this model.");
  }
  if (settings.temperature && settings.top_p) {
    return bad(
        "`temperature` and `top_p` cannot both be specified for this model. Please use "
        "only one.");
  }
  if (prompt.thinking && settings.temperature && *settings.temperature != 1.0) {
    return bad("`temperature` may only be set to 1 when thinking is enabled.");
  }
  if (prompt.thinking && settings.top_k) {
    return bad("`top_k` must be unset when thinking is enabled.");
  }
  if (settings.forced_tool && model.refuses_forced) {
    return bad("tool_choice: type \"tool\" and \"any\" are not supported for this model");
  }
  if (settings.forced_tool && prompt.thinking) {
    return bad("Thinking may not be enabled when tool_choice forces tool use.");
  }
  return {};
}

Result<void> check_thinking_kept(const ClaudeSettings& settings,
                                 const std::optional<AssistantHistory>& last_before_results) {
  if (settings.thinking["type"].text() != "enabled" || !last_before_results) return {};
  const AssistantHistory& last = *last_before_results;
  if (!last.has_tool_use || last.first_type == "thinking" ||
      last.first_type == "redacted_thinking") {
    return {};
  }
  return bad(last.where + ".type: Expected `thinking` or `redacted_thinking`, but found `" +
             last.first_type +
             "`. When `thinking` is enabled, a final `assistant` message must "
             "start with a thinking block (preceeding the lastmost set of `tool_use` and "
             "`tool_result` blocks).");
}

Result<void> check_cache_marks(const Prompt& prompt) {
  std::int64_t marks = 0;
  bool short_seen = false;
  for (const PromptBlock& block : prompt.blocks) {
    if (!block.cache_mark) continue;
    ++marks;
    if (*block.cache_mark == Ttl::k5m) short_seen = true;
    if (*block.cache_mark == Ttl::k1h && short_seen) {
      return bad(
          "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control "
          "block. Note that blocks are processed in the following order: `tools`, "
          "`system`, `messages`.");
    }
  }
  if (marks > 4) {
    return bad("A maximum of 4 blocks with cache_control may be provided. Found " +
               std::to_string(marks) + ".");
  }
  return {};
}

}  // namespace sekisho::sim
