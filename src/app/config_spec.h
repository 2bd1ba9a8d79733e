#pragma once
// The configuration file as data: every key with its type, default and description in two
// languages. From this one table come the strict reading (config_reader.h), the JSON Schema
// (docs/configuration.schema.json) and the reference (docs/configuration.md, docs/ja/…).

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::app {

struct Key {
  enum class Type { kString, kSecret, kInteger, kBoolean, kDecimal, kEnum, kMap, kObject, kList };
  std::string_view name;
  Type type = Type::kString;
  std::string_view fallback;  // default as text; empty = none
  std::string_view english, japanese;
  bool required = false;
  std::vector<std::string_view> choices;  // kEnum; for kMap: allowed values
  std::vector<Key> children;              // kObject, or the items of a kList of objects
  long long least = 0, most = 0;          // kInteger; most 0 = no bound
};

// The root object.
const Key& config_spec();

std::string config_json_schema();
enum class DocLanguage { kEnglish, kJapanese };
std::string config_reference(DocLanguage language);

}  // namespace sekisho::app
