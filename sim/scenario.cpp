#include "sim/scenario.h"

#include <algorithm>
#include <array>

#include "sim/membership.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kOpen = "[[sim:", kShut = "]]";
constexpr std::array<std::string_view, 8> kNames{"text",  "echo",   "long",    "write_file",
                                                 "tools", "secret", "refusal", "max_tokens"};
constexpr std::array<std::pair<std::string_view, FaultKind>, 11> kFaults{{
    {"status", FaultKind::kStatus},
    {"hang", FaultKind::kHang},
    {"reset", FaultKind::kReset},
    {"close", FaultKind::kClose},
    {"half_frame", FaultKind::kHalfFrame},
    {"garbage", FaultKind::kGarbage},
    {"bad_crc", FaultKind::kBadCrc},
    {"drip", FaultKind::kDrip},
    {"exception", FaultKind::kException},
    {"wrong_order", FaultKind::kWrongOrder},
    {"missing_usage", FaultKind::kMissingUsage},
}};

Failure refuse(std::string_view what, std::string_view name) {
  return fail(Code::kInvalidArgument,
              "sim scenario: " + std::string(what) + " \"" + std::string(name) + "\"");
}

// Takes members one by one; what is left unknown is refused.
class Members {
 public:
  explicit Members(const Json& json) : json_(json) {}
  void text(std::string_view name, std::string& into) {
    if (const Json* value = take(name)) check(value->is_string(), name), into = value->text();
  }
  void number(std::string_view name, std::int64_t& into) {
    const Json* value = take(name);
    if (value == nullptr) return;
    check(value->as_int() && *value->as_int() >= 0, name);
    into = value->int_or(into);
  }
  const Json* take(std::string_view name) {
    known_.push_back(name);
    return json_.find(name);
  }
  void check(bool good, std::string_view name) {
    if (!good && wrong_.empty()) wrong_ = name;
  }
  Result<void> end() const {
    if (!json_.is_object()) return refuse("not an object", json_.dump());
    if (!wrong_.empty()) return refuse("wrong value of", wrong_);
    for (const auto& [name, value] : json_.members()) {
      if (!is_one_of(known_, name)) return refuse("unknown member", name);
    }
    return {};
  }

 private:
  const Json& json_;
  std::vector<std::string_view> known_;
  std::string wrong_;
};

Result<Fault> fault_from(const Json& json) {
  Fault fault;
  Members members(json);
  std::string kind;
  std::int64_t status = fault.status;
  members.text("kind", kind);
  members.number("status", status);
  members.text("type", fault.type);
  members.text("message", fault.message);
  members.number("delay_ms", fault.delay_ms);
  if (const Json* at = members.take("at")) fault.at = at->as_int();
  if (const Json* after = members.take("retry_after")) fault.retry_after = after->as_int();
  TRY_VOID(members.end());
  const auto found = std::ranges::find(kFaults, kind, &decltype(kFaults)::value_type::first);
  if (found == kFaults.end()) return refuse("unknown fault", kind);
  fault.kind = found->second;
  fault.status = static_cast<int>(status);
  return fault;
}

Result<SimUsage> usage_from(const Json& json) {
  SimUsage usage;
  Members members(json);
  members.number("input", usage.input);
  members.number("cache_read", usage.cache_read);
  members.number("cache_write_5m", usage.cache_write_5m);
  members.number("cache_write_1h", usage.cache_write_1h);
  members.number("output", usage.output);
  members.number("reasoning", usage.reasoning);
  TRY_VOID(members.end());
  return usage;
}

}  // namespace

Result<Scenario> Scenario::from_json(const Json& json) {
  Scenario scenario;
  Members members(json);
  members.text("scenario", scenario.name);
  members.text("text", scenario.text);
  members.text("path", scenario.path);
  members.text("content", scenario.content);
  members.text("reasoning", scenario.reasoning);
  members.number("tokens", scenario.tokens);
  members.number("pace", scenario.pace);
  members.number("chunk", scenario.chunk);
  members.number("delay_ms", scenario.delay_ms);
  members.number("gap_ms", scenario.gap_ms);
  const Json* tools = members.take("tools");
  const Json* usage = members.take("usage");
  const Json* fault = members.take("fault");
  TRY_VOID(members.end());
  if (!is_one_of(kNames, scenario.name)) return refuse("unknown", scenario.name);
  if (scenario.chunk < 1) return refuse("wrong value of", "chunk");
  if (tools != nullptr) {
    for (const Json& call : tools->items()) {
      const Json& input = call["input"];
      scenario.tools.push_back({"", call["name"].text(), input.is_null() ? Json::object() : input});
    }
  }
  if (usage != nullptr) {
    TRY(scenario.usage, usage_from(*usage));
  }
  if (fault != nullptr) {
    TRY(scenario.fault, fault_from(*fault));
  }
  return scenario;
}

Result<Scenario> Scenario::parse(std::string_view spelling) {
  if (!spelling.starts_with('{')) return from_json(Json::object({{"scenario", spelling}}));
  TRY(const Json json, Json::parse(spelling));
  return from_json(json);
}

std::optional<std::string_view> find_marker(std::string_view text) {
  const std::size_t open = text.rfind(kOpen);
  if (open == std::string_view::npos) return std::nullopt;
  text.remove_prefix(open + kOpen.size());
  const std::size_t shut = text.find(kShut);
  if (shut == std::string_view::npos) return std::nullopt;
  // "]]" may also end an array inside the JSON: take the first end that leaves valid JSON.
  for (std::size_t end = shut; end != std::string_view::npos; end = text.find(kShut, end + 1)) {
    const std::string_view inside = text.substr(0, end);
    if (!inside.starts_with('{') || Json::parse(inside)) return inside;
  }
  return text.substr(0, shut);
}

std::string without_markers(std::string_view text) {
  std::string out(text);
  while (const auto marker = find_marker(out)) {
    const auto begin = static_cast<std::size_t>(marker->data() - out.data()) - kOpen.size();
    out.erase(begin, kOpen.size() + marker->size() + kShut.size());
  }
  return out;
}

}  // namespace sekisho::sim
