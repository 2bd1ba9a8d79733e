#pragma once
// Amounts of money as JSON numbers and strings spell them. Pure, any thread.

#include <string_view>

#include "base/money.h"

namespace sekisho::api {

// "5", "0.25", "1e-05" (Python's spelling of small floats): exact, at most nine decimals, not
// negative. Errors: kInvalidArgument with half a sentence.
Result<Money> parse_amount(std::string_view text);

}  // namespace sekisho::api
