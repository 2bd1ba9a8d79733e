#include "wire/request_reading.h"

#include <algorithm>
#include <iterator>

#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

// By rising effort.
constexpr std::string_view kEfforts[] = {"none", "minimal", "low", "medium",
                                         "high", "xhigh",   "max"};

bool allows_object(JsonValue types) {
  return std::any_of(types.begin(), types.end(), [](JsonValue t) { return t.equals("object"); });
}

}  // namespace

void Reading::drop(std::string field) {
  if (std::find(dropped.begin(), dropped.end(), field) == dropped.end()) {
    dropped.push_back(std::move(field));
  }
}

std::string_view Reading::text_of(JsonValue string) {
  const std::string_view raw = string.string();
  return raw.find('\\') == std::string_view::npos ? raw : conversation.keep(unescape_json(raw));
}

std::string_view Reading::without_breaks(std::string_view base64) {
  constexpr std::string_view kBreaks = "\n\r\t ";
  const auto occurs = [&](char c) { return base64.find(c) != std::string_view::npos; };
  if (std::none_of(kBreaks.begin(), kBreaks.end(), occurs)) return base64;
  std::string whole(base64);
  std::erase_if(whole, [&](char c) { return kBreaks.find(c) != std::string_view::npos; });
  return conversation.keep(std::move(whole));
}

std::string Place::str() const {
  std::string out = parent ? parent->str() : std::string();
  if (!name.empty()) {
    if (!out.empty()) out += '.';
    out += name;
  }
  if (index >= 0) out += '[' + std::to_string(index) + ']';
  return out;
}

Failure invalid(const Place& place, std::string_view why) {
  return fail(Code::kInvalidArgument, place.str().append(": ").append(why));
}

Failure unsupported(const Place& place, std::string_view why) {
  return fail(Code::kUnsupported, place.str().append(": ").append(why));
}

Block text_block(RawText text) {
  Block block;
  block.text = text;
  return block;
}

CacheMark cache_mark(JsonValue holder) {
  const JsonValue control = holder.find("cache_control");
  if (!control.is(JsonKind::kObject)) return CacheMark::kNone;
  return control.find("ttl").equals("1h") ? CacheMark::kOneHour : CacheMark::kFiveMinutes;
}

void mark_end(Conversation& conversation, CacheMark mark) {
  auto& turns = conversation.turns;
  if (mark == CacheMark::kNone || turns.empty() || turns.back().blocks.empty()) return;
  turns.back().blocks.back().cache = mark;
}

bool asks_nothing(JsonValue value) {
  return value.is(JsonKind::kFalse) || value.number() == 0.0 ||
         ((value.is(JsonKind::kArray) || value.is(JsonKind::kObject)) &&
          value.begin() == value.end());
}

Result<std::string_view> read_tool_schema(Reading& reading, JsonValue schema,
                                          std::string_view field, const Place& place) {
  if (!schema.has_value()) return kNoParameters;
  if (!schema.is(JsonKind::kObject)) return invalid(Place{&place, field}, "not an object");
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
    const Place here{&place, field};
    return invalid(Place{&here, "type"}, "must be object");
  }
  return reading.conversation.keep(std::move(fixed));
}

Result<std::string_view> read_effort(JsonValue value, std::string_view least,
                                     std::string_view field) {
  const auto* first = std::ranges::find(kEfforts, least);
  const auto* found = std::find_if(first, std::end(kEfforts),
                                   [&](std::string_view effort) { return value.equals(effort); });
  if (found != std::end(kEfforts)) return *found;
  return invalid(Place{nullptr, field},
                 std::string("must be one of ").append(least).append(" … max"));
}

Result<void> read_thinking(Reading& reading, JsonValue value) {
  ReasoningWish& wish = reading.conversation.reasoning;
  const JsonValue type = value.find("type");
  if (!type.equals("enabled") && !type.equals("adaptive") && !type.equals("disabled")) {
    return invalid(Place{nullptr, "thinking"}, "type is not enabled, adaptive or disabled");
  }
  wish.mode = type.equals("disabled") ? ReasoningWish::Mode::kOff : ReasoningWish::Mode::kOn;
  wish.budget_tokens = value.find("budget_tokens").integer();
  if (value.find("display").equals("summarized")) wish.display = "summarized";
  if (value.find("display").equals("omitted")) wish.display = "omitted";
  return {};
}

Result<std::string_view> read_number(JsonValue value, std::string_view field) {
  if (!value.number()) return invalid(Place{nullptr, field}, "not a number");
  return value.raw();
}

Result<std::string_view> read_integer(JsonValue value, std::string_view field) {
  if (!value.integer()) return invalid(Place{nullptr, field}, "not an integer");
  return value.raw();
}

}  // namespace sekisho::wire
