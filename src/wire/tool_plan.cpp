#include "wire/tool_plan.h"

#include <algorithm>

namespace sekisho::wire {
namespace {

using Choice = ToolChoice::Kind;

// The names of tools called in the history, each once, in order.
std::vector<std::string_view> called_tools(const Conversation& conversation) {
  std::vector<std::string_view> names;
  for (const Turn& turn : conversation.turns) {
    for (const Block& block : turn.blocks) {
      if (block.kind == Block::Kind::kToolCall &&
          std::find(names.begin(), names.end(), block.name) == names.end()) {
        names.push_back(block.name);
      }
    }
  }
  return names;
}

void forbid_calls(Conversation& conversation) {
  if (conversation.turns.back().role != Role::kUser) return;
  conversation.turns.back().blocks.push_back(
      reminder(conversation, "Do not call any tool now. Answer in text."));
}

Result<void> name_tools(const Conversation& conversation, const ToolRules& rules, ToolPlan& plan,
                        ToolNames& names) {
  for (const Tool& tool : conversation.tools) {
    std::string name = tool_name_within(tool.name, rules.name_bytes);
    for (const ToolPlan::Sent& other : plan.tools) {
      if (other.name == name) {
        return fail(Code::kInvalidArgument, "tools: two of them become " + name);
      }
    }
    if (name != tool.name || tool.custom) names.add({name, std::string(tool.name), tool.custom});
    plan.tools.push_back({std::move(name), &tool});
  }
  return {};
}

bool can_force(const TargetModel& target, bool thinking) {
  return !thinking && !target.always_thinks && !target.forbids_forced_tool &&
         target.family != "llama";
}

}  // namespace

Result<ToolPlan> plan_tools(Conversation& conversation, const TargetModel& target,
                            const ToolRules& rules, bool thinking,
                            std::vector<std::string>& dropped, ToolNames& names) {
  ToolPlan plan;
  const auto called = called_tools(conversation);
  if (!target.tools && !(conversation.tools.empty() && called.empty())) {
    return fail(Code::kUnsupported, "tools: this model has no tools");
  }
  ToolChoice choice = conversation.choice;
  if (conversation.tools.empty()) {
    for (const std::string_view name : called) {
      Tool tool;
      tool.name = name;
      tool.schema = R"({"type":"object"})";
      conversation.tools.push_back(tool);
    }
    choice.kind = Choice::kNone;
  }
  if (conversation.tools.empty()) return plan;
  if (choice.kind == Choice::kNone && !rules.knows_none) {
    if (called.empty()) return plan;
    forbid_calls(conversation);
    choice.kind = Choice::kAuto;
  }
  TRY_VOID(name_tools(conversation, rules, plan, names));
  plan.choice = choice.kind;
  if (choice.kind == Choice::kOne)
    plan.choice_name = tool_name_within(choice.name, rules.name_bytes);
  const bool forced = choice.kind == Choice::kAny || choice.kind == Choice::kOne;
  if (forced && !can_force(target, thinking)) {
    plan.choice = Choice::kAuto;
    dropped.push_back("tool_choice");
  }
  plan.one_at_a_time = !choice.parallel && target.family == "claude";
  if (!choice.parallel && !plan.one_at_a_time) dropped.push_back("parallel_tool_calls");
  return plan;
}

}  // namespace sekisho::wire
