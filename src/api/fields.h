#pragma once
// Fields of a management request, checked against a table before a handler sees them: unknown and
// repeated names, wrong types and values out of range are refused with a message that names the
// field and the nearest valid name. Used for JSON bodies, nested objects and query parameters
// alike. Values own their memory. Errors: kInvalidArgument, kTooLarge.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "base/result.h"

namespace sekisho::api {

enum class FieldType : std::uint8_t {
  kString,
  kInteger,
  kMoney,  // USD as a decimal: number or string, exact
  kBoolean,
  kStringList,   // in a query: comma separated
  kTime,         // ISO 8601, see times.h
  kDay,          // YYYY-MM-DD, as days since 1970-01-01
  kJsonObject,   // any JSON object, kept as text
  kObject,       // with the `members` given
  kObjectList,   // a list of those
  kUnsupported,  // accepted when it asks for nothing (null, "", [], {}, false), else refused
};

struct FieldSpec {
  std::string_view name;
  FieldType type = FieldType::kString;
  std::string_view doc;
  bool required = false;
  std::vector<std::string_view> choices;
  std::int64_t least = 0;  // kInteger
  std::vector<FieldSpec> members;
};

class Fields {
 public:
  bool has(std::string_view name) const { return values_.contains(name); }  // null counts
  bool null(std::string_view name) const;
  bool given(std::string_view name) const { return has(name) && !null(name); }
  std::string text(std::string_view name, std::string fallback = {}) const;
  std::optional<std::int64_t> integer(std::string_view name) const;  // kInteger, kDay
  std::optional<Money> money(std::string_view name) const;
  bool boolean(std::string_view name, bool fallback = false) const;
  std::vector<std::string> list(std::string_view name) const;
  std::optional<WallTime> time(std::string_view name) const;
  const Fields* object(std::string_view name) const;
  std::vector<Fields> objects(std::string_view name) const;

 private:
  friend class FieldReader;
  using Value = std::variant<std::monostate, std::string, std::int64_t, Money, bool,
                             std::vector<std::string>, WallTime, std::vector<Fields>>;
  template <class T>
  const T* find(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

// An empty body is an empty object.
Result<Fields> parse_body(std::string_view json, std::span<const FieldSpec> specs);
Result<Fields> parse_query(std::string_view query, std::span<const FieldSpec> specs);

}  // namespace sekisho::api
