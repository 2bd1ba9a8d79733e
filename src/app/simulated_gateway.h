#pragma once
// For tests: a whole gateway, the simulated providers and their clients in one thread, on simulated
// time, network and disk. The seed decides everything; a gateway can be killed and started again on
// what its disk kept.

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/policy_builder.h"
#include "http/client.h"
#include "http/server.h"
#include "io/sim_network.h"
#include "ledger/books.h"
#include "ledger/ledger.h"
#include "ledger/schema.h"
#include "ledger/sim_disk.h"
#include "sim/server.h"
#include "store/scratch.h"

namespace sekisho::app::testing {

class SilentObserver final : public gateway::Observer {
 public:
  void call_finished(trace::CallRecord record, const gateway::CallFinish& finish) override {
    over_reserve += finish.over_reserve ? 1 : 0;
    records.push_back(std::move(record));
  }
  void upstream_problem(const RequestId&, std::string_view, const Error&) override {}
  void count_bug(std::string_view where) override {
    bugs.emplace_back(where);
    if (!expects_bugs) ADD_FAILURE() << where;
  }
  bool expects_bugs = false;
  std::vector<std::string> bugs;
  std::vector<trace::CallRecord> records;
  int over_reserve = 0;
};

// One process's life.
struct GatewayLife {
  GatewayLife(io::SimLoop& loop, io::SimFabric& fabric, ledger::LedgerWorker& ledger,
              gateway::PolicyPtr policy, SilentObserver& observer)
      : network(fabric.host("gateway")),
        client(loop, network, buffers, {}),
        worker{loop,
               loop.random(),
               client,
               buffers,
               ledger,
               slot,
               guard::RuleSet::builtin_secrets(),
               observer,
               gateway::ConversationMemory(64 << 20),
               {},
               true},
        gateway(worker) {
    slot.set(std::move(policy));
    server = std::make_unique<http::Server>(
        loop, network, buffers, http::ServerOptions{},
        [this](http::ServerExchange& http) { return gateway.handle(http, operation(http)); });
    listener = *network.listen({"", 80}, [this](std::unique_ptr<io::Transport> transport) {
      server->adopt(std::move(transport), nullptr);
    });
  }
  static wire::Operation operation(http::ServerExchange& http) {
    const auto& head = http.request();
    return wire::match_data_path(head.method, head.path())
        .value_or(wire::Operation::kChatCompletions);
  }

  io::Network& network;
  http::BodyBudget budget;
  http::BufferPool buffers{budget};
  gateway::PolicySlot slot;
  http::Client client;
  gateway::Worker worker;
  gateway::Gateway gateway;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<io::Listener> listener;
};

struct SimulatedGateway {
  static constexpr const char* kKey = "sk-simulation-simulation-simulation-simulation";

  SimulatedGateway(std::uint64_t seed, Money key_budget, Money unit_budget);
  ~SimulatedGateway();
  void start();
  void kill();        // nothing of the process survives but its disk and database
  void keep_books();  // what the ledger's threads would do
  // Committed of key and unit against their caps; the money law.
  void check_caps();

  io::SimLoop loop;
  io::SimFabric fabric{loop};
  SeededRandom disk_random;
  ledger::SimDisk disk{disk_random};
  store::ScratchDirectory scratch;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<ledger::DirectBooks> books;
  http::BodyBudget provider_budget;
  http::BufferPool provider_buffers{provider_budget};
  std::unique_ptr<sim::SimServer> providers;
  SilentObserver observer;
  Money key_budget, unit_budget;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<ledger::LedgerWorker> ledger_worker;
  std::unique_ptr<GatewayLife> life;
  std::vector<ledger::Level> levels;
  std::vector<std::unique_ptr<ledger::Ledger>> dead_ledgers;
  std::vector<std::unique_ptr<ledger::LedgerWorker>> dead_workers;
  int lives = 0;

 private:
  gateway::PolicyPtr make_policy();
};

}  // namespace sekisho::app::testing
