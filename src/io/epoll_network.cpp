#include "io/epoll_network.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/limits.h"
#include "io/tcp.h"
#include "io/tls_stream.h"

namespace sekisho::io {
namespace {

// A dead first address must not eat the time of a living second one.
SteadyTime share_of(SteadyTime now, SteadyTime deadline, std::size_t addresses_left) {
  auto whole = std::min(deadline, now + limits::kConnectTimeout);
  return now + (whole - now) / static_cast<std::int64_t>(addresses_left);
}

void set_port(SocketAddress& address, std::uint16_t port) {
  if (address.storage.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = htons(port);
  }
}

FileDescriptor client_socket(int family) {
  FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int on = 1;
  // Long thinking is silent: probes keep middleboxes from forgetting the connection.
  int idle_s = 30;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  return fd;
}

}  // namespace

Result<std::unique_ptr<Listener>> EpollNetwork::listen(Endpoint at, AcceptCallback on_accept) {
  return listen_tcp(loop_, at, std::move(on_accept), on_pause_);
}

task<Result<std::unique_ptr<Stream>>> EpollNetwork::connect(Endpoint to,
                                                            const TlsClientOptions* tls,
                                                            SteadyTime deadline) {
  CO_TRY(auto stream, co_await connect_tcp(to, deadline));
  if (!tls) co_return std::move(stream);
  co_return co_await start_tls(TlsStream::client(std::move(stream), *tls, to), deadline);
}

task<Result<std::unique_ptr<Stream>>> EpollNetwork::connect_tcp(Endpoint to, SteadyTime deadline) {
  CO_TRY(auto addresses, co_await resolver_.resolve(loop_, to.host, deadline));
  Error last{Code::kUpstreamUnreachable, "no address"};
  std::string tried;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    set_port(addresses[i], to.port);
    auto until = share_of(loop_.now(), deadline, addresses.size() - i);
    auto stream = co_await connect_address(addresses[i], until);
    if (stream) co_return stream;
    last = stream.error();
    tried += (i ? ", " : "") + addresses[i].host();
  }
  co_return fail(last.code, "cannot connect to " + to.host + ":" + std::to_string(to.port) + " (" +
                                tried + "): " + last.detail);
}

task<Result<std::unique_ptr<Stream>>> EpollNetwork::connect_address(SocketAddress to,
                                                                    SteadyTime deadline) {
  auto fd = client_socket(to.storage.ss_family);
  if (!fd) co_return fail(Code::kOverloaded, std::string("no socket: ") + std::strerror(errno));
  bool connecting = ::connect(fd.get(), to.get(), to.length) != 0;
  if (connecting && errno != EINPROGRESS) {
    co_return fail(Code::kUpstreamUnreachable, std::strerror(errno));
  }
  auto state = connecting ? TcpStream::State::kConnecting : TcpStream::State::kConnected;
  CO_TRY(auto stream, TcpStream::open(loop_, std::move(fd), to, state));
  auto ready = co_await stream->write({}, deadline);
  if (!ready) {
    auto error = ready.error();
    if (error.code == Code::kTimeout) error.detail = "no answer in time";
    co_return Failure(std::move(error));
  }
  co_return std::move(stream);
}

task<Result<std::unique_ptr<Stream>>> EpollNetwork::adopt(std::unique_ptr<Transport> transport,
                                                          const TlsServerContext* tls,
                                                          SteadyTime deadline) {
  auto& accepted = static_cast<TcpTransport&>(*transport);
  CO_TRY(auto stream, TcpStream::open(loop_, std::move(accepted.fd), accepted.peer,
                                      TcpStream::State::kConnected));
  if (!tls) co_return std::move(stream);
  co_return co_await start_tls(TlsStream::server(std::move(stream), *tls), deadline);
}

}  // namespace sekisho::io
