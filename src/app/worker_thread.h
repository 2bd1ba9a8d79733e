#pragma once
// One worker: a thread with its loop, network, buffers, upstream client, HTTP server and gateway.
// Built on the starting thread, run on its own; adopt(), drain() and join() are thread-safe.

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "app/call_observer.h"
#include "gateway/gateway.h"
#include "io/epoll_network.h"

namespace sekisho::app {

using Management = std::function<io::task<void>(http::ServerExchange&, gateway::Worker&)>;

struct WorkerParts {
  const Clock& clock;
  io::Resolver& resolver;
  http::BodyBudget& body_budget;
  std::unique_ptr<ledger::LedgerWorker> ledger;
  std::unique_ptr<CallObserver> observer;
  std::shared_ptr<const guard::RuleSet> rules;
  std::size_t conversation_bytes = 0;
  std::shared_ptr<gateway::ThinkingStore> thinking;
  http::ServerOptions server;
  http::ClientOptions client;
  Management management;
};

class WorkerThread {
 public:
  explicit WorkerThread(WorkerParts parts);
  ~WorkerThread();

  void start();
  void adopt(std::unique_ptr<io::Transport> transport, const io::TlsServerContext* tls);
  // Stops taking connections and lets open answers finish, for `patience` at most; then the thread
  // ends, which join() waits for. Nothing may be posted to the loop any more that must be run.
  void drain(Duration patience);
  void join();
  std::size_t load() const { return load_.load(std::memory_order_relaxed); }

  io::EpollLoop& loop() { return loop_; }
  io::EpollNetwork& network() { return network_; }
  gateway::PolicySlot& slot() { return slot_; }
  gateway::Worker& worker() { return worker_; }

 private:
  io::task<void> handle(http::ServerExchange& http);
  http::ProtocolRefusal refuse_protocol(int status, std::string_view reason,
                                        std::string_view target);
  WorkerParts parts_;
  io::EpollLoop loop_;
  io::EpollNetwork network_;
  http::BufferPool buffers_;
  SystemRandom random_;
  http::Client client_;
  gateway::PolicySlot slot_;
  gateway::Worker worker_;
  gateway::Gateway gateway_;
  std::unique_ptr<http::Server> server_;
  std::atomic<std::size_t> load_{0};
  std::unique_ptr<io::Timer> patience_;
  std::thread thread_;
};

}  // namespace sekisho::app
