#pragma once
// Checks of what people send, each naming the field and, where there is a list to choose from, the
// nearest valid value. All answer kInvalidArgument (kTooLarge for sizes and counts).

#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/identity.h"

namespace sekisho::identity {

// A name for people: UTF-8 without control characters, 1 to limits::kNameBytes, no outer spaces.
Result<> check_name(std::string_view field, std::string_view value);
Result<> check_optional_name(std::string_view field, std::string_view value);
Result<> check_choice(std::string_view field, std::string_view value,
                      std::initializer_list<std::string_view> choices);
Result<> check_email(std::string_view field, std::string_view value);      // may be empty
Result<> check_time_zone(std::string_view field, std::string_view value);  // its form only
Result<> check_names(std::string_view field, const std::vector<std::string>& values,
                     std::size_t most);
Result<> check_limits(std::string_view field, const LimitSettings& limits);

Result<> check(const Organisation& organisation);
Result<> check(const Unit& unit);
Result<> check(const User& user);
Result<> check(const VirtualKey& key);

}  // namespace sekisho::identity
