#pragma once
// How a wish for reasoning is said to the target model: a token budget (Claude up to 4.5), adaptive
// thinking with an effort (newer Claude), an effort alone (GPT), Nova's reasoningConfig, or not at
// all. Also what in the history must then stay or go.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire {

inline constexpr std::int64_t kLeastThinkingBudget = 1024;

struct ReasoningPlan {
  // kOutputEffort: no thinking is asked for, but the effort of the whole output is.
  enum class Kind : std::uint8_t { kOff, kBudget, kAdaptive, kOutputEffort, kEffort, kNova };
  Kind kind = Kind::kOff;
  std::int64_t budget_tokens = 0;  // kBudget
  std::string_view effort;         // the others; "" = the model's default
  std::string_view display;        // kAdaptive; "" = unset
  // Claude's rules for thinking hold: no sampling parameters, no forced tool, no prefill.
  bool is_thinking() const { return kind == Kind::kBudget || kind == Kind::kAdaptive; }
};

// Removes the reasoning blocks that cannot go back: those without a signature, and all if the
// model is no Claude that reasons. Turns stay non-empty and do not end with reasoning.
void keep_returnable_reasoning(Conversation& conversation, const TargetModel& target,
                               std::vector<std::string>& dropped);

// REQUIRES: keep_returnable_reasoning has run.
ReasoningPlan plan_reasoning(const Conversation& conversation, const TargetModel& target,
                             std::int64_t max_tokens, std::vector<std::string>& dropped);

}  // namespace sekisho::wire
