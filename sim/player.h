#pragma once
// Plays one plan on one exchange: waits, writes, faults, and tells the open call what has been
// generated. A client that goes away ends the play at once, also in the middle of a wait.

#include "http/server.h"
#include "io/task.h"
#include "sim/core.h"

namespace sekisho::sim {

// `exchange` must outlive the task.
io::task<void> play(http::ServerExchange& exchange, Plan plan);

}  // namespace sekisho::sim
