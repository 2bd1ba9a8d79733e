#pragma once
// Hands a new policy snapshot to every worker. `publish` returns when each worker has taken it, so
// that a change answered by the management API holds for the very next request on any connection.

#include <mutex>
#include <vector>

#include "gateway/policy.h"
#include "io/loop.h"

namespace sekisho::gateway {

// One worker's view. Read on its loop only.
class PolicySlot {
 public:
  const PolicyPtr& current() const { return current_; }
  void set(PolicyPtr policy) { current_ = std::move(policy); }

 private:
  PolicyPtr current_;
};

class PolicyHub {
 public:
  // REQUIRES: called for all workers before the first publish from another thread.
  void add_worker(io::Loop& loop, PolicySlot& slot);
  // No snapshot goes to them from here on; waits for one that is under way. REQUIRES: their loops
  // still run, or have never run.
  void remove_workers();
  // Any thread but a worker's own. Blocks until every worker has taken the snapshot.
  void publish(PolicyPtr policy);
  // For one thread that runs everything (start-up, simulation): sets all slots directly.
  void publish_here(PolicyPtr policy);
  PolicyPtr latest() const;

 private:
  struct Worker {
    io::Loop* loop;
    PolicySlot* slot;
  };
  mutable std::mutex mutex_;
  std::vector<Worker> workers_;
  PolicyPtr latest_;
};

}  // namespace sekisho::gateway
