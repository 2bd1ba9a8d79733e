#pragma once
// The simulated providers on a loop: an HTTP server in front of the core, playing its plans in
// time. For embedding (`sekisho demo`, simulation tests) as well as for the program sekisho-sim.
// Everything belongs to the loop's thread. Loop, network, buffers, clock and random must outlive
// the server; destroying it cuts what is left and books what was generated.

#include <memory>
#include <vector>

#include "http/server.h"
#include "io/stream.h"
#include "sim/core.h"

namespace sekisho::sim {

class SimServer {
 public:
  SimServer(io::Loop& loop, io::Network& network, http::BufferPool& buffers, Random& random,
            CoreOptions options = {}, http::ServerOptions server_options = {});

  // Listens for plain HTTP, or TLS when `tls` is given (it must outlive the server); port 0 takes
  // a free one. May be called more than once. Returns where it listens.
  Result<io::Endpoint> listen(io::Endpoint at, const io::TlsServerContext* tls = nullptr);
  // Takes over a connection that somebody else accepted.
  void adopt(std::unique_ptr<io::Transport> transport, const io::TlsServerContext* tls = nullptr);

  SimCore& core() { return core_; }
  // Ends running answers where they are and closes every connection.
  void stop();

 private:
  io::Network& network_;
  SimCore core_;
  http::BufferPool& buffers_;
  http::Server server_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;
};

}  // namespace sekisho::sim
