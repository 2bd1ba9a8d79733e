#include <algorithm>
#include <cstdint>
#include <set>

#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {
namespace {

constexpr std::string_view kFreeText =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})";

Result<Tool> read_function(Reading& reading, JsonValue function, const Place& place) {
  Tool tool;
  tool.name = reading.text_of(function.find("name"));
  if (tool.name.empty()) return invalid(place, "name is missing");
  tool.description = function.find("description").string();
  TRY(tool.schema, read_tool_schema(reading, function.find("parameters"), "parameters", place));
  if (function.find("strict").is(JsonKind::kTrue)) reading.drop("tools[].function.strict");
  return tool;
}

Result<Tool> read_custom(Reading& reading, JsonValue custom, const Place& place) {
  Tool tool;
  tool.name = reading.text_of(custom.find("name"));
  if (tool.name.empty()) return invalid(place, "name is missing");
  tool.description = custom.find("description").string();
  tool.schema = kFreeText;
  tool.custom = true;
  if (custom.find("format").find("type").equals("grammar")) {
    reading.drop("tools[].custom.format");
  }
  return tool;
}

// The name in {type, function: {name}} or {type, custom: {name}}.
Result<std::string_view> offered_tool(Reading& reading, JsonValue named, const Place& place) {
  const std::string_view name = reading.text_of(named.find(named.find("type").text()).find("name"));
  const auto& tools = reading.conversation.tools;
  const bool known =
      std::any_of(tools.begin(), tools.end(), [&](const Tool& tool) { return tool.name == name; });
  if (!known) return invalid(place, "names a tool that is not in tools");
  return name;
}

// {mode: auto | required, tools}: which of the tools may be called. The target can be told all, one
// or none; leaving the others out of its tools would cost the prompt cache.
Result<void> read_allowed_tools(Reading& reading, JsonValue choice, const Place& place) {
  std::set<std::string_view> allowed;
  for (const JsonValue named : choice.find("tools")) {
    if (!named.find("type").equals("function") && !named.find("type").equals("custom")) continue;
    TRY(const std::string_view name, offered_tool(reading, named, place));
    allowed.insert(name);
  }
  const bool required = choice.find("mode").equals("required");
  if (!required && !choice.find("mode").equals("auto")) {
    return invalid(Place{&place, "mode"}, "not auto or required");
  }
  ToolChoice& out = reading.conversation.choice;
  if (allowed.size() == reading.conversation.tools.size()) {
    if (required) out.kind = ToolChoice::Kind::kAny;
  } else if (!required) {
    reading.drop("tool_choice.allowed_tools");
  } else if (allowed.size() == 1) {
    out.kind = ToolChoice::Kind::kOne;
    out.name = *allowed.begin();
  } else {
    return unsupported(place, "this model can be made to call any tool or one, not one of several");
  }
  return {};
}

}  // namespace

Result<void> read_tools(Reading& reading, JsonValue tools) {
  if (!tools.has_value()) return {};
  if (!tools.is(JsonKind::kArray)) return invalid(Place{nullptr, "tools"}, "not an array");
  std::int64_t index = 0;
  for (const JsonValue item : tools) {
    const Place place{nullptr, "tools", index++};
    const JsonValue type = item.find("type");
    if (!type.is(JsonKind::kString)) {
      return invalid(Place{&place, "type"}, "missing; expected function or custom");
    }
    const bool custom = type.equals("custom");
    if (!custom && !type.equals("function")) {
      // A tool that the provider would run: not portable, and out of the gateway's sight.
      reading.drop("tools[" + type.text() + "]");
      continue;
    }
    auto tool = custom ? read_custom(reading, item.find("custom"), place)
                       : read_function(reading, item.find("function"), place);
    if (!tool) return Failure(tool.error());
    tool->cache = std::max(cache_mark(item), cache_mark(item.find("function")));
    auto& all = reading.conversation.tools;
    const bool twice = std::any_of(all.begin(), all.end(),
                                   [&](const Tool& other) { return other.name == tool->name; });
    if (twice) return invalid(place, "a tool of this name is there already");
    all.push_back(*tool);
  }
  return {};
}

Result<void> read_tool_choice(Reading& reading, JsonValue choice) {
  if (!choice.has_value() || choice.equals("auto")) return {};
  const Place place{nullptr, "tool_choice"};
  ToolChoice& out = reading.conversation.choice;
  const JsonValue type = choice.find("type");
  if (choice.equals("none") || type.equals("none")) {
    out.kind = ToolChoice::Kind::kNone;
  } else if (choice.equals("required") || choice.equals("any") || type.equals("any")) {
    out.kind = ToolChoice::Kind::kAny;
  } else if (type.equals("allowed_tools")) {
    return read_allowed_tools(reading, choice.find("allowed_tools"),
                              Place{&place, "allowed_tools"});
  } else if (type.equals("function") || type.equals("custom")) {
    TRY(out.name, offered_tool(reading, choice, place));
    out.kind = ToolChoice::Kind::kOne;
  } else if (!type.equals("auto")) {
    return invalid(place, "not auto, none, required or a tool");
  }
  return {};
}

}  // namespace sekisho::wire::openai_chat
