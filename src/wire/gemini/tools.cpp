#include <algorithm>
#include <cstdint>
#include <set>

#include "wire/gemini/reading.h"
#include "wire/gemini/schema.h"

namespace sekisho::wire::gemini {
namespace {

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

// The schema must be of type object.
Result<std::string_view> read_parameters(Reading& reading, JsonValue declaration,
                                         const Place& place) {
  const JsonValue own = field(declaration, "parametersJsonSchema");
  JsonValue schema = own.has_value() ? own : field(declaration, "parameters");
  if (!schema.has_value()) return kNoParameters;
  if (!schema.is(JsonKind::kObject)) return invalid(place, "parameters is not an object");
  if (schema.begin() == schema.end()) return kNoParameters;
  std::string_view text =
      own.has_value() ? own.raw() : reading.conversation.keep(json_schema(schema));
  JsonDocument document;
  TRY_VOID(document.parse(text));
  const JsonValue type = document.root().find("type");
  if (!type.exists()) {
    std::string fixed(text);
    fixed.insert(1, fixed.size() > 2 ? R"("type":"object",)" : R"("type":"object")");
    return reading.conversation.keep(std::move(fixed));
  }
  if (type.equals("object")) return text;
  const bool allows =
      std::any_of(type.begin(), type.end(), [](JsonValue one) { return one.equals("object"); });
  if (!allows) return invalid(place, "parameters.type must be object");
  std::string fixed(text);
  fixed.replace(static_cast<std::size_t>(type.raw().data() - text.data()), type.raw().size(),
                R"("object")");
  return reading.conversation.keep(std::move(fixed));
}

Result<void> read_declaration(Reading& reading, JsonValue declaration, const Place& place) {
  Tool tool;
  tool.name = reading.text_of(field(declaration, "name"));
  if (tool.name.empty()) return invalid(place, "name is missing");
  tool.description = field(declaration, "description").string();
  TRY(tool.schema, read_parameters(reading, declaration, place));
  for (const JsonValue member : declaration) {
    const std::string name = camel_case(member.name_text());
    const bool known = name == "name" || name == "description" || name == "parameters" ||
                       name == "parametersJsonSchema" || name == "response" ||
                       name == "responseJsonSchema";
    if (!known && member.has_value() && !member.equals("BLOCKING") &&
        !member.equals("UNSPECIFIED")) {
      reading.drop("tools[].functionDeclarations[]." + name);
    }
  }
  auto& all = reading.conversation.tools;
  const bool twice = std::any_of(all.begin(), all.end(),
                                 [&](const Tool& other) { return other.name == tool.name; });
  if (twice) return invalid(place, "a function of this name is there already");
  all.push_back(tool);
  return {};
}

Result<void> read_tool(Reading& reading, JsonValue tool, const Place& place) {
  for (const JsonValue member : tool) {
    if (!member.has_value()) continue;
    const std::string name = camel_case(member.name_text());
    if (name != "functionDeclarations") {
      reading.drop("tools[]." + name);  // runs at the provider: not portable
      continue;
    }
    std::int64_t index = 0;
    for (const JsonValue declaration : member) {
      TRY_VOID(read_declaration(reading, declaration, Place{&place, name, index++}));
    }
  }
  return {};
}

// `allowed`: which of the functions may be called. The target can be told all, one or none; leaving
// the others out of its tools would cost the prompt cache.
Result<void> restrict_to(Reading& reading, JsonValue allowed, const Place& place) {
  std::set<std::string_view> names;
  auto& tools = reading.conversation.tools;
  for (const JsonValue name : allowed) {
    const std::string_view text = reading.text_of(name);
    if (std::ranges::find(tools, text, &Tool::name) == tools.end()) {
      return invalid(place, "names a function that is not in tools");
    }
    names.insert(text);
  }
  ToolChoice& out = reading.conversation.choice;
  if (names.empty() || names.size() == tools.size()) return {};
  if (out.kind != ToolChoice::Kind::kAny) {
    reading.drop("toolConfig.functionCallingConfig.allowedFunctionNames");
    return {};
  }
  if (names.size() > 1) {
    return unsupported(place,
                       "this model can be made to call any function or one, not one of several");
  }
  out.kind = ToolChoice::Kind::kOne;
  out.name = *names.begin();
  return {};
}

}  // namespace

Result<void> read_tools(Reading& reading, JsonValue tools) {
  if (!tools.has_value()) return {};
  if (tools.is(JsonKind::kObject)) return read_tool(reading, tools, Place{nullptr, "tools"});
  if (!tools.is(JsonKind::kArray)) return invalid(Place{nullptr, "tools"}, "not an array");
  std::int64_t index = 0;
  for (const JsonValue tool : tools) {
    TRY_VOID(read_tool(reading, tool, Place{nullptr, "tools", index++}));
  }
  return {};
}

Result<void> read_tool_config(Reading& reading, JsonValue config) {
  if (!config.has_value()) return {};
  const Place place{nullptr, "toolConfig"};
  for (const JsonValue member : config) {
    const std::string name = camel_case(member.name_text());
    if (name != "functionCallingConfig" && member.has_value()) reading.drop("toolConfig." + name);
  }
  const JsonValue calling = field(config, "functionCallingConfig");
  const Place here{&place, "functionCallingConfig"};
  const JsonValue mode = field(calling, "mode");
  ToolChoice& out = reading.conversation.choice;
  if (mode.equals("ANY")) {
    out.kind = ToolChoice::Kind::kAny;
  } else if (mode.equals("NONE")) {
    out.kind = ToolChoice::Kind::kNone;
  } else if (mode.has_value() && !mode.equals("AUTO") && !mode.equals("VALIDATED") &&
             !mode.equals("MODE_UNSPECIFIED")) {
    return invalid(here, "mode is not AUTO, ANY, VALIDATED or NONE");
  }
  const Place names{&here, "allowedFunctionNames"};
  return restrict_to(reading, field(calling, "allowedFunctionNames"), names);
}

}  // namespace sekisho::wire::gemini
