#include "api/resources/limit_fields.h"

#include <algorithm>

#include "api/times.h"
#include "base/limits.h"

namespace sekisho::api {

std::vector<FieldSpec> with_limits(std::vector<FieldSpec> fields) {
  fields.push_back({"budget", FieldType::kMoney, "Cap per window; null = none"});
  fields.push_back({"window",
                    FieldType::kString,
                    "Period the budget counts in",
                    false,
                    {"none", "day", "week", "month"},
                    0});
  fields.push_back({"requests_per_minute", FieldType::kInteger, "null = none", false, {}, 1});
  fields.push_back({"tokens_per_minute", FieldType::kInteger, "null = none", false, {}, 1});
  fields.push_back({"parallel", FieldType::kInteger, "Calls at once; null = none", false, {}, 1});
  return fields;
}

std::vector<FieldSpec> with_page(std::vector<FieldSpec> fields) {
  fields.push_back({"after", FieldType::kInteger, "The `next` of the page before"});
  fields.push_back({"limit", FieldType::kInteger, "Rows, at most 1000; default 100", false, {}, 1});
  return fields;
}

std::size_t page_size(const Fields& query) {
  constexpr std::int64_t kDefault = 100;
  auto wanted = query.integer("limit").value_or(kDefault);
  return std::min(static_cast<std::size_t>(wanted), limits::kListPage);
}

void apply_limits(const Fields& body, identity::LimitSettings& limits) {
  if (body.has("budget")) limits.budget = body.money("budget");
  if (body.has("window")) limits.window = body.text("window", "none");
  if (body.has("requests_per_minute")) {
    limits.requests_per_minute = body.integer("requests_per_minute");
  }
  if (body.has("tokens_per_minute")) limits.tokens_per_minute = body.integer("tokens_per_minute");
  if (body.has("parallel")) limits.parallel = body.integer("parallel");
}

void write_optional(wire::JsonWriter& w, std::string_view name,
                    const std::optional<std::int64_t>& value) {
  w.key(name);
  if (value) {
    w.number(*value);
  } else {
    w.null();
  }
}

void write_money(wire::JsonWriter& w, std::string_view name, const std::optional<Money>& value) {
  w.key(name);
  if (value) {
    w.string(value->decimal());
  } else {
    w.null();
  }
}

void write_time(wire::JsonWriter& w, std::string_view name, const std::optional<WallTime>& value) {
  w.key(name);
  if (value) {
    w.string(format_time(*value));
  } else {
    w.null();
  }
}

void write_strings(wire::JsonWriter& w, std::string_view name,
                   const std::vector<std::string>& values) {
  w.key(name).begin_array();
  for (const auto& value : values) w.string(value);
  w.end_array();
}

void write_limits(wire::JsonWriter& w, const identity::LimitSettings& limits) {
  write_money(w, "budget", limits.budget);
  w.field("window", limits.window);
  write_optional(w, "requests_per_minute", limits.requests_per_minute);
  write_optional(w, "tokens_per_minute", limits.tokens_per_minute);
  write_optional(w, "parallel", limits.parallel);
}

}  // namespace sekisho::api
