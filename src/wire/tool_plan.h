#pragma once
// Which tools a request to Claude or to Bedrock carries and how their choice is said. Both demand
// tools as soon as the history holds tool blocks and refuse forced choices together with thinking
// and on some models; Bedrock knows no choice "none", and one call at a time only in Claude's own
// words.

#include <string>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/reasoning_plan.h"
#include "wire/translate.h"

namespace sekisho::wire {

struct ToolRules {
  std::size_t name_bytes = 64;  // the longest name of a tool
  bool knows_none = false;      // the choice "none" can be said
};

struct ToolPlan {
  struct Sent {
    std::string name;  // as the target allows it
    const Tool* tool;
  };
  std::vector<Sent> tools;  // empty = neither tools nor a choice
  ToolChoice::Kind choice = ToolChoice::Kind::kAuto;
  std::string choice_name;     // kOne
  bool one_at_a_time = false;  // at Bedrock the choice then goes into additionalModelRequestFields
};

// May add tools (known only from the history) and a text (no tool shall be called) to the
// conversation. Errors: kUnsupported when the model has no tools; kInvalidArgument for two tools
// whose names become one.
Result<ToolPlan> plan_tools(Conversation& conversation, const TargetModel& target,
                            const ToolRules& rules, bool thinking,
                            std::vector<std::string>& dropped, ToolNames& names);

}  // namespace sekisho::wire
