#pragma once
// The end of a call's money: usage → cost → ledger, and the one trace record. Never skipped: an
// exchange that is destroyed on any path comes through here.

#include "gateway/exchange.h"

namespace sekisho::gateway {

// Books what was served. `how` says how good the figures are.
void settle(Exchange& exchange, const wire::Usage& usage, ledger::Settlement how);
// A provider answered but its figures are missing or cut off: what it reported so far, output at
// least what passed (bytes / 4), the prompt estimated if nothing is known of it.
void settle_estimated(Exchange& exchange, const wire::Usage& so_far, std::size_t output_bytes);
// Nothing was served.
void release(Exchange& exchange);
// For the destructor: books or releases a hold that is still open.
void settle_leftovers(Exchange& exchange);

void record_call(Exchange& exchange);
Money cost_so_far(const Exchange& exchange, const wire::Usage& usage);

}  // namespace sekisho::gateway
