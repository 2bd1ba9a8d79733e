#include "gateway/routing.h"

#include <algorithm>

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

std::optional<Duration> retry_delay(int attempt, std::optional<std::int64_t> retry_after_s,
                                    Random& random) {
  constexpr Duration kLongest = 5s;
  if (retry_after_s) {
    if (*retry_after_s > 5) return {};
    return std::chrono::seconds(*retry_after_s);
  }
  Duration ceiling = std::min<Duration>(kLongest, 200ms * (1LL << std::min(attempt, 10)));
  return Duration(
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(ceiling.count()) + 1)));
}

}  // namespace sekisho::gateway
