#pragma once
// Names and ids as Messages allows them, the same in requests and in answers: what is allowed
// stays, anything else becomes something that depends on the original alone. Pure.

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/tool_names.h"

namespace sekisho::wire::anthropic {

inline constexpr std::size_t kToolNameBytes = 128;

// ^[a-zA-Z0-9_-]+$
inline std::string tool_use_id(std::string_view id) {
  constexpr std::size_t kMost = 128;
  return tool_id_within(id, kMost, "_-");
}

// ^[a-zA-Z0-9_-]{1,128}$
inline std::string tool_name(std::string_view name) {
  return tool_name_within(name, kToolNameBytes);
}

}  // namespace sekisho::wire::anthropic
