#include "identity/field_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/limits.h"
#include "base/nearest.h"

namespace sekisho::identity {
namespace {

Failure invalid(std::string_view field, std::string_view why) {
  return fail(Code::kInvalidArgument, fmt::format("{}: {}", field, why));
}

// Length of the UTF-8 sequence at the front, 0 when it is not valid.
std::size_t sequence(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  if (byte(0) < 0x80) return 1;
  if (byte(0) >= 0xC2 && byte(0) < 0xE0) return tail(1) ? 2 : 0;
  if (byte(0) >= 0xE0 && byte(0) < 0xF0) {
    bool overlong = byte(0) == 0xE0 && text.size() > 1 && byte(1) < 0xA0;
    bool surrogate = byte(0) == 0xED && text.size() > 1 && byte(1) >= 0xA0;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (byte(0) >= 0xF0 && byte(0) < 0xF5) {
    bool overlong = byte(0) == 0xF0 && text.size() > 1 && byte(1) < 0x90;
    bool beyond = byte(0) == 0xF4 && text.size() > 1 && byte(1) >= 0x90;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

Result<> check_text(std::string_view field, std::string_view text) {
  for (auto rest = text; !rest.empty();) {
    auto size = sequence(rest);
    if (size == 0) return invalid(field, "is not valid UTF-8");
    auto first = static_cast<std::uint8_t>(rest[0]);
    bool c1 = size == 2 && first == 0xC2 && static_cast<std::uint8_t>(rest[1]) < 0xA0;
    if (first < 0x20 || first == 0x7F || c1) return invalid(field, "has a control character");
    rest.remove_prefix(size);
  }
  return {};
}

Result<> check_not_negative(std::string_view field, std::string_view name,
                            std::optional<std::int64_t> value) {
  if (!value || *value >= 0) return {};
  return invalid(fmt::format("{}.{}", field, name), "must not be negative");
}

}  // namespace

Result<> check_optional_name(std::string_view field, std::string_view value) {
  if (value.empty()) return {};
  if (value.size() > limits::kNameBytes) {
    return fail(Code::kTooLarge, fmt::format("{}: {} bytes, at most {} are allowed", field,
                                             value.size(), limits::kNameBytes));
  }
  if (value.front() == ' ' || value.back() == ' ') {
    return invalid(field, "begins or ends with a space");
  }
  return check_text(field, value);
}

Result<> check_name(std::string_view field, std::string_view value) {
  if (value.empty()) return invalid(field, "must not be empty");
  return check_optional_name(field, value);
}

Result<> check_choice(std::string_view field, std::string_view value,
                      std::initializer_list<std::string_view> choices) {
  if (std::ranges::find(choices, value) != choices.end()) return {};
  auto near = nearest(value, choices);
  auto shown = value.substr(0, 60);
  if (!check_text(field, shown)) shown = "";
  return invalid(field, fmt::format("'{}' is not one of {}{}", shown, fmt::join(choices, ", "),
                                    near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

Result<> check_email(std::string_view field, std::string_view value) {
  if (value.empty()) return {};
  TRY_VOID(check_name(field, value));
  auto at = value.find('@');
  bool one = at != std::string_view::npos && value.find('@', at + 1) == std::string_view::npos;
  if (!one || at == 0 || at + 1 == value.size() || value.find(' ') != std::string_view::npos) {
    return invalid(field, "is not an e-mail address");
  }
  return {};
}

Result<> check_time_zone(std::string_view field, std::string_view value) {
  TRY_VOID(check_name(field, value));
  bool plain = std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '+' || c == '-';
  });
  if (!plain || value.front() == '/' || value.back() == '/') {
    return invalid(field, "is not an IANA time zone name such as Asia/Tokyo");
  }
  return {};
}

Result<> check_names(std::string_view field, const std::vector<std::string>& values,
                     std::size_t most) {
  if (values.size() > most) {
    return fail(Code::kTooLarge,
                fmt::format("{}: {} entries, at most {} are allowed", field, values.size(), most));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    TRY_VOID(check_name(fmt::format("{}[{}]", field, i), values[i]));
    if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
        values.begin() + static_cast<std::ptrdiff_t>(i)) {
      return invalid(fmt::format("{}[{}]", field, i), "'" + values[i] + "' is there twice");
    }
  }
  return {};
}

Result<> check_limits(std::string_view field, const LimitSettings& limits) {
  TRY_VOID(check_choice(fmt::format("{}.window", field), limits.window,
                        {"none", "day", "week", "month"}));
  std::optional<std::int64_t> budget;
  if (limits.budget) budget = limits.budget->nano_usd;
  TRY_VOID(check_not_negative(field, "budget", budget));
  TRY_VOID(check_not_negative(field, "requests_per_minute", limits.requests_per_minute));
  TRY_VOID(check_not_negative(field, "tokens_per_minute", limits.tokens_per_minute));
  return check_not_negative(field, "parallel", limits.parallel);
}

Result<> check(const Organisation& organisation) {
  TRY_VOID(check_name("name", organisation.name));
  TRY_VOID(check_time_zone("time_zone", organisation.time_zone));
  TRY_VOID(check_choice("language", organisation.language, {"ja", "en"}));
  TRY_VOID(check_names("models", organisation.models, limits::kModelPatterns));
  return check_limits("limits", organisation.limits);
}

Result<> check(const Unit& unit) {
  TRY_VOID(check_name("name", unit.name));
  TRY_VOID(check_name("kind", unit.kind));
  TRY_VOID(check_names("models", unit.models, limits::kModelPatterns));
  return check_limits("limits", unit.limits);
}

Result<> check(const User& user) {
  TRY_VOID(check_name("name", user.name));
  TRY_VOID(check_email("email", user.email));
  TRY_VOID(check_choice("role", user.role, {"administrator", "unit_head", "developer", "auditor"}));
  TRY_VOID(check_names("models", user.models, limits::kModelPatterns));
  return check_limits("limits", user.limits);
}

Result<> check(const VirtualKey& key) {
  TRY_VOID(check_optional_name("alias", key.alias));
  TRY_VOID(check_names("models", key.models, limits::kModelPatterns));
  TRY_VOID(check_names("tags", key.tags, limits::kTags));
  if (key.metadata_json.size() > limits::kMetadataBytes) {
    return fail(Code::kTooLarge, fmt::format("metadata: {} bytes, at most {} are allowed",
                                             key.metadata_json.size(), limits::kMetadataBytes));
  }
  return check_limits("limits", key.limits);
}

}  // namespace sekisho::identity
