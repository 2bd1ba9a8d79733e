#include "api/openapi.h"

#include <array>
#include <utility>

#include "wire/json_writer.h"

namespace sekisho::api {
namespace {

// How a key may be sent (gateway/identify.h); any one of them.
struct Scheme {
  std::string_view name, header;  // no header: Authorization: Bearer
};
constexpr std::array<Scheme, 3> kSchemes{
    {{"bearer", ""}, {"x_api_key", "x-api-key"}, {"x_litellm_api_key", "x-litellm-api-key"}}};

std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::string_view json_type(FieldType type) {
  switch (type) {
    case FieldType::kInteger:
      return "integer";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kStringList:
      return "array";
    case FieldType::kObjectList:
      return "array";
    case FieldType::kJsonObject:
    case FieldType::kObject:
      return "object";
    default:
      return "string";
  }
}

void write_object(wire::JsonWriter& w, const std::vector<FieldSpec>& members,
                  bool nullable = false);

void write_string_form(wire::JsonWriter& w, const FieldSpec& spec) {
  if (spec.type == FieldType::kTime) w.field("format", "date-time");
  if (spec.type == FieldType::kDay) w.field("format", "date");
  if (spec.choices.empty()) return;
  w.key("enum").begin_array();
  for (auto choice : spec.choices) w.string(choice);
  w.end_array();
}

// The members of a schema, inside an object that is open already. In a body, null removes a value.
void write_schema(wire::JsonWriter& w, const FieldSpec& spec) {
  if (!spec.doc.empty()) w.field("description", spec.doc);
  switch (spec.type) {
    case FieldType::kMoney:
      w.key("type").begin_array().string("string").string("number").string("null").end_array();
      w.field("x-unit", "USD, exact decimal");
      return;
    case FieldType::kObject:
      write_object(w, spec.members, !spec.required);
      return;
    case FieldType::kUnsupported:
      w.field("deprecated", true);
      return;
    case FieldType::kObjectList:
      write_schema_type(w, "array", !spec.required);
      w.key("items").begin_object();
      write_object(w, spec.members);
      w.end_object();
      return;
    default:
      break;
  }
  write_schema_type(w, json_type(spec.type), !spec.required);
  if (spec.type == FieldType::kStringList) {
    w.key("items").begin_object().field("type", "string").end_object();
  }
  if (spec.type == FieldType::kInteger) w.field("minimum", spec.least);
  write_string_form(w, spec);
}

void write_object(wire::JsonWriter& w, const std::vector<FieldSpec>& members, bool nullable) {
  write_schema_type(w, "object", nullable);
  w.field("additionalProperties", false);
  w.key("properties").begin_object();
  for (const auto& spec : members) {
    w.key(spec.name).begin_object();
    write_schema(w, spec);
    w.end_object();
  }
  w.end_object();
  w.key("required").begin_array();
  for (const auto& spec : members) {
    if (spec.required) w.string(spec.name);
  }
  w.end_array();
}

void write_parameters(wire::JsonWriter& w, const Route& route) {
  w.key("parameters").begin_array();
  auto rest = route.path;
  for (auto segment = next_segment(rest); !segment.empty(); segment = next_segment(rest)) {
    if (!segment.starts_with('{')) continue;
    w.begin_object().field("name", segment.substr(1, segment.size() - 2)).field("in", "path");
    w.field("required", true).key("schema").begin_object().field("type", "string").end_object();
    w.end_object();
  }
  for (const auto& spec : route.query) {
    w.begin_object().field("name", spec.name).field("in", "query").field("required", spec.required);
    w.key("schema").begin_object();
    write_schema(w, spec);
    w.end_object().end_object();
  }
  w.end_array();
}

void write_body(wire::JsonWriter& w, const Route& route) {
  if (route.body.empty()) return;
  w.key("requestBody").begin_object().field("required", true).key("content").begin_object();
  w.key("application/json").begin_object().key("schema").begin_object();
  write_object(w, route.body);
  w.end_object().end_object().end_object().end_object();
}

void write_answer(wire::JsonWriter& w, const Route& route) {
  bool json = route.answer.type != ShapeType::kNone;
  w.key("content").begin_object().key(json ? "application/json" : "text/plain").begin_object();
  w.key("schema").begin_object();
  write_schema(w, json ? route.answer : Shape{"", ShapeType::kString, {}});
  w.end_object().end_object().end_object();
}

void write_errors(wire::JsonWriter& w, const Route& route) {
  auto error = route.style == Style::kLiteLlm ? "#/components/schemas/LiteLlmError"
                                              : "#/components/schemas/Error";
  for (auto [status, text] : {std::pair("4XX", "Refused; the body says why."),
                              std::pair("5XX", "Not possible at present; the body says why.")}) {
    w.key(status).begin_object().field("description", text).key("content").begin_object();
    w.key("application/json").begin_object().key("schema").begin_object();
    w.field("$ref", error).end_object().end_object().end_object().end_object();
  }
}

std::string operation_id(const Route& route) {
  std::string id(route.method);
  for (char& c : id) c = static_cast<char>(c | 0x20);
  for (char c : route.path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) id += c;
    if (c == '/' && id.back() != '_') id += '_';
  }
  return id;
}

void write_operation(wire::JsonWriter& w, const Route& route) {
  std::string method(route.method);
  for (char& c : method) c = static_cast<char>(c | 0x20);
  w.key(method).begin_object();
  w.field("operationId", operation_id(route));
  w.key("tags").begin_array().string(route.tag).end_array();
  w.field("summary", route.summary);
  w.field("x-permission", permission_name(route.permission));
  if (route.permission != Permission::kPublic) {
    w.key("security").begin_array();
    for (const auto& scheme : kSchemes) {
      w.begin_object().key(scheme.name).begin_array().end_array().end_object();
    }
    w.end_array();
  }
  write_parameters(w, route);
  write_body(w, route);
  w.key("responses").begin_object();
  w.key(std::to_string(route.status)).begin_object();
  w.field("description", route.status == 201 ? "Made." : "Done.");
  write_answer(w, route);
  w.end_object();
  write_errors(w, route);
  w.end_object().end_object();
}

Shape error_shape(bool litellm) {
  auto text = [](std::string_view name) { return Shape{name, ShapeType::kString, {}}; };
  std::vector<Shape> members{text("code"), text("message")};
  if (litellm) {
    members.push_back(text("type"));
    members.push_back({"param", ShapeType::kString, {}, true});
  } else {
    members.push_back(text("request_id"));
  }
  return {"", ShapeType::kObject, {{"error", ShapeType::kObject, std::move(members)}}};
}

void write_components(wire::JsonWriter& w) {
  w.key("components").begin_object().key("securitySchemes").begin_object();
  for (const auto& scheme : kSchemes) {
    w.key(scheme.name).begin_object();
    if (scheme.header.empty()) {
      w.field("type", "http").field("scheme", "bearer");
    } else {
      w.field("type", "apiKey").field("in", "header").field("name", scheme.header);
    }
    w.end_object();
  }
  w.end_object().key("schemas").begin_object();
  for (auto [name, litellm] : {std::pair("Error", false), std::pair("LiteLlmError", true)}) {
    w.key(name).begin_object();
    write_schema(w, error_shape(litellm));
    w.end_object();
  }
  w.end_object().end_object();
}

}  // namespace

std::string openapi_json(const RouteTable& table) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().field("openapi", "3.1.0");
  w.key("info").begin_object().field("title", "Sekisho management API");
  w.field("version", SEKISHO_VERSION).end_object();
  write_components(w);
  w.key("paths").begin_object();
  std::vector<std::string_view> done;
  for (const auto& route : table) {
    bool seen = false;
    for (auto path : done) seen = seen || path == route.path;
    if (seen) continue;
    done.push_back(route.path);
    w.key(route.path).begin_object();
    for (const auto& other : table) {
      if (other.path == route.path) write_operation(w, other);
    }
    w.end_object();
  }
  w.end_object().end_object();
  return out;
}

std::string api_reference(const RouteTable& table) {
  std::string out =
      "# Management API\n\nGenerated from the route table; the machine-readable form is "
      "served at `/api/v1/openapi.json`.\n\n"
      "| method | path | permission | what |\n|---|---|---|---|\n";
  for (const auto& route : table) {
    out += "| " + std::string(route.method) + " | `" + std::string(route.path) + "` | " +
           std::string(permission_name(route.permission)) + " | " + std::string(route.summary) +
           " |\n";
  }
  return out;
}

}  // namespace sekisho::api
