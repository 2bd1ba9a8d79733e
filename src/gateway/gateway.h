#pragma once
// The data plane: one call to `handle` is one request, walked through the stages of
// docs/life-of-a-request.md: identify, envelope, authorise, inspect, admit, route, relay, settle,
// observe. One per worker.

#include "gateway/exchange.h"

namespace sekisho::gateway {

class Gateway {
 public:
  explicit Gateway(Worker& worker) : worker_(worker) {}
  // REQUIRES: match_data_path gave `operation` for this request.
  io::task<void> handle(http::ServerExchange& http, wire::Operation operation);

 private:
  Worker& worker_;
};

// The stages up to admission, which need no network beyond reading the body.
io::task<Outcome<void>> receive(Exchange& exchange);  // identify, body, envelope
Outcome<void> inspect(Exchange& exchange);

}  // namespace sekisho::gateway
