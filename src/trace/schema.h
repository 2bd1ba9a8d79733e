#pragma once
// Tables of this module (docs/storage.md).

#include "store/database.h"

namespace sekisho::trace {

store::Schema schema();

}  // namespace sekisho::trace
