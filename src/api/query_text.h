#pragma once
// Percent-encoding of paths and query strings. Pure, any thread.

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sekisho::api {

// Errors: kInvalidArgument for a broken escape and for what is not UTF-8.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

// Calls `pair` with each decoded name and value of "a=1&b=2".
Result<> for_each_pair(std::string_view query,
                       const std::function<Result<>(std::string, std::string)>& pair);

}  // namespace sekisho::api
