#include "sim/gemini_config.h"

#include <algorithm>

#include "sim/gemini_fields.h"
#include "sim/membership.h"

namespace sekisho::sim {
namespace {

Failure refuse(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

bool is_function_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= 64 && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-';
         });
}

// Google's own schema language: a subset of OpenAPI's.
Result<void> check_schema(const Json& schema, const std::string& where) {
  TRY_VOID(check_fields(
      schema,
      {"type",      "format",    "title",      "description", "nullable",      "enum",
       "maxItems",  "minItems",  "properties", "required",    "minProperties", "maxProperties",
       "minLength", "maxLength", "pattern",    "example",     "anyOf",         "propertyOrdering",
       "default",   "items",     "minimum",    "maximum"},
      where));
  std::string type = schema["type"].text();
  for (char& c : type) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  constexpr std::string_view kTypes[] = {"STRING", "NUMBER", "INTEGER", "BOOLEAN",
                                         "ARRAY",  "OBJECT", "NULL",    "TYPE_UNSPECIFIED"};
  if (!schema["type"].is_null() && !is_one_of(kTypes, type)) {
    return refuse("Invalid value at '" + where + ".type' (type.googleapis.com/google.ai.Type)");
  }
  for (const auto& [name, property] : schema["properties"].members()) {
    TRY_VOID(check_schema(property, where + ".properties[" + name + "].value"));
  }
  if (schema.has("items")) TRY_VOID(check_schema(schema["items"], where + ".items"));
  for (const Json& one : field_of(schema, "anyOf").items()) {
    TRY_VOID(check_schema(one, where + ".any_of"));
  }
  return {};
}

Result<void> read_declaration(const Json& declaration, const std::string& where, Prompt& prompt) {
  TRY_VOID(check_fields(declaration,
                        {"name", "description", "parameters", "parametersJsonSchema", "response",
                         "responseJsonSchema", "behavior"},
                        where));
  const std::string& name = declaration["name"].text();
  if (!is_function_name(name)) {
    return refuse(
        "* GenerateContentRequest." + where +
        ".name: Invalid function name. Must start with a letter or an underscore. Must be "
        "alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes "
        "(-), with a maximum length of 64.");
  }
  for (const ToolOffer& other : prompt.tools) {
    if (other.name == name) return refuse("Duplicate function declaration found: " + name);
  }
  const Json& own = declaration["parameters"];
  const Json& json = field_of(declaration, "parametersJsonSchema");
  if (!own.is_null() && !json.is_null()) {
    return refuse(where + ": parameters and parameters_json_schema are mutually exclusive");
  }
  if (!own.is_null()) TRY_VOID(check_schema(own, where + ".parameters"));
  if (!json.is_null() && json["type"].text() != "object") {
    return refuse(where + ".parameters_json_schema: schema must be of type object");
  }
  const Json& schema = own.is_null() ? json : own;
  prompt.add_text("tool", name + declaration["description"].text() + schema.dump());
  prompt.tools.push_back({name, schema.is_null() ? Json::object() : schema});
  return {};
}

Result<void> read_calling(const Json& config, Prompt& prompt) {
  TRY_VOID(check_fields(config, {"mode", "allowedFunctionNames"},
                        "tool_config.function_calling_config"));
  const std::string& mode = config["mode"].text();
  constexpr std::string_view kModes[] = {"", "AUTO", "ANY", "NONE", "VALIDATED"};
  if (!is_one_of(kModes, mode)) {
    return refuse("Invalid value at 'tool_config.function_calling_config.mode'");
  }
  const auto& names = field_of(config, "allowedFunctionNames").items();
  if (!names.empty() && mode != "ANY" && mode != "VALIDATED") {
    return refuse("Function calling config is set without function_calling_config.mode ANY.");
  }
  if (mode == "ANY") prompt.tool_choice = ToolChoice::kAny;
  if (mode == "NONE") prompt.tool_choice = ToolChoice::kNone;
  for (const Json& name : names) {
    const bool known = std::ranges::any_of(
        prompt.tools, [&](const ToolOffer& tool) { return tool.name == name.text(); });
    if (!known) return refuse("allowed_function_names: unknown function " + name.text());
  }
  if (names.size() == 1 && mode == "ANY") {
    prompt.tool_choice = ToolChoice::kNamed;
    prompt.named_tool = names.front().text();
  }
  return {};
}

Result<void> check_number(const Json& config, std::string_view name, double low, double high) {
  const Json& value = field_of(config, name);
  if (value.is_null()) return {};
  const auto number = value.as_double();
  if (number && *number >= low && *number <= high) return {};
  return refuse("* GenerateContentRequest.generation_config." + std::string(name) +
                ": out of range");
}

Result<void> read_thinking(const Model& model, const Json& config, Prompt& prompt) {
  prompt.thinking = model.thinking;
  prompt.thinking_shown = false;
  if (config.is_null()) return {};
  TRY_VOID(check_fields(config, {"includeThoughts", "thinkingBudget", "thinkingLevel"},
                        "generation_config.thinking_config"));
  prompt.thinking_shown = field_of(config, "includeThoughts").as_bool();
  const Json& budget = field_of(config, "thinkingBudget");
  std::string level = field_of(config, "thinkingLevel").text();
  for (char& c : level) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (!budget.is_null() && !level.empty()) {
    return refuse("You can only set only one of thinking budget and thinking level.");
  }
  if (!level.empty() && !model.signs_calls) {
    return refuse("Thinking level is not supported for this model.");
  }
  constexpr std::string_view kLevels[] = {"", "minimal", "low", "medium", "high"};
  if (!is_one_of(kLevels, level) || (level == "minimal" && model.always_thinks)) {
    return refuse("Thinking level " + level + " is not supported for this model.");
  }
  if (budget.is_null()) return {};
  const auto tokens = budget.as_int();
  if (tokens == 0 && model.always_thinks) {
    return refuse("Budget 0 is invalid. This model only works in thinking mode.");
  }
  if (!tokens || *tokens < -1 || *tokens > 24'576 + (model.always_thinks ? 8'192 : 0) ||
      (model.always_thinks && *tokens >= 0 && *tokens < 128)) {
    return refuse("The thinking budget " + budget.dump() + " is invalid.");
  }
  prompt.thinking = *tokens != 0;
  return {};
}

Result<void> read_format(const Model& model, const Json& config, const Prompt& prompt) {
  const std::string& type = field_of(config, "responseMimeType").text();
  const Json& own = field_of(config, "responseSchema");
  const Json& json = field_of(config, "responseJsonSchema");
  if (!own.is_null() && !json.is_null()) {
    return refuse("response_schema and response_json_schema are mutually exclusive");
  }
  if ((!own.is_null() || !json.is_null()) && type != "application/json") {
    return refuse("response_schema is only supported with response_mime_type application/json");
  }
  if (type == "application/json" && !prompt.tools.empty() && !model.signs_calls) {
    return refuse("Function calling with a response mime type: 'application/json' is unsupported");
  }
  return own.is_null() ? Result<void>{} : check_schema(own, "generation_config.response_schema");
}

}  // namespace

Result<void> read_gemini_tools(const Model& model, const Json& body, Prompt& prompt) {
  if (!model.tools && body.has("tools")) return refuse("Function calling is not enabled");
  std::size_t index = 0;
  for (const Json& tool : body["tools"].items()) {
    const std::string where = "tools[" + std::to_string(index++) + "]";
    TRY_VOID(
        check_fields(tool,
                     {"functionDeclarations", "googleSearch", "googleSearchRetrieval",
                      "codeExecution", "urlContext", "computerUse", "fileSearch", "googleMaps"},
                     where));
    std::size_t nested = 0;
    for (const Json& declaration : field_of(tool, "functionDeclarations").items()) {
      TRY_VOID(read_declaration(
          declaration, where + ".function_declarations[" + std::to_string(nested++) + "]", prompt));
    }
  }
  const Json& config = field_of(body, "toolConfig");
  if (config.is_null()) return {};
  TRY_VOID(check_fields(
      config, {"functionCallingConfig", "retrievalConfig", "includeServerSideToolInvocations"},
      "tool_config"));
  const Json& calling = field_of(config, "functionCallingConfig");
  return calling.is_null() ? Result<void>{} : read_calling(calling, prompt);
}

Result<void> read_gemini_config(const Model& model, const Json& body, Prompt& prompt) {
  const Json& config = field_of(body, "generationConfig");
  if (config.is_null()) return read_thinking(model, config, prompt);
  TRY_VOID(check_fields(
      config,
      {"stopSequences", "responseMimeType", "responseSchema", "responseJsonSchema",
       "responseModalities", "candidateCount", "maxOutputTokens", "temperature", "topP", "topK",
       "seed", "presencePenalty", "frequencyPenalty", "responseLogprobs", "logprobs",
       "thinkingConfig", "mediaResolution", "speechConfig", "imageConfig"},
      "generation_config"));
  TRY_VOID(check_number(config, "temperature", 0, 2));
  TRY_VOID(check_number(config, "topP", 0, 1));
  TRY_VOID(check_number(config, "topK", 1, 1000));
  TRY_VOID(check_number(config, "candidateCount", 1, 8));
  prompt.choices = field_of(config, "candidateCount").int_or(1);
  const Json& maximum = field_of(config, "maxOutputTokens");
  if (!maximum.is_null()) {
    const auto value = maximum.as_int();
    if (!value || *value < 1 || *value > model.max_output) {
      return refuse("Unable to submit request because it has a maxOutputTokens value of " +
                    maximum.dump() + " but the supported range is from 1 (inclusive) to " +
                    std::to_string(model.max_output + 1) + " (exclusive).");
    }
    prompt.max_tokens = *value;
  }
  for (const Json& word : field_of(config, "stopSequences").items()) {
    prompt.stop_sequences.push_back(word.text());
  }
  if (prompt.stop_sequences.size() > 5) {
    return refuse("* GenerateContentRequest.generation_config.stop_sequences: at most 5");
  }
  TRY_VOID(read_format(model, config, prompt));
  return read_thinking(model, field_of(config, "thinkingConfig"), prompt);
}

}  // namespace sekisho::sim
