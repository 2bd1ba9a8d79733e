#pragma once
// The simulated network: hosts that connect to each other by name inside one SimLoop. Latency,
// the points where reads and writes split, and all faults come from the loop's seed. A stream
// behaves as TCP does towards its user: bytes in order or an error, a bounded queue in between, an
// end or a reset that the peer learns of later.

#include <map>
#include <memory>
#include <set>
#include <string>

#include "io/sim_loop.h"
#include "io/stream.h"

namespace sekisho::io {

// Chances are per mille. They may be changed at any time.
struct SimFaults {
  Duration latency_least = std::chrono::microseconds(20);
  Duration latency_most = std::chrono::microseconds(500);
  std::size_t pipe_bytes = 64 * 1024;  // written and not yet read, per direction
  bool split = true;                   // reads and writes take less than they could
  unsigned block = 50;                 // a write finds the pipe full for a moment
  unsigned refuse = 0;                 // a connect is refused
  unsigned hang = 0;                   // a connection is made and then carries nothing
  unsigned reset = 0;                  // a write resets the connection
};

class SimNetwork;

class SimFabric {
 public:
  explicit SimFabric(SimLoop& loop) : loop_(loop) {}
  ~SimFabric();

  // The network of one host; made at the first call, lives as long as the fabric.
  SimNetwork& host(const std::string& name);
  // While two hosts are parted, bytes and connects between them wait.
  void part(const std::string& a, const std::string& b);
  void join(const std::string& a, const std::string& b);
  // As if the host lost power: its connections are reset, its listeners gone.
  void crash(const std::string& host);

  SimFaults faults;
  // Reads and writes that moved bytes; a real network makes one system call for each.
  std::size_t reads = 0, writes = 0;
  std::size_t open_streams() const { return streams_; }

 private:
  friend class SimNetwork;
  friend class SimStream;
  friend struct SimConnection;
  friend class SimListener;
  bool chance(unsigned per_mille) { return loop_.random().below(1000) < per_mille; }
  Duration latency();
  bool parted(const std::string& a, const std::string& b) const;

  SimLoop& loop_;
  std::map<std::string, std::unique_ptr<SimNetwork>> hosts_;
  std::map<std::pair<std::string, std::uint16_t>, class SimListener*> listeners_;
  std::set<std::pair<std::string, std::string>> parted_;
  std::map<std::uint64_t, struct SimConnection*> connections_;  // by age: runs repeat exactly
  std::uint64_t next_connection_ = 0;
  std::size_t streams_ = 0;
  std::uint16_t next_port_ = 40'000;
};

class SimNetwork final : public Network {
 public:
  SimNetwork(SimFabric& fabric, std::string name) : fabric_(fabric), name_(std::move(name)) {}

  // `at.host` is not looked at: a host listens on itself.
  Result<std::unique_ptr<Listener>> listen(Endpoint at, AcceptCallback on_accept) override;
  task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, const TlsClientOptions* tls,
                                                SteadyTime deadline) override;
  task<Result<std::unique_ptr<Stream>>> adopt(std::unique_ptr<Transport> transport,
                                              const TlsServerContext* tls,
                                              SteadyTime deadline) override;
  const std::string& name() const { return name_; }

 private:
  SimFabric& fabric_;
  std::string name_;
};

}  // namespace sekisho::io
