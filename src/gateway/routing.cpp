#include "gateway/routing.h"

#include <algorithm>

#include "base/limits.h"

namespace sekisho::gateway {

using namespace std::chrono_literals;

void DeploymentHealth::failed(DeploymentId id, SteadyTime now, Duration rest) {
  until_[id] = now + rest;
}

void DeploymentHealth::succeeded(DeploymentId id) {
  if (!until_.empty()) until_.erase(id);
}

bool DeploymentHealth::resting(DeploymentId id, SteadyTime now) const {
  auto it = until_.find(id);
  return it != until_.end() && it->second > now;
}

std::vector<const catalog::Deployment*> route_order(const catalog::ModelGroup& group,
                                                    std::optional<DeploymentId> sticky,
                                                    const DeploymentHealth& health, SteadyTime now,
                                                    Random& random) {
  std::vector<const catalog::Deployment*> order;
  order.reserve(group.deployments.size());
  for (const auto& deployment : group.deployments) order.push_back(&deployment);
  // Weighted shuffle: repeatedly draw one of the rest.
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    std::int64_t sum = 0;
    for (std::size_t j = i; j < order.size(); ++j)
      sum += std::max<std::int64_t>(1, order[j]->weight);
    auto draw = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(sum)));
    for (std::size_t j = i; j < order.size(); ++j) {
      draw -= std::max<std::int64_t>(1, order[j]->weight);
      if (draw < 0) {
        std::swap(order[i], order[j]);
        break;
      }
    }
  }
  if (sticky) {
    auto it = std::ranges::find_if(order, [&](auto* d) { return d->id == *sticky; });
    if (it != order.end()) std::rotate(order.begin(), it, it + 1);
  }
  std::vector<const catalog::Deployment*> resting;
  std::erase_if(order, [&](auto* d) {
    bool rests = health.resting(d->id, now);
    if (rests) resting.push_back(d);
    return rests;
  });
  order.insert(order.end(), resting.begin(), resting.end());
  return order;
}

std::optional<AttemptPlan::Step> AttemptPlan::next(SteadyTime now) {
  if (over_) return {};
  Step step{nullptr, now};
  if (fresh_ < order_.size() && tries_ < limits::kUpstreamDeployments) {
    step.deployment = order_[fresh_++];
  } else if (!again_.empty() && tries_ < limits::kUpstreamAttempts) {
    auto soonest = std::ranges::min_element(again_, {}, &Step::at);
    if (soonest->at > now + limits::kRetryWait) return {};
    step = {soonest->deployment, std::max(soonest->at, now)};
    again_.erase(soonest);
  } else {
    return {};
  }
  ++tries_;
  current_ = step.deployment;
  return step;
}

void AttemptPlan::failed(Next next, SteadyTime at) {
  if (next == Next::kStop) over_ = true;
  if (next == Next::kAgain) again_.push_back({current_, at});
}

Duration retry_wait(int failures, std::optional<Duration> asked, Random& random) {
  auto upto = [&](Duration most) {
    return Duration(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
  };
  if (!asked) {
    return upto(std::min<Duration>(limits::kRetryWait, 200ms * (1LL << std::min(failures, 10))));
  }
  auto wait = *asked + upto(50ms + *asked / 8);
  return *asked > limits::kRetryWait ? wait : std::min<Duration>(wait, limits::kRetryWait);
}

}  // namespace sekisho::gateway
