#include "gateway/policy_hub.h"

#include <latch>

namespace sekisho::gateway {

void PolicyHub::add_worker(io::Loop& loop, PolicySlot& slot) {
  std::lock_guard lock(mutex_);
  workers_.push_back({&loop, &slot});
  slot.set(latest_);
}

void PolicyHub::remove_workers() {
  std::lock_guard lock(mutex_);
  workers_.clear();
}

void PolicyHub::publish(PolicyPtr policy) {
  std::lock_guard lock(mutex_);
  latest_ = policy;
  auto taken = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(workers_.size()));
  for (auto& worker : workers_) {
    worker.loop->post([slot = worker.slot, policy, taken] {
      slot->set(policy);
      taken->count_down();
    });
  }
  taken->wait();
}

void PolicyHub::publish_here(PolicyPtr policy) {
  std::lock_guard lock(mutex_);
  latest_ = policy;
  for (auto& worker : workers_) worker.slot->set(policy);
}

PolicyPtr PolicyHub::latest() const {
  std::lock_guard lock(mutex_);
  return latest_;
}

}  // namespace sekisho::gateway
