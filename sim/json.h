#pragma once
// A JSON value for the simulated providers: parsed strictly (RFC 8259, UTF-8 checked), members in
// the order in which they came, numbers in their own spelling. The simulator has a reader of its
// own on purpose: it judges what the gateway sends, so it must not share the gateway's reader.
// Values are regular and own their parts. Of repeated members the last one counts, as with the
// real services. Errors: kInvalidArgument with the byte offset; depth over limits::kJsonDepth.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sekisho::sim {

class Json {
 public:
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : kind_(Kind::kBool), flag_(value) {}
  Json(std::int64_t value) : kind_(Kind::kNumber), text_(std::to_string(value)) {}
  Json(int value) : Json(std::int64_t{value}) {}
  Json(std::string value) : kind_(Kind::kString), text_(std::move(value)) {}
  Json(std::string_view value) : Json(std::string(value)) {}
  Json(const char* value) : Json(std::string(value)) {}
  static Json object(std::initializer_list<Member> members = {});
  static Json array(std::vector<Json> items = {});
  static Json number(std::string_view spelling);

  static Result<Json> parse(std::string_view text);
  std::string dump() const;
  void dump_to(std::string& out) const;

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_array() const { return kind_ == Kind::kArray; }
  bool is_object() const { return kind_ == Kind::kObject; }

  bool as_bool(bool otherwise = false) const { return is_bool() ? flag_ : otherwise; }
  const std::string& text() const { return text_; }  // of a string or a number; else ""
  std::optional<std::int64_t> as_int() const;        // a number without fraction that fits
  std::optional<double> as_double() const;
  std::int64_t int_or(std::int64_t otherwise) const { return as_int().value_or(otherwise); }

  const std::vector<Json>& items() const { return items_; }
  const std::vector<Member>& members() const { return members_; }
  const Json* find(std::string_view name) const;        // nullptr when absent
  const Json& operator[](std::string_view name) const;  // null when absent
  const Json& at(std::string_view outer, std::string_view inner) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }

  Json& set(std::string_view name, Json value);  // becomes an object if null; returns *this
  void push(Json value);                         // becomes an array if null
  void erase(std::string_view name);

 private:
  Kind kind_ = Kind::kNull;
  bool flag_ = false;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

}  // namespace sekisho::sim
