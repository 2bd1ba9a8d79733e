#pragma once
// Which tools a request carries and how their choice is said. Bedrock demands a toolConfig as soon
// as the history holds tool blocks, knows no choice "none", and refuses forced choices together
// with thinking and on some models; one call at a time is said in Claude's own words.

#include <string>
#include <vector>

#include "base/result.h"
#include "wire/bedrock/reasoning_plan.h"
#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire::bedrock {

struct ToolPlan {
  struct Sent {
    std::string name;  // as Bedrock allows it
    const Tool* tool;
  };
  std::vector<Sent> tools;  // empty = no toolConfig
  ToolChoice::Kind choice = ToolChoice::Kind::kAuto;
  std::string choice_name;     // kOne
  bool one_at_a_time = false;  // then choice goes into additionalModelRequestFields
};

// May add tools (known only from the history) and a text (no tool shall be called) to the
// conversation. Errors: kUnsupported when the model has no tools; kInvalidArgument for two tools
// whose names become one.
Result<ToolPlan> plan_tools(Conversation& conversation, const TargetModel& target, bool thinking,
                            std::vector<std::string>& dropped, ToolNames& names);

}  // namespace sekisho::wire::bedrock
