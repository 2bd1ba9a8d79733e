#pragma once
// For tests: callers, a relay (server and client in one) and an upstream in one simulated world.
// All that happens comes from the seed. Every body is a function of its request's id, so that an
// answer which reached the wrong caller, or lost a byte, is seen at once.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/sim_world.h"
#include "io/tls.h"

namespace sekisho::http::testing {

enum class Kind : unsigned { kWhole, kStream, kUnread, kEmpty, kSlow, kCut, kRefused };
inline constexpr unsigned kKinds = 7;

// What a caller asks for; travels in the target.
struct Job {
  Kind kind = Kind::kWhole;
  unsigned id = 0;
  std::size_t question_bytes = 0, answer_bytes = 0;
  bool head = false;
  bool once = false;  // not to be sent twice by anybody

  std::string target() const;
  static Job parse(std::string_view target);
  std::string question() const;
  std::string answer() const;
  int status() const { return kind == Kind::kRefused ? 429 : kind == Kind::kEmpty ? 204 : 200; }
};

struct Outcome {
  Job job;
  bool cancelled = false;  // by the caller
  std::optional<Code> error;
  int status = 0;
  std::string body;
};

// A host that serves; it can die and come back.
class Host {
 public:
  Host(SimWorld& world, BufferPool& pool, std::string name, Handler handler);
  void start(const io::TlsServerContext* tls);
  void crash();  // power is lost: tasks are gone, peers see resets
  void stop();   // no new connections; the present ones end in order
  bool running() const { return listener_ != nullptr; }
  const Server& server() const { return *server_; }

 private:
  SimWorld& world_;
  BufferPool& pool_;
  std::string name_;
  Handler handler_;
  std::unique_ptr<io::Listener> listener_;
  std::unique_ptr<Server> server_;
};

// The parts of TLS, when the hosts speak it.
struct ChainTls {
  const io::TlsServerContext* server = nullptr;
  const io::TlsClientOptions* client = nullptr;
};

class Chain {
 public:
  explicit Chain(std::uint64_t seed, ChainTls tls = {});

  void set_faults();                     // by the seed: refusals, hangs, resets, full pipes
  void start_disasters(unsigned count);  // crashes, restarts, partitions
  void start_callers(unsigned callers, unsigned requests);
  void play();  // until the callers are done and every time limit is over

  SimWorld world;
  BodyBudget relay_budget, upstream_budget;
  BufferPool relay_pool{relay_budget}, upstream_pool{upstream_budget};
  std::unique_ptr<Client> relay_client, caller_client;
  std::unique_ptr<Host> upstream, relay;
  std::vector<Outcome> outcomes;
  std::map<unsigned, unsigned> executions;  // at the upstream, by id of the job
  std::vector<std::string> oddities;        // what should never be seen
  std::string history;                      // what happened when

 private:
  io::task<void> serve_upstream(ServerExchange& exchange);
  io::task<void> stream(ServerExchange& exchange, const Job& job);
  io::task<void> serve_relay(ServerExchange& exchange);
  io::task<void> pass_on(ServerExchange& exchange, ClientResponse& response);
  io::task<void> call(unsigned first_id, unsigned requests);
  io::task<void> one_call(Outcome& outcome);
  io::task<void> read_answer(ClientResponse& response, Outcome& outcome);
  io::task<void> disasters(unsigned count);
  void strike();
  Job make_job(unsigned id);
  void note(std::string_view what, unsigned id);
  std::uint64_t below(std::uint64_t bound) { return world.loop.random().below(bound); }
  bool chance(unsigned percent) { return below(100) < percent; }

  ChainTls tls_;
  Origin to_upstream_{{"upstream", 80}, tls_.client, "upstream.test"};
  Origin to_relay_{{"relay", 80}, tls_.client, "relay.test"};
  io::TaskScope callers_{world.loop}, disasters_{world.loop};
};

}  // namespace sekisho::http::testing
