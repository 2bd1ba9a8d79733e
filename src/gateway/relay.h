#pragma once
// One attempt at one deployment: send, then either an error that says whether another attempt may
// follow, or the answer relayed to its end, settled on every path.

#include "gateway/answer_path.h"
#include "gateway/exchange.h"
#include "gateway/upstream_request.h"

namespace sekisho::gateway {

struct AttemptEnd {
  bool answered = false;  // the client has (had) its answer; nothing more to do
  bool may_retry = false;
  std::optional<std::int64_t> retry_after_s;
  wire::Refusal refusal;  // what to tell the client if this was the last attempt
};

io::task<AttemptEnd> attempt(Exchange& exchange, UpstreamRequest& request);

// Answers with a refusal, in the shape of this client; in-stream when an answer has begun.
io::task<void> refuse(Exchange& exchange, wire::Refusal refusal);

// Headers that every answer carries: request id, model, budget; cost once it is known.
http::Headers answer_headers(const Exchange& exchange);

}  // namespace sekisho::gateway
