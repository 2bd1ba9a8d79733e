#pragma once
// What an answer looks like, as data: from it come the response schemas of the OpenAPI document and
// the check that the tests of this module make of every answer. Pure, any thread.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/json_slice.h"
#include "wire/json_writer.h"

namespace sekisho::api {

enum class ShapeType : std::uint8_t {
  kNone,  // no JSON
  kAny,
  kString,
  kInteger,
  kNumber,
  kMoney,  // USD as a decimal in a string
  kBoolean,
  kTime,
  kDay,
  kObject,  // with the `members` given, and no others
  kAnyObject,
  kList,  // of what `members` has as its one element
};

struct Shape {
  std::string_view name;  // as a member of an object
  ShapeType type = ShapeType::kNone;
  std::vector<Shape> members;
  bool nullable = false;
  bool optional = false;  // may be left out
};

// The member "type" of a JSON Schema.
void write_schema_type(wire::JsonWriter& w, std::string_view type, bool nullable);
// The members of the JSON Schema, inside an object that is open already.
void write_schema(wire::JsonWriter& w, const Shape& shape);
// The first place where the value is not as the shape says: "keys[0].alias: …"; empty = it is.
std::string differs(const Shape& shape, const wire::JsonValue& value);

// What both tables of answers are made of.
namespace shapes {

using Shapes = std::vector<Shape>;

inline Shape object(std::string_view name, Shapes members) {
  return {name, ShapeType::kObject, std::move(members)};
}
inline Shape list(std::string_view name, Shape item) {
  return {name, ShapeType::kList, {std::move(item)}};
}
inline Shape optional(Shape shape) {
  shape.optional = true;
  return shape;
}
inline Shapes operator+(Shapes a, const Shapes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace shapes

}  // namespace sekisho::api
