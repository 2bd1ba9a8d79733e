#include "wire/json_writer.h"

#include <charconv>

#include "wire/json_text.h"

namespace sekisho::wire {

void JsonWriter::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  out_ += '"';
  append_escaped(out_, text);
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::raw_string(std::string_view content) {
  separate();
  out_ += '"';
  out_ += content;
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) {
  separate();
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out_.append(digits, end);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, std::string_view text) {
  return key(name).string(text);
}

JsonWriter& JsonWriter::field(std::string_view name, const char* text) {
  return key(name).string(text);
}

JsonWriter& JsonWriter::field(std::string_view name, std::int64_t value) {
  return key(name).number(value);
}

JsonWriter& JsonWriter::field(std::string_view name, int value) {
  return key(name).number(value);
}

JsonWriter& JsonWriter::field(std::string_view name, bool value) {
  return key(name).boolean(value);
}

JsonWriter& JsonWriter::raw_field(std::string_view name, std::string_view json) {
  return key(name).raw(json);
}

}  // namespace sekisho::wire
