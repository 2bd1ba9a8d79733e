#include "sim/gemini_fields.h"

#include <set>

#include "sim/membership.h"

namespace sekisho::sim {
namespace {

std::string camel_of(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joint =
        name[i] == '_' && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    out += joint ? static_cast<char>(name[++i] - 32) : name[i];
  }
  return out;
}

}  // namespace

const Json& field_of(const Json& object, std::string_view camel) {
  static const Json kNothing;
  for (const auto& [name, value] : object.members()) {
    if (camel_of(name) == camel) return value;
  }
  return kNothing;
}

Result<void> check_fields(const Json& object, std::initializer_list<std::string_view> known,
                          const std::string& where) {
  const std::string at = where.empty() ? "" : " at '" + where + "'";
  if (!object.is_object()) {
    return fail(Code::kInvalidArgument, "Invalid value" + at + ": expected an object");
  }
  std::set<std::string> seen;
  for (const auto& [name, value] : object.members()) {
    const std::string camel = camel_of(name);
    if (!is_one_of(known, camel)) {
      return fail(Code::kInvalidArgument, "Invalid JSON payload received. Unknown name \"" + name +
                                              "\"" + at + ": Cannot find field.");
    }
    if (!seen.insert(camel).second) {
      return fail(Code::kInvalidArgument,
                  "Invalid JSON payload received. Duplicate field \"" + name + "\"" + at + ".");
    }
  }
  return {};
}

}  // namespace sekisho::sim
