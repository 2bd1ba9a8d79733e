#pragma once
// Claude Code in its Bedrock mode asks each model that it knows whether it may use it: InvokeModel
// with one token to answer to ".", two to fifteen times at every start (observed with 2.1.330). The
// question is whether the key may use the model, so the policy answers; no provider is asked and
// nothing is billed. Records name the operation "probe".

#include "gateway/exchange.h"

namespace sekisho::gateway {

bool is_probe(const Exchange& exchange);
// REQUIRES: authorise_model passed.
io::task<void> answer_probe(Exchange& exchange);

}  // namespace sekisho::gateway
