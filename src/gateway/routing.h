#pragma once
// Which deployments of a model group to try, in which order: the conversation's own first (prompt
// caches live per account and region), then by weight, those that fail at the moment last. The only
// deployment of a group is never benched.

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "gateway/retry.h"

namespace sekisho::gateway {

// Passive health per worker: a deployment that failed rests for a while.
class DeploymentHealth {
 public:
  void failed(DeploymentId id, SteadyTime now, Duration rest);
  void succeeded(DeploymentId id);
  bool resting(DeploymentId id, SteadyTime now) const;

 private:
  std::unordered_map<DeploymentId, SteadyTime> until_;
};

std::vector<const catalog::Deployment*> route_order(const catalog::ModelGroup& group,
                                                    std::optional<DeploymentId> sticky,
                                                    const DeploymentHealth& health, SteadyTime now,
                                                    Random& random);

// The attempts of one call: each deployment once, as far as kUpstreamDeployments; then those that
// may serve it later, in the order of their times, up to kUpstreamAttempts in all. Nobody waits
// here longer than kRetryWait for one of them: the client is told instead.
class AttemptPlan {
 public:
  struct Step {
    const catalog::Deployment* deployment;
    SteadyTime at;  // not before
  };
  explicit AttemptPlan(std::vector<const catalog::Deployment*> order) : order_(std::move(order)) {}
  std::optional<Step> next(SteadyTime now);
  // The last step failed. `at`: when to ask it again, for kAgain.
  void failed(Next next, SteadyTime at);

 private:
  std::vector<const catalog::Deployment*> order_;
  std::vector<Step> again_;
  const catalog::Deployment* current_ = nullptr;
  std::size_t fresh_ = 0;  // the next of order_ that was not asked
  int tries_ = 0;
  bool over_ = false;
};

// Wait before the same deployment is asked again: what the provider asked for and a little more, so
// that not all come at once; else exponential from 200 ms with full jitter.
Duration retry_wait(int failures, std::optional<Duration> asked, Random& random);

}  // namespace sekisho::gateway
