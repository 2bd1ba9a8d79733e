#pragma once
// Whether what is given on is within what the giver has. Pure, any thread.

#include <string>
#include <vector>

#include "identity/identity.h"

namespace sekisho::api {

// The first limit of `given` that promises more than `held`, as half a sentence ("a budget of
// $20.00 is more than the $10.00"); empty when none does. A budget whose window is longer than the
// held one's promises nothing, because the held one binds in each of its own windows.
std::string more_than(const identity::LimitSettings& given, const identity::LimitSettings& held);

// The first pattern of `given` that no pattern of `held` covers; empty when all are covered or
// `held` restricts nothing.
std::string not_covered(const std::vector<std::string>& given,
                        const std::vector<std::string>& held);

}  // namespace sekisho::api
