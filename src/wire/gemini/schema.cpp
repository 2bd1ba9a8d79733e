#include "wire/gemini/schema.h"

#include <algorithm>
#include <array>

#include "wire/gemini/fields.h"
#include "wire/json_writer.h"

namespace sekisho::wire::gemini {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

bool is_count(std::string_view key) {
  constexpr std::array<std::string_view, 6> kCounts{"minItems",  "maxItems",      "minLength",
                                                    "maxLength", "minProperties", "maxProperties"};
  return std::ranges::find(kCounts, key) != kCounts.end();
}

class SchemaWriter {
 public:
  explicit SchemaWriter(std::string& out) : json_(out) {}

  void schema(JsonValue value) {
    if (!value.is(JsonKind::kObject)) {
      json_.raw(value.raw());
      return;
    }
    const bool nullable = field(value, "nullable").is(JsonKind::kTrue);
    json_.begin_object();
    for (const JsonValue member : value) keyword(camel_case(member.name()), member, nullable);
    json_.end_object();
  }

 private:
  void keyword(const std::string& key, JsonValue value, bool nullable) {
    if (key == "nullable" || key == "propertyOrdering") return;
    if (key == "type" && value.is(JsonKind::kString)) {
      if (value.equals("TYPE_UNSPECIFIED")) return;
      json_.key("type");
      const std::string type = lower(value.text());
      if (nullable) {
        json_.begin_array().string(type).string("null").end_array();
      } else {
        json_.string(type);
      }
    } else if (key == "properties" && value.is(JsonKind::kObject)) {
      json_.key("properties").begin_object();
      for (const JsonValue property : value) {
        json_.key(property.name_text());
        schema(property);
      }
      json_.end_object();
    } else if (key == "anyOf" && value.is(JsonKind::kArray)) {
      json_.key("anyOf").begin_array();
      for (const JsonValue one : value) schema(one);
      json_.end_array();
    } else if (key == "items" || key == "additionalProperties") {
      json_.key(key);
      schema(value);
    } else if (is_count(key) && value.is(JsonKind::kString)) {
      json_.raw_field(key, value.string());
    } else {
      json_.raw_field(key, value.raw());
    }
  }

  JsonWriter json_;
};

}  // namespace

std::string json_schema(JsonValue schema) {
  std::string out;
  SchemaWriter(out).schema(schema);
  return out;
}

}  // namespace sekisho::wire::gemini
