#pragma once
// The end of a call's money: usage → cost → ledger, and the one trace record. Never skipped: an
// exchange that is destroyed on any path comes through here.
//
// What is booked when the provider's final figures are not known: never less than it can have
// billed, as far as that can be told, and never more than the reservation. An answer that comes
// whole tells nothing before its end: the reservation. A stream shows what is generated: what was
// seen, and what may have been generated since. A request that never left wholly: nothing.

#include "gateway/exchange.h"

namespace sekisho::gateway {

// Books what was served, by the provider's final figures.
void settle_reported(Exchange& exchange, const wire::Usage& usage);
// The answer came to its end without figures that make a bill: what it reported, output at least
// what passed (bytes / 4), the prompt estimated if nothing is known of it.
void settle_without_figures(Exchange& exchange, const wire::Usage& so_far,
                            std::size_t output_bytes);

// The answer's end was not seen (yet).
void settle_cut(Exchange& exchange);
// Nothing was served.
void release(Exchange& exchange);

void record_call(Exchange& exchange);
Money cost_so_far(const Exchange& exchange, const wire::Usage& usage);

}  // namespace sekisho::gateway
