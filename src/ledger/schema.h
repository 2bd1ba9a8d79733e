#pragma once
// Tables of this module (docs/storage.md).

#include "store/database.h"

namespace sekisho::ledger {

store::Schema schema();

}  // namespace sekisho::ledger
