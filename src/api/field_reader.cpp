#include "api/field_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "api/amount.h"
#include "api/query_text.h"
#include "api/times.h"
#include "base/limits.h"
#include "base/nearest.h"

namespace sekisho::api {
namespace {

using wire::JsonKind;
using wire::JsonValue;

constexpr std::size_t kShownName = 100;

// What asks for nothing: a client may send every field that it knows, left empty.
bool asks_nothing(const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::kNull:
    case JsonKind::kFalse:
      return true;
    case JsonKind::kString:
      return value.string().empty();
    case JsonKind::kArray:
    case JsonKind::kObject:
      return value.begin() == value.end();
    default:
      return false;
  }
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto comma = text.find(',');
    if (comma != 0) out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return out;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  auto end = text.data() + text.size();
  auto [stop, ec] = std::from_chars(text.data(), end, number);
  return ec == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace

Failure FieldReader::bad(std::string_view name, std::string_view what) const {
  return fail(Code::kInvalidArgument, fmt::format("field '{}{}' {}", where_, name, what));
}

Failure FieldReader::unknown(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& spec : specs_) names.push_back(spec.name);
  auto near = nearest(name, names);
  auto shown = name.substr(0, kShownName);
  while (shown.size() < name.size() && (name[shown.size()] & 0xC0) == 0x80) shown.remove_suffix(1);
  auto hint = near.empty() ? names.empty() ? std::string("; none is expected here")
                                           : fmt::format("; valid are {}", fmt::join(names, ", "))
                           : fmt::format("; did you mean '{}'?", near);
  return fail(Code::kInvalidArgument, fmt::format("unknown field '{}{}'{}", where_, shown, hint));
}

const FieldSpec* FieldReader::find(std::string_view name) const {
  auto it = std::ranges::find(specs_, name, &FieldSpec::name);
  return it == specs_.end() ? nullptr : &*it;
}

Result<const FieldSpec*> FieldReader::open(std::string_view name) {
  const auto* spec = find(name);
  if (!spec) return unknown(name);
  if (!seen_.emplace(std::string(name), true).second) return bad(name, "stands there twice");
  return spec;
}

Result<> FieldReader::put(const FieldSpec& spec, Fields::Value value) {
  fields_.values_.emplace(std::string(spec.name), std::move(value));
  return {};
}

Result<> FieldReader::add(std::string_view name, const JsonValue& value) {
  TRY(const auto* spec, open(name));
  if (spec->type == FieldType::kUnsupported) {
    return asks_nothing(value) ? Result<>() : bad(name, "is not supported here");
  }
  if (value.is(JsonKind::kNull)) return put(*spec, std::monostate());
  return from_json(*spec, value);
}

Result<> FieldReader::add_text(std::string_view name, std::string text) {
  TRY(const auto* spec, open(name));
  return from_text(*spec, std::move(text));
}

Result<Fields> FieldReader::done() {
  for (const auto& spec : specs_) {
    if (spec.required && !fields_.given(spec.name)) return bad(spec.name, "is required");
  }
  return std::move(fields_);
}

Result<> FieldReader::from_text(const FieldSpec& spec, std::string text) {
  switch (spec.type) {
    case FieldType::kInteger:
      return integer(spec, parse_integer(text));
    case FieldType::kMoney:
      return money(spec, text);
    case FieldType::kBoolean:
      return boolean(spec, text);
    case FieldType::kStringList:
      return put(spec, split(text));
    case FieldType::kTime: {
      auto time = parse_time(text);
      return time ? put(spec, *time) : bad(spec.name, time.error().detail);
    }
    case FieldType::kDay: {
      auto day = parse_day(text);
      return day ? put(spec, *day) : bad(spec.name, day.error().detail);
    }
    case FieldType::kUnsupported:
      return text.empty() ? Result<>() : bad(spec.name, "is not supported here");
    default:
      return choice(spec, std::move(text));
  }
}

Result<> FieldReader::from_json(const FieldSpec& spec, const JsonValue& value) {
  const bool string = value.is(JsonKind::kString);
  switch (spec.type) {
    case FieldType::kString:
    case FieldType::kTime:
    case FieldType::kDay:
      return string ? from_text(spec, value.text()) : bad(spec.name, "must be a string");
    case FieldType::kInteger:
      return integer(spec, value.integer());
    case FieldType::kMoney:
      // Numbers are read from their spelling: 0.1 is a tenth of a dollar exactly.
      return money(spec, string ? value.text() : std::string(value.raw()));
    case FieldType::kBoolean:
      return boolean(spec, string ? std::string_view() : value.raw());
    case FieldType::kStringList:
      return string_list(spec, value);
    case FieldType::kJsonObject:
      return wire::is_unambiguous_object(value.raw())
                 ? put(spec, std::string(value.raw()))
                 : bad(spec.name, "must be a JSON object without repeated keys");
    case FieldType::kObject: {
      TRY(auto inner, object(spec, value, fmt::format("{}{}.", where_, spec.name)));
      return put(spec, std::vector<Fields>{std::move(inner)});
    }
    case FieldType::kObjectList:
      return object_list(spec, value);
    case FieldType::kUnsupported:
      break;
  }
  return {};
}

Result<> FieldReader::choice(const FieldSpec& spec, std::string text) {
  const auto& choices = spec.choices;
  if (choices.empty() || std::ranges::find(choices, text) != choices.end()) {
    return put(spec, std::move(text));
  }
  return bad(spec.name, fmt::format("must be one of {}", fmt::join(choices, ", ")));
}

Result<> FieldReader::integer(const FieldSpec& spec, std::optional<std::int64_t> number) {
  if (!number) return bad(spec.name, "must be an integer");
  if (*number < spec.least) return bad(spec.name, fmt::format("must be at least {}", spec.least));
  return put(spec, *number);
}

Result<> FieldReader::boolean(const FieldSpec& spec, std::string_view text) {
  if (text == "true") return put(spec, true);
  if (text == "false") return put(spec, false);
  return bad(spec.name, "must be true or false");
}

Result<> FieldReader::money(const FieldSpec& spec, std::string_view text) {
  auto amount = parse_amount(text);
  return amount ? put(spec, *amount) : bad(spec.name, amount.error().detail);
}

Result<> FieldReader::string_list(const FieldSpec& spec, const JsonValue& value) {
  if (!value.is(JsonKind::kArray)) return bad(spec.name, "must be a list of strings");
  std::vector<std::string> list;
  for (auto item : value) {
    if (!item.is(JsonKind::kString)) return bad(spec.name, "must be a list of strings");
    list.push_back(item.text());
  }
  return put(spec, std::move(list));
}

Result<Fields> FieldReader::object(const FieldSpec& spec, const JsonValue& value,
                                   const std::string& where) const {
  if (!value.is(JsonKind::kObject)) return bad(spec.name, "must be a JSON object");
  FieldReader reader(spec.members, where);
  for (auto member : value) TRY_VOID(reader.add(member.name_text(), member));
  return reader.done();
}

Result<> FieldReader::object_list(const FieldSpec& spec, const JsonValue& value) {
  if (!value.is(JsonKind::kArray)) return bad(spec.name, "must be a list of JSON objects");
  std::vector<Fields> list;
  for (auto item : value) {
    auto where = fmt::format("{}{}[{}].", where_, spec.name, list.size());
    TRY(auto inner, object(spec, item, where));
    list.push_back(std::move(inner));
  }
  return put(spec, std::move(list));
}

Result<Fields> parse_body(std::string_view json, std::span<const FieldSpec> specs) {
  FieldReader reader(specs, "");
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) return reader.done();
  wire::JsonDocument document;
  if (auto parsed = document.parse(json); !parsed) {
    return fail(parsed.error().code, "the body is not JSON: " + parsed.error().detail);
  }
  if (!document.root().is(JsonKind::kObject)) {
    return fail(Code::kInvalidArgument, "the body must be a JSON object");
  }
  for (auto member : document.root()) TRY_VOID(reader.add(member.name_text(), member));
  return reader.done();
}

Result<Fields> parse_query(std::string_view query, std::span<const FieldSpec> specs) {
  FieldReader reader(specs, "");
  TRY_VOID(for_each_pair(query, [&](std::string name, std::string value) {
    return reader.add_text(name, std::move(value));
  }));
  return reader.done();
}

}  // namespace sekisho::api
