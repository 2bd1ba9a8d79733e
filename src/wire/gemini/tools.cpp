#include <algorithm>
#include <cstdint>
#include <set>

#include "wire/gemini/reading.h"
#include "wire/gemini/schema.h"

namespace sekisho::wire::gemini {
namespace {

// In either language of schemas.
Result<std::string_view> read_parameters(Reading& reading, JsonValue declaration,
                                         const Place& place) {
  const JsonValue json = field(declaration, "parametersJsonSchema");
  const JsonValue own = field(declaration, "parameters");
  if (json.has_value() || !own.is(JsonKind::kObject)) {
    const bool is_own = !json.has_value();
    return read_tool_schema(reading, is_own ? own : json,
                            is_own ? "parameters" : "parametersJsonSchema", place);
  }
  JsonDocument document;
  TRY_VOID(document.parse(reading.conversation.keep(json_schema(own))));
  return read_tool_schema(reading, document.root(), "parameters", place);
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
