#pragma once
// A small file that only its owner may read.

#include <string>
#include <string_view>

#include "base/result.h"

namespace sekisho::app {

// Errors: kConflict (it exists already), kStoreFailed; nothing is overwritten.
Result<> write_private_file(const std::string& path, std::string_view text);

}  // namespace sekisho::app
