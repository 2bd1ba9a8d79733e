#pragma once
// Japanese of what the management API refuses with; of refusals too. Pure, any thread.

#include <string>
#include <string_view>

namespace sekisho::api {

// As it is where there is no phrase.
std::string in_japanese(std::string_view english);

}  // namespace sekisho::api
