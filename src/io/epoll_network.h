#pragma once
// The real network of one EpollLoop: resolves, connects over TCP (each address in turn, each with
// its share of the time that is left), adopts accepted sockets, and puts TLS on top where asked.

#include "io/epoll_loop.h"
#include "io/resolver.h"
#include "io/stream.h"
#include "io/tcp.h"

namespace sekisho::io {

class EpollNetwork final : public Network {
 public:
  EpollNetwork(EpollLoop& loop, Resolver& resolver) : loop_(loop), resolver_(resolver) {}

  // Heard by listeners that are made later (tcp.h).
  void on_accept_pause(AcceptPause told) { on_pause_ = std::move(told); }

  Result<std::unique_ptr<Listener>> listen(Endpoint at, AcceptCallback on_accept) override;
  task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, const TlsClientOptions* tls,
                                                SteadyTime deadline) override;
  task<Result<std::unique_ptr<Stream>>> adopt(std::unique_ptr<Transport> transport,
                                              const TlsServerContext* tls,
                                              SteadyTime deadline) override;

 private:
  task<Result<std::unique_ptr<Stream>>> connect_tcp(Endpoint to, SteadyTime deadline);
  task<Result<std::unique_ptr<Stream>>> connect_address(SocketAddress to, SteadyTime deadline);

  EpollLoop& loop_;
  Resolver& resolver_;
  AcceptPause on_pause_;
};

}  // namespace sekisho::io
