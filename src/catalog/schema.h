#pragma once
// Tables of this module (docs/storage.md).

#include "store/database.h"

namespace sekisho::catalog {

store::Schema schema();

}  // namespace sekisho::catalog
