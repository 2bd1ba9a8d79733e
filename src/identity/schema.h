#pragma once
// Tables of this module (docs/storage.md).

#include "store/database.h"

namespace sekisho::identity {

store::Schema schema();

}  // namespace sekisho::identity
