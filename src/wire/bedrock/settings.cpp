#include <algorithm>
#include <array>

#include "wire/bedrock/reading.h"
#include "wire/bedrock/request_decoder.h"
#include "wire/json_text.h"

namespace sekisho::wire::bedrock {
namespace {

using Reader = Result<void> (*)(Reading&, JsonValue);

Result<void> ignore(Reading&, JsonValue) {
  return {};
}

Result<void> system(Reading& reading, JsonValue value) {
  return read_content(reading, value, "system", reading.conversation.system);
}

Result<void> number(JsonValue value, std::string_view name, std::string_view& out) {
  if (!value.has_value()) return {};
  if (!value.number()) return invalid(name, "not a number");
  out = value.raw();
  return {};
}

Result<void> inference(Reading& reading, JsonValue value) {
  Conversation& c = reading.conversation;
  TRY_VOID(number(value.find("temperature"), "inferenceConfig.temperature", c.temperature));
  TRY_VOID(number(value.find("topP"), "inferenceConfig.topP", c.top_p));
  for (const JsonValue stop : value.find("stopSequences")) {
    if (!stop.is(JsonKind::kString)) return invalid("inferenceConfig.stopSequences", "no string");
    c.stop.push_back(stop.string());
  }
  return {};
}

Result<void> tool(Reading& reading, JsonValue item, const std::string& place) {
  auto& tools = reading.conversation.tools;
  if (const JsonValue point = item.find("cachePoint"); point.has_value()) {
    if (!tools.empty()) tools.back().cache = std::max(tools.back().cache, cache_mark(point));
    return {};
  }
  const JsonValue spec = item.find("toolSpec");
  if (!spec.has_value()) {
    for (const JsonValue other : item) reading.drop("toolConfig.tools[" + other.name_text() + "]");
    return {};
  }
  Tool tool;
  tool.name = reading.text_of(spec.find("name"));
  if (tool.name.empty()) return invalid(place, "toolSpec.name is missing");
  const bool twice =
      std::ranges::any_of(tools, [&](const Tool& other) { return other.name == tool.name; });
  if (twice) return invalid(place, "a tool of this name is there already");
  tool.description = spec.find("description").string();
  const JsonValue schema = spec.find("inputSchema").find("json");
  if (!schema.is(JsonKind::kObject)) return invalid(place, "inputSchema.json is not an object");
  tool.schema = schema.raw();
  if (spec.find("strict").is(JsonKind::kTrue)) reading.drop("toolConfig.tools[].toolSpec.strict");
  tools.push_back(tool);
  return {};
}

Result<void> tool_config(Reading& reading, JsonValue value) {
  std::int64_t index = 0;
  for (const JsonValue item : value.find("tools")) {
    TRY_VOID(tool(reading, item, "toolConfig.tools[" + std::to_string(index++) + "]"));
  }
  const JsonValue choice = value.find("toolChoice");
  ToolChoice& out = reading.conversation.choice;
  if (choice.find("any").exists()) out.kind = ToolChoice::Kind::kAny;
  if (const JsonValue one = choice.find("tool"); one.exists()) {
    out.kind = ToolChoice::Kind::kOne;
    out.name = reading.text_of(one.find("name"));
    const bool known = std::ranges::any_of(reading.conversation.tools,
                                           [&](const Tool& t) { return t.name == out.name; });
    if (!known) return invalid("toolConfig.toolChoice", "names a tool that is not in tools");
  }
  return {};
}

constexpr std::array<std::string_view, 6> kEfforts{"minimal", "low",   "medium",
                                                   "high",    "xhigh", "max"};

Result<std::string_view> effort_of(JsonValue value, std::string_view place) {
  for (const std::string_view effort : kEfforts) {
    if (value.equals(effort)) return effort;
  }
  return invalid(place, "must be one of minimal … max");
}

Result<void> thinking(Reading& reading, JsonValue value) {
  ReasoningWish& wish = reading.conversation.reasoning;
  const JsonValue type = value.find("type");
  wish.mode = type.equals("disabled") ? ReasoningWish::Mode::kOff : ReasoningWish::Mode::kOn;
  wish.budget_tokens = value.find("budget_tokens").integer();
  if (value.find("display").equals("summarized")) wish.display = "summarized";
  if (value.find("display").equals("omitted")) wish.display = "omitted";
  if (const JsonValue effort = value.find("maxReasoningEffort"); effort.has_value()) {
    TRY(wish.effort, effort_of(effort, "additionalModelRequestFields.reasoningConfig"));
  }
  return {};
}

Result<void> model_field(Reading& reading, std::string_view name, JsonValue value) {
  Conversation& c = reading.conversation;
  const std::string place = "additionalModelRequestFields." + std::string(name.substr(0, 100));
  if (name == "thinking" || name == "reasoning_config" || name == "reasoningConfig") {
    return thinking(reading, value);
  }
  if (name == "top_k" || name == "topK") return number(value, place, c.top_k);
  if (name == "reasoning_effort") {
    TRY(c.reasoning.effort, effort_of(value, place));
    c.reasoning.mode = ReasoningWish::Mode::kOn;
    return {};
  }
  if (name == "output_config" && value.find("effort").has_value()) {
    TRY(c.reasoning.output_effort, effort_of(value.find("effort"), place));
    return {};
  }
  if (name == "tool_choice") {
    const JsonValue type = value.find("type");
    if (type.equals("any")) c.choice.kind = ToolChoice::Kind::kAny;
    if (type.equals("none")) c.choice.kind = ToolChoice::Kind::kNone;
    if (type.equals("tool")) {
      c.choice.kind = ToolChoice::Kind::kOne;
      c.choice.name = reading.text_of(value.find("name"));
    }
    c.choice.parallel = !value.find("disable_parallel_tool_use").is(JsonKind::kTrue);
    return {};
  }
  reading.drop(place);
  return {};
}

Result<void> model_fields(Reading& reading, JsonValue value) {
  for (const JsonValue field : value) {
    if (field.has_value()) TRY_VOID(model_field(reading, field.name_text(), field));
  }
  return {};
}

Result<void> output_config(Reading& reading, JsonValue value) {
  Conversation& c = reading.conversation;
  if (const JsonValue effort = value.find("effort"); effort.has_value()) {
    TRY(c.reasoning.output_effort, effort_of(effort, "outputConfig.effort"));
  }
  const JsonValue format = value.find("textFormat");
  if (!format.has_value()) return {};
  const JsonValue schema = format.find("structure").find("jsonSchema");
  const std::string_view text = reading.text_of(schema.find("schema"));
  if (!is_unambiguous_object(text)) {
    return invalid("outputConfig.textFormat", "jsonSchema.schema holds no JSON object");
  }
  c.format = {.name = schema.find("name").string(),
              .description = schema.find("description").string(),
              .schema = text};
  return {};
}

Result<void> metadata(Reading& reading, JsonValue value) {
  for (const JsonValue entry : value) {
    reading.conversation.metadata.emplace_back(entry.name_text(), entry.text());
  }
  return {};
}

// The encoder tells which stop sequence it was, asked or not.
Result<void> response_paths(Reading& reading, JsonValue value) {
  for (const JsonValue path : value) {
    if (!path.text().ends_with("stop_sequence")) reading.drop("additionalModelResponseFieldPaths");
  }
  return {};
}

Result<void> performance(Reading& reading, JsonValue value) {
  if (!value.find("latency").equals("standard")) reading.drop("performanceConfig");
  return {};
}

Result<void> service_tier(Reading& reading, JsonValue value) {
  if (!value.find("type").equals("default")) reading.drop("serviceTier");
  return {};
}

struct Setting {
  std::string_view name;
  Reader read;
};

// What is missing here is reported as dropped.
constexpr std::array kSettings{
    Setting{"messages", ignore},
    Setting{"tags", ignore},
    Setting{"litellm_session_id", ignore},
    Setting{"system", system},
    Setting{"inferenceConfig", inference},
    Setting{"toolConfig", tool_config},
    Setting{"additionalModelRequestFields", model_fields},
    Setting{"additionalModelResponseFieldPaths", response_paths},
    Setting{"outputConfig", output_config},
    Setting{"requestMetadata", metadata},
    Setting{"performanceConfig", performance},
    Setting{"serviceTier", service_tier},
};

struct Name {
  std::string_view chat, converse;
};

constexpr std::array kNames{
    Name{"temperature", "inferenceConfig.temperature"},
    Name{"top_p", "inferenceConfig.topP"},
    Name{"top_k", "additionalModelRequestFields.top_k"},
    Name{"stop", "inferenceConfig.stopSequences"},
    Name{"max_tokens", "inferenceConfig.maxTokens"},
    Name{"response_format", "outputConfig.textFormat"},
    Name{"cache_control", "cachePoint"},
    Name{"cache_control.ttl", "cachePoint.ttl"},
    Name{"tool_choice", "toolConfig.toolChoice"},
    Name{"parallel_tool_calls", "additionalModelRequestFields.tool_choice"},
    Name{"messages[].reasoning_content", "messages.content.reasoningContent"},
};

}  // namespace

std::string field_name(std::string_view field) {
  constexpr std::string_view kMetadata = "metadata.";
  if (field.starts_with(kMetadata))
    return std::string("requestMetadata.").append(field.substr(kMetadata.size()));
  const auto* found = std::ranges::find(kNames, field, &Name::chat);
  return std::string(found == kNames.end() ? field : found->converse);
}

Result<void> read_setting(Reading& reading, std::string_view name, JsonValue value) {
  const auto* found = std::ranges::find(kSettings, name, &Setting::name);
  if (found != kSettings.end()) return found->read(reading, value);
  reading.drop(std::string(name));
  return {};
}

}  // namespace sekisho::wire::bedrock
