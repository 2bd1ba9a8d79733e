#include <algorithm>
#include <iterator>

#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {
namespace {

using Reader = Result<void> (*)(Reading&, JsonValue);

Result<void> ignore(Reading&, JsonValue) {
  return {};
}

Result<void> temperature(Reading& reading, JsonValue value) {
  TRY(reading.conversation.temperature, read_number(value, "temperature"));
  return {};
}

Result<void> top_p(Reading& reading, JsonValue value) {
  TRY(reading.conversation.top_p, read_number(value, "top_p"));
  return {};
}

Result<void> top_k(Reading& reading, JsonValue value) {
  TRY(reading.conversation.top_k, read_integer(value, "top_k"));
  return {};
}

Result<void> stop(Reading& reading, JsonValue value) {
  auto& out = reading.conversation.stop;
  if (value.is(JsonKind::kString)) {
    out.push_back(value.string());
    return {};
  }
  if (!value.is(JsonKind::kArray)) {
    return invalid(Place{nullptr, "stop"}, "neither a string nor an array of strings");
  }
  for (const JsonValue one : value) {
    if (!one.is(JsonKind::kString)) return invalid(Place{nullptr, "stop"}, "holds no string");
    out.push_back(one.string());
  }
  return {};
}

Result<void> wish_effort(Reading& reading, JsonValue value, std::string_view field) {
  TRY(const std::string_view effort, read_effort(value, "none", field));
  ReasoningWish& wish = reading.conversation.reasoning;
  if (effort == "none") {
    wish.mode = ReasoningWish::Mode::kOff;
    return {};
  }
  if (wish.mode == ReasoningWish::Mode::kUnset) wish.mode = ReasoningWish::Mode::kOn;
  wish.effort = effort;
  return {};
}

Result<void> reasoning_effort(Reading& reading, JsonValue value) {
  return wish_effort(reading, value, "reasoning_effort");
}

// {effort, max_tokens, enabled}
Result<void> reasoning(Reading& reading, JsonValue value) {
  ReasoningWish& wish = reading.conversation.reasoning;
  if (const JsonValue effort = value.find("effort"); effort.has_value()) {
    TRY_VOID(wish_effort(reading, effort, "reasoning.effort"));
  }
  if (value.find("enabled").is(JsonKind::kTrue)) wish.mode = ReasoningWish::Mode::kOn;
  if (value.find("enabled").is(JsonKind::kFalse)) wish.mode = ReasoningWish::Mode::kOff;
  if (const auto budget = value.find("max_tokens").integer()) {
    wish.mode = ReasoningWish::Mode::kOn;
    wish.budget_tokens = budget;
  }
  return {};
}

Result<void> output_config(Reading& reading, JsonValue value) {
  if (const JsonValue effort = value.find("effort"); effort.has_value()) {
    TRY(reading.conversation.reasoning.output_effort,
        read_effort(effort, "low", "output_config.effort"));
  }
  for (const JsonValue field : value) {
    if (field.name() != "effort") reading.drop("output_config." + field.name_text());
  }
  return {};
}

Result<void> response_format(Reading& reading, JsonValue value) {
  const JsonValue type = value.find("type");
  if (type.equals("text")) return {};
  if (!type.equals("json_schema")) {
    reading.drop("response_format");
    return {};
  }
  const JsonValue format = value.find("json_schema");
  if (!format.find("schema").is(JsonKind::kObject)) {
    return invalid(Place{nullptr, "response_format"}, "json_schema.schema is missing");
  }
  reading.conversation.format = {.name = format.find("name").string(),
                                 .description = format.find("description").string(),
                                 .schema = format.find("schema").raw()};
  return {};
}

Result<void> user(Reading& reading, JsonValue value) {
  reading.conversation.metadata.emplace_back("user", value.text());
  return {};
}

Result<void> metadata(Reading& reading, JsonValue value) {
  for (const JsonValue field : value) {
    const JsonKind kind = field.kind();
    if (kind == JsonKind::kObject || kind == JsonKind::kArray) {
      reading.drop("metadata." + field.name_text());
    } else {
      reading.conversation.metadata.emplace_back(
          field.name_text(), kind == JsonKind::kString ? field.text() : std::string(field.raw()));
    }
  }
  return {};
}

Result<void> parallel_tool_calls(Reading& reading, JsonValue value) {
  reading.conversation.choice.parallel = !value.is(JsonKind::kFalse);
  return {};
}

Result<void> choices(Reading&, JsonValue value) {
  if (value.integer() == 1) return {};
  return unsupported(Place{nullptr, "n"}, "this model gives one choice per request");
}

Result<void> modalities(Reading&, JsonValue value) {
  for (const JsonValue one : value) {
    if (!one.equals("text")) return unsupported(Place{nullptr, "modalities"}, "only text");
  }
  return {};
}

Result<void> functions(Reading&, JsonValue) {
  return unsupported(Place{nullptr, "functions"}, "obsolete; use tools");
}

Result<void> function_call(Reading&, JsonValue) {
  return unsupported(Place{nullptr, "function_call"}, "obsolete; use tool_choice");
}

struct Setting {
  std::string_view name;
  Reader read;
};

// Sorted by name. What is missing here is reported as dropped.
constexpr Setting kSettings[] = {
    {"cache_control", ignore},
    {"drop_params", ignore},
    {"function_call", function_call},
    {"functions", functions},
    {"litellm_session_id", ignore},
    {"max_completion_tokens", ignore},
    {"max_tokens", ignore},
    {"messages", ignore},
    {"metadata", metadata},
    {"modalities", modalities},
    {"model", ignore},
    {"n", choices},
    {"output_config", output_config},
    {"parallel_tool_calls", parallel_tool_calls},
    {"prompt_cache_key", ignore},
    {"reasoning", reasoning},
    {"reasoning_effort", reasoning_effort},
    {"response_format", response_format},
    {"safety_identifier", ignore},
    {"stop", stop},
    {"stream", ignore},
    {"stream_options", ignore},
    {"tags", ignore},
    {"temperature", temperature},
    {"thinking", read_thinking},
    {"tool_choice", ignore},
    {"tools", ignore},
    {"top_k", top_k},
    {"top_p", top_p},
    {"user", user},
};

}  // namespace

Result<void> read_setting(Reading& reading, std::string_view name, JsonValue value) {
  const auto* const found =
      std::lower_bound(std::begin(kSettings), std::end(kSettings), name,
                       [](const Setting& setting, std::string_view n) { return setting.name < n; });
  if (found != std::end(kSettings) && found->name == name) return found->read(reading, value);
  const bool is_default =
      name == "service_tier" && (value.equals("auto") || value.equals("default"));
  if ((name == "seed" || !asks_nothing(value)) && !is_default) reading.drop(std::string(name));
  return {};
}

}  // namespace sekisho::wire::openai_chat
