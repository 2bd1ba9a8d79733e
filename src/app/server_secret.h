#pragma once
// The secret that a server derives others from (AWS credentials of virtual keys): 32 random bytes,
// made at the first start, in a file that only its owner may read.

#include <string>

#include "base/random.h"
#include "base/result.h"

namespace sekisho::app {

// The secret's bytes. Errors: kCorrupt (the file holds something else), kPermissionDenied (others
// may read it), kStoreFailed.
Result<std::string> load_server_secret(const std::string& path, Random& random);

}  // namespace sekisho::app
