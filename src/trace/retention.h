#pragma once
// Cutting the oldest calls. Inside the caller's transaction, in steps of bounded size.

#include <cstdint>

#include "store/database.h"

namespace sekisho::trace {

// Deletes at most `at_most` calls older than `before_ms`, oldest first; answers how many.
Result<std::int64_t> delete_calls_before(store::Database& database, std::int64_t before_ms,
                                         std::int64_t at_most);
// Deletes the oldest calls, at most `at_most`, while the file uses more than `bytes`.
Result<std::int64_t> shrink_to(store::Database& database, std::int64_t bytes, std::int64_t at_most);

}  // namespace sekisho::trace
