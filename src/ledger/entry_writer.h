#pragma once
// Writes entries and the sums over them, inside the caller's transaction. An entry that is there
// already (same request) changes nothing.

#include <cstddef>
#include <span>

#include "ledger/record.h"
#include "store/database.h"

namespace sekisho::ledger {

// `settled` are settle records, of different calls or of the same. How many of them are new.
Result<std::size_t> write_entries(store::Database& database, std::span<const Record> settled);

}  // namespace sekisho::ledger
