#pragma once
// What the resources share: limits and pages in requests, and how values are written in answers.
// Pure, any thread.

#include "api/fields.h"
#include "identity/identity.h"
#include "wire/json_writer.h"

namespace sekisho::api {

std::vector<FieldSpec> with_limits(std::vector<FieldSpec> fields);
// Fields that are present replace; null removes.
void apply_limits(const Fields& body, identity::LimitSettings& limits);
// Adds "after" and "limit" to a list's query.
std::vector<FieldSpec> with_page(std::vector<FieldSpec> fields);
std::size_t page_size(const Fields& query);

void write_limits(wire::JsonWriter& w, const identity::LimitSettings& limits);
void write_strings(wire::JsonWriter& w, std::string_view name,
                   const std::vector<std::string>& values);
void write_optional(wire::JsonWriter& w, std::string_view name,
                    const std::optional<std::int64_t>& value);
void write_money(wire::JsonWriter& w, std::string_view name, const std::optional<Money>& value);
void write_time(wire::JsonWriter& w, std::string_view name, const std::optional<WallTime>& value);
template <class IdType>
void write_id(wire::JsonWriter& w, std::string_view name, IdType id) {
  w.key(name);
  if (id) {
    w.number(id.value);
  } else {
    w.null();
  }
}

}  // namespace sekisho::api
