#pragma once
// One attempt at one deployment: send, then either an error that says whether another attempt may
// follow, or the answer relayed to its end, settled on every path.

#include "gateway/answer_path.h"
#include "gateway/exchange.h"
#include "gateway/retry.h"
#include "gateway/upstream_request.h"

namespace sekisho::gateway {

struct AttemptEnd {
  bool answered = false;  // the client has (had) its answer; nothing more to do
  Next next = Next::kStop;
  std::optional<Duration> retry_after;  // the provider's word
  Duration rest{};                      // how long the deployment is asked last
  wire::Refusal refusal;                // what to tell the client if this was the last attempt
};

io::task<AttemptEnd> attempt(Exchange& exchange, UpstreamRequest& request);

// For a streamed call, to run beside its attempts: after kPingInterval in which nothing went to the
// client, whatever the reason, sends a ping; the first one sends the head before it. From then on
// a failure is told inside the stream. Where the framing has no ping it does nothing.
io::task<void> keep_awake(Exchange& exchange);

// Answers with a refusal, in the shape of this client; in-stream when an answer has begun.
io::task<void> refuse(Exchange& exchange, wire::Refusal refusal);

// Headers that every answer carries: request id, model, budget; cost once it is known.
http::Headers answer_headers(const Exchange& exchange);

}  // namespace sekisho::gateway
