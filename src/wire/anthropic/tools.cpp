#include <algorithm>
#include <array>

#include "wire/anthropic/reading.h"

namespace sekisho::wire::anthropic {
namespace {

// Members that are read, and one that only changes how fast arguments stream.
bool is_known(std::string_view member) {
  constexpr std::array<std::string_view, 6> kMembers{
      "name", "description", "input_schema", "cache_control", "type", "eager_input_streaming"};
  return std::ranges::find(kMembers, member) != kMembers.end();
}

Result<void> read_tool(Reading& reading, JsonValue item, const Place& place) {
  const JsonValue type = item.find("type");
  if (type.has_value() && !type.equals("custom")) {
    // It runs at Anthropic, or its arguments are known to Claude alone.
    reading.drop("tools[" + type.text() + "]");
    return {};
  }
  Tool tool;
  tool.name = reading.text_of(item.find("name"));
  if (tool.name.empty()) return invalid(Place{&place, "name"}, "missing");
  tool.description = item.find("description").string();
  TRY(tool.schema, read_tool_schema(reading, item.find("input_schema"), "input_schema", place));
  tool.cache = cache_mark(item);
  for (const JsonValue member : item) {
    if (is_known(member.name()) || !member.has_value() || asks_nothing(member)) continue;
    reading.drop("tools[]." + member.name_text());
  }
  auto& all = reading.conversation.tools;
  if (std::ranges::any_of(all, [&](const Tool& other) { return other.name == tool.name; })) {
    return invalid(place, "a tool of this name is there already");
  }
  all.push_back(tool);
  return {};
}

}  // namespace

Result<void> read_tools(Reading& reading, JsonValue tools) {
  if (!tools.has_value()) return {};
  if (!tools.is(JsonKind::kArray)) return invalid(Place{nullptr, "tools"}, "not an array");
  std::int64_t index = 0;
  for (const JsonValue item : tools) {
    const Place place{nullptr, "tools", index++};
    if (!item.is(JsonKind::kObject)) return invalid(place, "not an object");
    TRY_VOID(read_tool(reading, item, place));
  }
  return {};
}

Result<void> read_tool_choice(Reading& reading, JsonValue choice) {
  if (!choice.has_value()) return {};
  const Place place{nullptr, "tool_choice"};
  ToolChoice& out = reading.conversation.choice;
  out.parallel = !choice.find("disable_parallel_tool_use").is(JsonKind::kTrue);
  const JsonValue type = choice.find("type");
  if (type.equals("none")) {
    out.kind = ToolChoice::Kind::kNone;
  } else if (type.equals("any")) {
    out.kind = ToolChoice::Kind::kAny;
  } else if (type.equals("tool")) {
    out.kind = ToolChoice::Kind::kOne;
    out.name = reading.text_of(choice.find("name"));
    const auto& tools = reading.conversation.tools;
    const bool known =
        std::ranges::any_of(tools, [&](const Tool& tool) { return tool.name == out.name; });
    if (!known) return invalid(Place{&place, "name"}, "names a tool that is not in tools");
  } else if (!type.equals("auto")) {
    return invalid(Place{&place, "type"}, "not auto, any, tool or none");
  }
  return {};
}

}  // namespace sekisho::wire::anthropic
