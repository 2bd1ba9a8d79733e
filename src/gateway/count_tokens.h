#pragma once
// Calls that count tokens and generate nothing: what is asked of whom, and how the figure comes
// back. Anthropic counts for its own models, Bedrock (CountTokens) for few foundation models of
// Claude; either answers clients of both.

#include "gateway/answer_path.h"
#include "gateway/exchange.h"
#include "gateway/upstream_request.h"

namespace sekisho::gateway {

// Whether this deployment can count what the call holds.
bool counts_tokens(const Exchange& exchange, const catalog::Deployment& deployment);

// A body of Bedrock's CountTokens gives way to what is to be counted: the exchange goes on with
// that body and its dialect. Other calls stay as they are.
Outcome<void> unwrap_count_request(Exchange& exchange);

// The body for Bedrock's CountTokens, whole. REQUIRES: counts_tokens.
Outcome<std::string> count_body(const Exchange& exchange);

// A count's answer as this client reads it.
std::unique_ptr<AnswerPath> make_count_path(wire::Operation operation);

}  // namespace sekisho::gateway
