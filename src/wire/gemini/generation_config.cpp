#include <array>

#include "wire/gemini/reading.h"
#include "wire/gemini/schema.h"

namespace sekisho::wire::gemini {
namespace {

using Reader = Result<void> (*)(Reading&, JsonValue, const Place&);

Result<void> ignore(Reading&, JsonValue, const Place&) {
  return {};
}

Result<std::string_view> number_of(JsonValue value, const Place& place) {
  if (!value.number()) return invalid(place, "not a number");
  return value.raw();
}

Result<void> temperature(Reading& reading, JsonValue value, const Place& place) {
  TRY(reading.conversation.temperature, number_of(value, place));
  return {};
}

Result<void> top_p(Reading& reading, JsonValue value, const Place& place) {
  TRY(reading.conversation.top_p, number_of(value, place));
  return {};
}

Result<void> top_k(Reading& reading, JsonValue value, const Place& place) {
  if (!value.integer()) return invalid(place, "not a whole number");
  reading.conversation.top_k = value.raw();
  return {};
}

Result<void> stop_sequences(Reading& reading, JsonValue value, const Place& place) {
  if (!value.is(JsonKind::kArray)) return invalid(place, "not an array");
  for (const JsonValue one : value) {
    if (!one.is(JsonKind::kString)) return invalid(place, "holds what is no string");
    reading.conversation.stop.push_back(one.string());
  }
  return {};
}

Result<void> candidate_count(Reading&, JsonValue value, const Place& place) {
  if (value.integer() == 1) return {};
  return unsupported(place, "this model gives one candidate per request");
}

Result<void> response_modalities(Reading&, JsonValue value, const Place& place) {
  for (const JsonValue one : value) {
    if (!one.equals("TEXT")) return unsupported(place, "only TEXT");
  }
  return {};
}

Result<void> thinking_level(Reading& reading, JsonValue level, const Place& place) {
  struct Level {
    std::string_view name, effort;
  };
  constexpr std::array kLevels{Level{"MINIMAL", "minimal"}, Level{"LOW", "low"},
                               Level{"MEDIUM", "medium"}, Level{"HIGH", "high"}};
  if (level.equals("THINKING_LEVEL_UNSPECIFIED")) return {};
  for (const Level& one : kLevels) {
    if (!level.equals(one.name) && !level.equals(one.effort)) continue;
    reading.conversation.reasoning.mode = ReasoningWish::Mode::kOn;
    reading.conversation.reasoning.effort = one.effort;
    return {};
  }
  return invalid(place, "thinkingLevel is not MINIMAL, LOW, MEDIUM or HIGH");
}

// {includeThoughts, thinkingBudget: tokens, 0 = off, -1 = as the model likes, thinkingLevel}
Result<void> thinking_config(Reading& reading, JsonValue value, const Place& place) {
  ReasoningWish& wish = reading.conversation.reasoning;
  const JsonValue budget = field(value, "thinkingBudget");
  if (budget.has_value()) {
    const auto tokens = budget.integer();
    if (!tokens || *tokens < -1) return invalid(place, "thinkingBudget is not a number of tokens");
    wish.mode = *tokens == 0 ? ReasoningWish::Mode::kOff : ReasoningWish::Mode::kOn;
    if (*tokens > 0) wish.budget_tokens = tokens;
  }
  if (const JsonValue level = field(value, "thinkingLevel"); level.has_value()) {
    TRY_VOID(thinking_level(reading, level, place));
  }
  const bool shown = field(value, "includeThoughts").is(JsonKind::kTrue);
  if (shown && wish.mode == ReasoningWish::Mode::kUnset) wish.mode = ReasoningWish::Mode::kOn;
  wish.display = shown ? "summarized" : "omitted";
  return {};
}

struct Setting {
  std::string_view name;
  Reader read;
};

// What is missing here is reported as dropped.
constexpr std::array kSettings{
    Setting{"temperature", temperature},
    Setting{"topP", top_p},
    Setting{"topK", top_k},
    Setting{"stopSequences", stop_sequences},
    Setting{"candidateCount", candidate_count},
    Setting{"responseModalities", response_modalities},
    Setting{"thinkingConfig", thinking_config},
    Setting{"maxOutputTokens", ignore},
    Setting{"responseMimeType", ignore},
    Setting{"responseSchema", ignore},
    Setting{"responseJsonSchema", ignore},
};

// {responseMimeType, responseSchema | responseJsonSchema}
Result<void> read_format(Reading& reading, JsonValue config) {
  const Place place{nullptr, "generationConfig"};
  const JsonValue json = field(config, "responseJsonSchema");
  const JsonValue own = field(config, "responseSchema");
  const JsonValue type = field(config, "responseMimeType");
  if (json.has_value() && own.has_value()) {
    return invalid(Place{&place, "responseSchema"}, "responseJsonSchema is there too");
  }
  if (json.is(JsonKind::kObject)) {
    reading.conversation.format.schema = json.raw();
  } else if (own.is(JsonKind::kObject)) {
    reading.conversation.format.schema = reading.conversation.keep(json_schema(own));
  } else if (type.has_value() && !type.equals("text/plain")) {
    reading.drop("generationConfig.responseMimeType");
  }
  return {};
}

}  // namespace

Result<void> read_generation_config(Reading& reading, JsonValue config) {
  const Place place{nullptr, "generationConfig"};
  if (!config.is(JsonKind::kObject)) return invalid(place, "not an object");
  for (const JsonValue member : config) {
    if (!member.has_value()) continue;
    const std::string name = camel_case(member.name_text());
    const Setting* known = nullptr;
    for (const Setting& setting : kSettings) {
      if (setting.name == name) known = &setting;
    }
    if (known) {
      TRY_VOID(known->read(reading, member, Place{&place, name}));
    } else if (name == "seed" || !asks_nothing(member)) {
      reading.drop("generationConfig." + name);
    }
  }
  return read_format(reading, config);
}

}  // namespace sekisho::wire::gemini
