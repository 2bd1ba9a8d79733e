#pragma once
// HTTP messages as values: ordered header fields with case-insensitive lookup, a request head, a
// response head. Names keep the spelling that came; values are trimmed of outer blanks.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::http {

bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_ignoring_case(std::string_view text, std::string_view prefix);

class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;
  };

  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void remove(std::string_view name);
  // The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // "" when absent
  std::size_t count(std::string_view name) const;
  const std::vector<Field>& fields() const { return fields_; }
  std::vector<Field>& fields() { return fields_; }
  void clear() { fields_.clear(); }
  void reserve(std::size_t fields) { fields_.reserve(fields); }

 private:
  std::vector<Field> fields_;
};

struct RequestHead {
  std::string method;
  std::string target;  // raw, as on the wire: path and query, never decoded
  int minor_version = 1;
  Headers headers;

  std::string_view path() const;   // raw, without the query
  std::string_view query() const;  // raw, without '?'
};

struct ResponseHead {
  int status = 200;
  int minor_version = 1;
  std::string reason;
  Headers headers;
};

std::string_view reason_phrase(int status);

}  // namespace sekisho::http
