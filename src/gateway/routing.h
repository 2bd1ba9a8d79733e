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

// Wait before the next attempt: exponential from 200 ms with full jitter, at most 5 s, or what the
// provider asked for. Nothing = longer than a client should wait here: answer it instead.
std::optional<Duration> retry_delay(int attempt, std::optional<std::int64_t> retry_after_s,
                                    Random& random);

}  // namespace sekisho::gateway
