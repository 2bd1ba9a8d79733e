#pragma once
// Writes JSON into a std::string, compactly, keys in the order of the calls: the same calls give
// the same bytes (prompt caches live on that). The caller keeps objects and arrays balanced and
// writes a key before each value of an object; commas are the writer's business. Appends: what is
// in the string stays. One owner, no errors.
//
//   JsonWriter w(out);
//   w.begin_object().key("model").string(name).key("n").number(1).end_object();

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::wire {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);  // UTF-8; escaped here
  JsonWriter& number(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);            // a whole JSON value, as it is
  JsonWriter& raw_string(std::string_view content);  // already escaped, without its quotes

  // key(name) and the value.
  JsonWriter& field(std::string_view name, std::string_view text);
  JsonWriter& field(std::string_view name, const char* text);
  JsonWriter& field(std::string_view name, std::int64_t value);
  JsonWriter& field(std::string_view name, int value);
  JsonWriter& field(std::string_view name, bool value);
  JsonWriter& raw_field(std::string_view name, std::string_view json);

 private:
  void separate();
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);

  std::string& out_;
  bool comma_ = false;  // the next key or element needs one before it
};

}  // namespace sekisho::wire
