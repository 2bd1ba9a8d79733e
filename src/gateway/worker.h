#pragma once
// What all exchanges of one worker loop share. Built and owned by app/ (or a simulation); used on
// that loop only. `Observer` is how a finished call leaves the data path: it must not block.

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "gateway/conversation_memory.h"
#include "gateway/policy_hub.h"
#include "gateway/routing.h"
#include "gateway/thinking_store.h"
#include "guard/guard.h"
#include "http/client.h"
#include "http/server.h"
#include "ledger/ledger.h"
#include "trace/trace.h"

namespace sekisho::gateway {

// Bounded facts for metrics, beside the record.
struct CallFinish {
  std::string_view model;  // catalogue name, never what the client made up; "" if none
  std::string_view key_name, unit_name, user_name;
  bool over_reserve = false;       // the bill exceeded the reservation: our bound was wrong
  std::string_view unpriced_tier;  // the provider served this tier, and no price of it is known
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void call_finished(trace::CallRecord record, const CallFinish& finish) = 0;
  // For the operator's log only: what must not reach the client (upstream's own words).
  virtual void upstream_problem(const RequestId& request, std::string_view upstream,
                                const Error& error) = 0;
  virtual void count_bug(std::string_view where) = 0;
};

struct Worker {
  io::Loop& loop;
  Random& random;
  http::Client& client;
  http::BufferPool& buffers;
  ledger::LedgerWorker& ledger;
  PolicySlot& policy;
  std::shared_ptr<const guard::RuleSet> rules;
  Observer& observer;
  ConversationMemory memory;
  DeploymentHealth health;
  bool use_memory = true;                     // tests compare with it and without it
  std::shared_ptr<ThinkingStore> thinking{};  // of all workers; may be null
};

}  // namespace sekisho::gateway
