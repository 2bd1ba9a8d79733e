#pragma once
// The simulated providers without any I/O: a request in, a plan of timed pieces out; prompt caches,
// bill, queued scenarios and the last requests as its state. The server (server.h) plays the plans
// on a loop; tests play them directly.
// One loop's thread only. The clock and the source of randomness must outlive the core.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/message.h"
#include "sim/bill.h"
#include "sim/prompt_cache.h"
#include "sim/provider.h"
#include "sim/scenario.h"

namespace sekisho::sim {

class SimCore;

// A served call whose bill is open. Booked when destroyed, if its answer had begun.
class OpenCall {
 public:
  OpenCall() = default;
  OpenCall(SimCore& core, const Model& model, BilledCall draft);
  OpenCall(OpenCall&& other) noexcept;
  OpenCall& operator=(OpenCall&& other) noexcept;
  ~OpenCall();

  void begin() { begun_ = true; }
  void generated(std::int64_t tokens) { generated_ += tokens; }
  void complete() { complete_ = true; }

 private:
  void book();
  SimCore* core_ = nullptr;
  const Model* model_ = nullptr;
  BilledCall draft_;
  std::int64_t generated_ = 0;
  bool begun_ = false, complete_ = false;
};

struct Plan {
  int status = 200;
  http::Headers headers;
  bool streamed = false;      // send piece by piece; else one body with its length
  std::vector<Piece> pieces;  // of a whole answer: waits, and the body in the last one
  OpenCall call;
};

struct CoreOptions {
  Keys keys;
  Scenario default_scenario;
  bool record_requests = true;
};

class SimCore {
 public:
  static constexpr std::size_t kKeptRequests = 64;

  SimCore(const Clock& clock, Random& random, CoreOptions options = {});

  Plan handle(const http::RequestHead& head, std::string_view body);
  // The answer to a request whose body could not be read.
  Plan refuse(const http::RequestHead& head, const Error& error);

  // The next `times` calls (to `provider`, if given) play this scenario, before any marker.
  void queue_scenario(Scenario scenario, std::int64_t times, std::optional<Provider> provider);
  const Bill& bill() const { return bill_; }
  const Keys& keys() const { return options_.keys; }
  void advance_clock(Duration by) { skew_ += by; }
  void reset();

 private:
  friend class OpenCall;
  struct Queued {
    Scenario scenario;
    std::int64_t times;
    std::optional<Provider> provider;
  };
  struct Recorded {
    std::string provider, method, target, body;
    http::Headers headers;
  };

  Plan serve(const ProviderApi& api, const Call& call);
  Plan answer(const ProviderApi& api, const Model& model, const Prompt& prompt,
              const std::string& account, const Scenario& scenario);
  Plan error_plan(const ProviderApi& api, const ApiError& error);
  Plan admin(const http::RequestHead& head, std::string_view body);
  Plan set_scenario(std::string_view body);
  Json requests_json() const;
  Result<Scenario> scenario_for(const ProviderApi& api, const Call& call, const Prompt& prompt);
  void record(const ProviderApi& api, const http::RequestHead& head, std::string_view body);
  std::string make_id();
  SteadyTime now() const { return clock_.steady() + skew_; }

  const Clock& clock_;
  Random& random_;
  CoreOptions options_;
  std::vector<std::unique_ptr<ProviderApi>> apis_;
  PromptCache cache_;
  Bill bill_;
  std::deque<Queued> queue_;
  std::deque<Recorded> requests_;
  Duration skew_{};
};

}  // namespace sekisho::sim
