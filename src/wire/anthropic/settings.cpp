#include <algorithm>
#include <iterator>

#include "wire/anthropic/reading.h"
#include "wire/anthropic/request_decoder.h"

namespace sekisho::wire::anthropic {
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

Result<void> stop_sequences(Reading& reading, JsonValue value) {
  const Place place{nullptr, "stop_sequences"};
  if (!value.is(JsonKind::kArray)) return invalid(place, "not an array of strings");
  for (const JsonValue one : value) {
    if (!one.is(JsonKind::kString)) return invalid(place, "holds no string");
    reading.conversation.stop.push_back(one.string());
  }
  return {};
}

Result<void> format(Reading& reading, JsonValue value) {
  if (!value.find("type").equals("json_schema") || !value.find("schema").is(JsonKind::kObject)) {
    return invalid(Place{nullptr, "output_config.format"}, "not a json_schema with a schema");
  }
  reading.conversation.format.schema = value.find("schema").raw();
  return {};
}

Result<void> output_config(Reading& reading, JsonValue value) {
  for (const JsonValue field : value) {
    if (!field.has_value()) continue;
    if (field.name() == "effort") {
      TRY(reading.conversation.reasoning.output_effort,
          read_effort(field, "low", "output_config.effort"));
    } else if (field.name() == "format") {
      TRY_VOID(format(reading, field));
    } else {
      reading.drop("output_config." + field.name_text());
    }
  }
  return {};
}

Result<void> metadata(Reading& reading, JsonValue value) {
  for (const JsonValue field : value) {
    const JsonKind kind = field.kind();
    if (kind == JsonKind::kObject || kind == JsonKind::kArray) {
      reading.drop("metadata." + field.name_text());
    } else if (field.has_value()) {
      const bool user = field.name() == "user_id";
      reading.conversation.metadata.emplace_back(
          user ? "user" : field.name_text(),
          kind == JsonKind::kString ? field.text() : std::string(field.raw()));
    }
  }
  return {};
}

Result<void> thread(Reading&, JsonValue) {
  return unsupported(Place{nullptr, "thread"}, "the conversation lies at Anthropic; send it whole");
}

struct Setting {
  std::string_view name;
  Reader read;
};

// Sorted by name. What is missing here is reported as dropped.
constexpr Setting kSettings[] = {
    {"anthropic_version", ignore},
    {"cache_control", ignore},
    {"drop_params", ignore},
    {"max_tokens", ignore},
    {"messages", ignore},
    {"metadata", metadata},
    {"model", ignore},
    {"output_config", output_config},
    {"output_format", format},  // the beta's name of output_config.format
    {"stop_sequences", stop_sequences},
    {"stream", ignore},
    {"system", ignore},
    {"tags", ignore},
    {"temperature", temperature},
    {"thinking", read_thinking},
    {"thread", thread},
    {"tool_choice", ignore},
    {"tools", ignore},
    {"top_k", top_k},
    {"top_p", top_p},
};

bool is_default(std::string_view name, JsonValue value) {
  if (name == "service_tier") return value.equals("auto") || value.equals("standard_only");
  return name == "speed" && value.equals("standard");
}

struct Name {
  std::string_view chat, messages;
};

constexpr Name kNames[] = {
    {"messages[].reasoning_content", "messages.content[thinking]"},
    {"parallel_tool_calls", "tool_choice.disable_parallel_tool_use"},
    {"response_format", "output_config.format"},
    {"stop", "stop_sequences"},
    {"user", "metadata.user_id"},
    {"metadata.user", "metadata.user_id"},
};

}  // namespace

std::string field_name(std::string_view field) {
  constexpr std::string_view kReasoning = "reasoning";
  if (field.starts_with(kReasoning)) {
    return std::string("thinking").append(field.substr(kReasoning.size()));
  }
  const auto* const found = std::ranges::find(kNames, field, &Name::chat);
  return std::string(found == std::end(kNames) ? field : found->messages);
}

Result<void> read_setting(Reading& reading, std::string_view name, JsonValue value) {
  const auto* const found = std::ranges::lower_bound(kSettings, name, {}, &Setting::name);
  if (found != std::end(kSettings) && found->name == name) return found->read(reading, value);
  if (name.starts_with("litellm_")) return {};
  if (!asks_nothing(value) && !is_default(name, value)) reading.drop(std::string(name));
  return {};
}

}  // namespace sekisho::wire::anthropic
