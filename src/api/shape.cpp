#include "api/shape.h"

#include <algorithm>
#include <string>

#include "base/money.h"

namespace sekisho::api {
namespace {

using wire::JsonKind;
using wire::JsonValue;

std::string_view json_type(ShapeType type) {
  switch (type) {
    case ShapeType::kInteger:
      return "integer";
    case ShapeType::kNumber:
      return "number";
    case ShapeType::kBoolean:
      return "boolean";
    case ShapeType::kObject:
    case ShapeType::kAnyObject:
      return "object";
    case ShapeType::kList:
      return "array";
    default:
      return "string";
  }
}

void write_members(wire::JsonWriter& w, const std::vector<Shape>& members) {
  w.field("additionalProperties", false).key("properties").begin_object();
  for (const auto& member : members) {
    w.key(member.name).begin_object();
    write_schema(w, member);
    w.end_object();
  }
  w.end_object().key("required").begin_array();
  for (const auto& member : members) {
    if (!member.optional) w.string(member.name);
  }
  w.end_array();
}

bool has_type(ShapeType type, const JsonValue& value) {
  switch (type) {
    case ShapeType::kNone:
      return false;
    case ShapeType::kAny:
      return true;
    case ShapeType::kInteger:
      return value.is(JsonKind::kNumber) && value.integer().has_value();
    case ShapeType::kNumber:
      return value.is(JsonKind::kNumber);
    case ShapeType::kMoney:
      return value.is(JsonKind::kString) && Money::parse(value.text()).has_value();
    case ShapeType::kBoolean:
      return value.is(JsonKind::kTrue) || value.is(JsonKind::kFalse);
    case ShapeType::kObject:
    case ShapeType::kAnyObject:
      return value.is(JsonKind::kObject);
    case ShapeType::kList:
      return value.is(JsonKind::kArray);
    default:
      return value.is(JsonKind::kString);
  }
}

std::string differs_at(const Shape& shape, const JsonValue& value, const std::string& path) {
  if (value.is(JsonKind::kNull)) return shape.nullable ? "" : path + ": is null";
  if (!has_type(shape.type, value)) {
    return path + ": is no " + std::string(json_type(shape.type)) + ": " + std::string(value.raw());
  }
  if (shape.type == ShapeType::kList) {
    std::size_t index = 0;
    for (auto item : value) {
      auto where = path + "[" + std::to_string(index++) + "]";
      if (auto found = differs_at(shape.members.front(), item, where); !found.empty()) return found;
    }
    return "";
  }
  if (shape.type != ShapeType::kObject) return "";
  for (auto member : value) {
    auto name = member.name_text();
    auto spec = std::ranges::find(shape.members, name, &Shape::name);
    if (spec == shape.members.end()) return path + "." + name + ": is not declared";
    if (auto found = differs_at(*spec, member, path + "." + name); !found.empty()) return found;
  }
  for (const auto& member : shape.members) {
    if (!member.optional && !value.find(member.name).exists()) {
      return path + "." + std::string(member.name) + ": is missing";
    }
  }
  return "";
}

}  // namespace

void write_schema_type(wire::JsonWriter& w, std::string_view type, bool nullable) {
  w.key("type");
  if (nullable) {
    w.begin_array().string(type).string("null").end_array();
  } else {
    w.string(type);
  }
}

void write_schema(wire::JsonWriter& w, const Shape& shape) {
  if (shape.type == ShapeType::kAny) return;
  write_schema_type(w, json_type(shape.type), shape.nullable);
  switch (shape.type) {
    case ShapeType::kMoney:
      w.field("x-unit", "USD, exact decimal");
      break;
    case ShapeType::kTime:
      w.field("format", "date-time");
      break;
    case ShapeType::kDay:
      w.field("format", "date");
      break;
    case ShapeType::kObject:
      write_members(w, shape.members);
      break;
    case ShapeType::kList:
      w.key("items").begin_object();
      write_schema(w, shape.members.front());
      w.end_object();
      break;
    default:
      break;
  }
}

std::string differs(const Shape& shape, const wire::JsonValue& value) {
  return differs_at(shape, value, "");
}

}  // namespace sekisho::api
