#pragma once
// Why would this call be refused, or routed so? Walks the same stages as a real call, with the same
// functions, without taking or sending anything.

#include <string>
#include <vector>

#include "gateway/worker.h"
#include "wire/refusal.h"

namespace sekisho::gateway {

struct Question {
  KeyId key;
  std::string model;
  std::int64_t prompt_tokens = 1000;
  std::optional<std::int64_t> max_tokens;
  std::optional<wire::Dialect> dialect;  // of the client; without one every upstream is reached
  std::string user_agent;                // for the client's signal
  std::string request;                   // a body in the dialect, for its mode; may be empty
};
struct Answer {
  bool allowed = false;
  std::optional<wire::Refusal> refusal;
  struct Step {
    std::string stage;  // "identify", "model", "price", "limits", "route"
    bool passed = true;
    std::string text;
  };
  std::vector<Step> steps;
  Money worst_case, available;
  std::optional<std::int64_t> lowered_output;
  struct Route {
    std::string upstream, upstream_model, region;
    bool resting = false;
    std::int64_t weight = 1;
  };
  std::vector<Route> routes;
  std::string client;  // as records name it
  std::uint8_t client_signal = 0, mode_signal = 0;
};
Answer explain(Worker& worker, const Question& question);

}  // namespace sekisho::gateway
