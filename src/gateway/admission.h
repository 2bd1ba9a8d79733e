#pragma once
// Admission: may this key use this model, and can every budget and limit above it bear the worst
// case? The worst case is provable (call_bounds.h): prompt tokens are bounded by bytes (byte-level
// tokenisers give at most one token per byte), or for a conversation that goes on by what the
// provider measured for the earlier turn plus the bytes that are new; output is bounded by
// max_tokens. What cannot be bounded (tools that run at the provider, documents where no window is
// known) is refused unless policy allows it.

#include "gateway/call_bounds.h"

namespace sekisho::gateway {

// A guess, for tokens per minute and for bills without usage.
std::int64_t estimate_prompt(const Exchange& exchange);

// The model of that name. Unknown names are refused with the nearest name that the key may use.
Outcome<const catalog::ModelGroup*> find_allowed_model(const Policy& policy, const KeyPolicy& key,
                                                       const std::string& name);
// Sets exchange.model.
Outcome<void> authorise_model(Exchange& exchange);

// Reserves at every level; may lower the output bound. A call that costs nothing takes a place
// among the requests of the minute and the parallel ones, no more.
Outcome<void> admit(Exchange& exchange);

// Refused: a mode that the deployment serves at no price of its own.
Outcome<void> check_deployment_modes(const Exchange& exchange,
                                     const catalog::Deployment& deployment);

// The refusal for a limit that `denied` names. One that this reservation can never meet is told as
// such, in a shape that clients do not repeat.
wire::Refusal refusal_of(const ledger::Denied& denied, const KeyPolicy& key,
                         const Reservation& plan);

}  // namespace sekisho::gateway
