#include "wire/reasoning_plan.h"

#include <algorithm>

namespace sekisho::wire {
namespace {

using Kind = Block::Kind;

bool is_reasoning(const Block& block) {
  return block.kind == Kind::kReasoning || block.kind == Kind::kRedactedReasoning;
}

bool is_returnable(const Block& block) {
  return block.kind == Kind::kRedactedReasoning ? !block.text.empty() : !block.signature.empty();
}

// The provider refuses a final tool-using turn that does not begin with its thinking.
bool thinking_was_lost(const Conversation& conversation) {
  const auto& turns = conversation.turns;
  if (turns.size() < 2 || turns.back().blocks.front().kind != Kind::kToolResult) return false;
  return !is_reasoning(turns[turns.size() - 2].blocks.front());
}

// What was said of the reasoning itself counts before what was said of the whole output.
std::string_view effort_of(const ReasoningWish& wish) {
  return wish.effort.empty() ? wish.output_effort : wish.effort;
}

std::int64_t budget_of(std::string_view effort) {
  if (effort == "minimal") return kLeastThinkingBudget;
  if (effort == "low") return 2048;
  if (effort == "high") return 16'384;
  if (effort == "xhigh" || effort == "max") return 32'768;
  return 8192;  // medium, unset
}

ReasoningPlan budget_plan(const Conversation& conversation, std::int64_t max_tokens,
                          std::vector<std::string>& dropped) {
  const ReasoningWish& wish = conversation.reasoning;
  if (max_tokens <= kLeastThinkingBudget) {
    dropped.push_back("reasoning (max_tokens leaves no room for it)");
    return {};
  }
  if (thinking_was_lost(conversation)) {
    dropped.push_back("reasoning (the signature of the last turn's is lost)");
    return {};
  }
  const std::int64_t wanted =
      std::max(wish.budget_tokens.value_or(budget_of(effort_of(wish))), kLeastThinkingBudget);
  // What does not fit leaves a fifth for the answer itself.
  const std::int64_t most = std::max(kLeastThinkingBudget, max_tokens - max_tokens / 5);
  return {.kind = ReasoningPlan::Kind::kBudget,
          .budget_tokens = wanted < max_tokens ? wanted : std::min(most, max_tokens - 1)};
}

ReasoningPlan adaptive_plan(const ReasoningWish& wish) {
  std::string_view effort = effort_of(wish);
  if (effort == "minimal") effort = "low";
  if (effort.empty() && wish.budget_tokens) {
    effort = *wish.budget_tokens <= 2048 ? "low" : *wish.budget_tokens <= 8192 ? "medium" : "high";
  }
  return {.kind = ReasoningPlan::Kind::kAdaptive, .effort = effort, .display = wish.display};
}

std::string_view three_efforts(std::string_view effort) {
  if (effort == "minimal") return "low";
  if (effort == "xhigh" || effort == "max") return "high";
  return effort.empty() ? "medium" : effort;
}

// No model here reasons unasked but those that always do, so not asking switches it off.
ReasoningPlan plan_without(const ReasoningWish& wish, const TargetModel& target,
                           std::vector<std::string>& dropped) {
  if (wish.mode == ReasoningWish::Mode::kOff && target.always_thinks) {
    dropped.push_back("reasoning (this model always thinks)");
  }
  if (wish.output_effort.empty()) return {};
  if (target.family == "claude" && target.adaptive_thinking) {
    return {.kind = ReasoningPlan::Kind::kOutputEffort, .effort = wish.output_effort};
  }
  dropped.push_back("output_config.effort");
  return {};
}

}  // namespace

void keep_returnable_reasoning(Conversation& conversation, const TargetModel& target,
                               std::vector<std::string>& dropped) {
  bool lost = false;
  // Signatures are Claude's: noise to every other model.
  const bool returns = target.reasoning && target.family == "claude";
  auto& turns = conversation.turns;
  for (Turn& turn : turns) {
    if (turn.role != Role::kAssistant) continue;
    const auto removed = std::erase_if(turn.blocks, [&](const Block& block) {
      return is_reasoning(block) && !(returns && is_returnable(block));
    });
    lost = lost || removed > 0;
    if (turn.blocks.empty() && &turn == &turns.back()) continue;
    if (turn.blocks.empty() || is_reasoning(turn.blocks.back())) {
      Block filler;
      filler.text = "(empty)";
      turn.blocks.push_back(filler);
    }
  }
  if (turns.back().blocks.empty()) turns.pop_back();
  if (lost) dropped.push_back("messages[].reasoning_content");
}

ReasoningPlan plan_reasoning(const Conversation& conversation, const TargetModel& target,
                             std::int64_t max_tokens, std::vector<std::string>& dropped) {
  const ReasoningWish& wish = conversation.reasoning;
  if (wish.mode != ReasoningWish::Mode::kOn) return plan_without(wish, target, dropped);
  if (!target.reasoning) {
    dropped.push_back("reasoning");
    return {};
  }
  if (target.family == "gpt") {
    return {.kind = ReasoningPlan::Kind::kEffort, .effort = three_efforts(effort_of(wish))};
  }
  if (target.family == "nova") {
    return {.kind = ReasoningPlan::Kind::kNova, .effort = three_efforts(effort_of(wish))};
  }
  if (target.family != "claude") {
    dropped.push_back("reasoning");
    return {};
  }
  const Turn& last = conversation.turns.back();
  if (last.role == Role::kAssistant && !target.rejects_prefill) {
    dropped.push_back("reasoning (the answer's beginning is given)");
    return {};
  }
  return target.adaptive_thinking ? adaptive_plan(wish)
                                  : budget_plan(conversation, max_tokens, dropped);
}

}  // namespace sekisho::wire
