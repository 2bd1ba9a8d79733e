#pragma once
// Protobuf's JSON as Google's front end reads it: lowerCamelCase and snake_case alike.

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/json.h"

namespace sekisho::sim {

// The member under either spelling; null when absent.
const Json& field_of(const Json& object, std::string_view camel);
// An object whose members all have known names, none of them twice. `where` is for the message.
Result<void> check_fields(const Json& object, std::initializer_list<std::string_view> known,
                          const std::string& where);

}  // namespace sekisho::sim
