#pragma once
// Connections to upstreams, one pool per worker. Idle ones are kept per origin, the latest used
// first (so that the rest can grow old and close), and dropped when the peer closes them, when
// bytes arrive that nobody asked for, or after `pool_idle`.

#include <list>
#include <vector>

#include "http/client.h"
#include "http/message_reader.h"

namespace sekisho::http {

struct OriginPool;

// A connection with what reading its answers needs. Not movable: the reader points into it.
struct ClientConnection {
  ClientConnection(OriginPool& pool, std::unique_ptr<io::Stream> connected, BufferPool& buffers);
  ~ClientConnection();

  OriginPool& origin;
  std::unique_ptr<io::Stream> stream;
  ReadBuffer in;
  ResponseParser parser;
  MessageReader reader;
  std::string scratch;  // for rendering heads; reused
  bool used_before = false;
  bool request_sent = false;  // wholly; else no other request may follow
  Duration connecting{};      // took so long: a round trip at least
  SteadyTime idle_until{};
};

struct OriginPool {
  io::Endpoint endpoint;
  const io::TlsClientOptions* tls = nullptr;
  std::size_t open = 0;
  std::size_t connecting = 0;
  std::vector<std::unique_ptr<ClientConnection>> idle;  // the latest used last
};

class ClientPool {
 public:
  ClientPool(io::Loop& loop, io::Network& network, BufferPool& buffers, ClientOptions options);

  OriginPool& origin(const Origin& origin);
  // An idle connection that seems alive, or null.
  std::unique_ptr<ClientConnection> take_idle(OriginPool& origin);
  // Errors: those of Network::connect, kUpstreamTimeout, kOverloaded, kCancelled.
  io::task<Result<std::unique_ptr<ClientConnection>>> connect(OriginPool& origin,
                                                              CancelHook& cancel);
  // Takes back a connection whose answer was read to its end.
  void give_back(std::unique_ptr<ClientConnection> connection);

  const ClientOptions& options() const { return options_; }
  io::Loop& loop() { return loop_; }
  std::size_t idle_connections() const;
  std::size_t open_connections() const;

 private:
  void drop_old();
  io::Loop& loop_;
  io::Network& network_;
  BufferPool& buffers_;
  ClientOptions options_;
  std::list<OriginPool> origins_;
  io::Timer aging_;
  io::Deferred sweep_;  // after a peer closed an idle connection
};

}  // namespace sekisho::http
