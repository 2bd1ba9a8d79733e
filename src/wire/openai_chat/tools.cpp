#include <algorithm>
#include <cstdint>

#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {
namespace {

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";
constexpr std::string_view kFreeText =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})";

bool allows_object(JsonValue types) {
  return std::any_of(types.begin(), types.end(), [](JsonValue t) { return t.equals("object"); });
}

// The schema must be of type object; what only forgets to say so is completed by splicing.
Result<std::string_view> read_schema(Reading& reading, JsonValue schema, const Place& place) {
  if (!schema.has_value()) return kNoParameters;
  if (!schema.is(JsonKind::kObject)) return invalid(place, "parameters is not an object");
  if (schema.begin() == schema.end()) return kNoParameters;
  const std::string_view raw = schema.raw();
  const JsonValue type = schema.find("type");
  if (type.equals("object")) return raw;
  std::string fixed(raw);
  if (!type.exists()) {
    fixed.insert(1, R"("type":"object",)");
  } else if (type.is(JsonKind::kNull) || (type.is(JsonKind::kArray) && allows_object(type))) {
    const auto begin = static_cast<std::size_t>(type.raw().data() - raw.data());
    fixed.replace(begin, type.raw().size(), R"("object")");
  } else {
    return invalid(place, "parameters.type must be object");
  }
  return reading.conversation.keep(std::move(fixed));
}

Result<Tool> read_function(Reading& reading, JsonValue function, const Place& place) {
  Tool tool;
  tool.name = reading.text_of(function.find("name"));
  if (tool.name.empty()) return invalid(place, "name is missing");
  tool.description = function.find("description").string();
  TRY(tool.schema, read_schema(reading, function.find("parameters"), place));
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

}  // namespace

Result<void> read_tools(Reading& reading, JsonValue tools) {
  if (!tools.has_value()) return {};
  if (!tools.is(JsonKind::kArray)) return invalid(Place{nullptr, "tools"}, "not an array");
  std::int64_t index = 0;
  for (const JsonValue item : tools) {
    const Place place{nullptr, "tools", index++};
    const bool custom = item.find("type").equals("custom");
    if (!custom && !item.find("type").equals("function")) {
      // A tool that the provider would run: not portable, and out of the gateway's sight.
      reading.drop("tools[" + item.find("type").text() + "]");
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
    const bool required = choice.find("allowed_tools").find("mode").equals("required");
    if (required) out.kind = ToolChoice::Kind::kAny;
    reading.drop("tool_choice.allowed_tools");
  } else if (type.equals("function") || type.equals("custom")) {
    out.name = reading.text_of(choice.find(type.text()).find("name"));
    const auto& tools = reading.conversation.tools;
    const bool known = std::any_of(tools.begin(), tools.end(),
                                   [&](const Tool& tool) { return tool.name == out.name; });
    if (!known) return invalid(place, "names a tool that is not in tools");
    out.kind = ToolChoice::Kind::kOne;
  } else if (!type.equals("auto")) {
    return invalid(place, "not auto, none, required or a tool");
  }
  return {};
}

}  // namespace sekisho::wire::openai_chat
