#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

#include "base/limits.h"
#include "io/tcp.h"

namespace sekisho::io {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsPerEvent = 64;
// Pause when the process has no descriptor or memory left for one more connection.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

class TcpListener final : public Listener, private EpollLoop::Handler {
 public:
  TcpListener(EpollLoop& loop, FileDescriptor fd, AcceptCallback on_accept, AcceptPause on_pause)
      : loop_(loop),
        fd_(std::move(fd)),
        on_accept_(std::move(on_accept)),
        on_pause_(std::move(on_pause)),
        retry_(loop, [this] { accept_some(); }) {}
  ~TcpListener() override {
    if (registration_) loop_.unwatch(registration_);
  }

  // Level-triggered: what one turn leaves in the queue comes again in the next.
  Result<void> start() {
    TRY(registration_, loop_.watch(fd_.get(), EPOLLIN, *this));
    return {};
  }

  Endpoint local() const override {
    SocketAddress address;
    address.length = sizeof address.storage;
    ::getsockname(fd_.get(), address.get(), &address.length);
    return {address.host(), address.port()};
  }

 private:
  void on_events(std::uint32_t) override {
    if (!retry_.armed()) accept_some();
  }

  void accept_some() {
    for (int i = 0; i < kAcceptsPerEvent; ++i) {
      SocketAddress peer;
      peer.length = sizeof peer.storage;
      int fd = ::accept4(fd_.get(), peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        on_accept_(std::make_unique<TcpTransport>(FileDescriptor(fd), peer));
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        if (on_pause_) on_pause_(errno);
        return retry_.arm(loop_.now() + kAcceptPause);
      } else if (errno == EAGAIN) {
        return;
      }  // others: that connection died in the queue
    }
  }

  EpollLoop& loop_;
  FileDescriptor fd_;
  EpollLoop::Registration registration_ = 0;
  AcceptCallback on_accept_;
  AcceptPause on_pause_;
  Timer retry_;
};

Failure bind_failure(const Endpoint& at, int error) {
  auto where = at.host + ":" + std::to_string(at.port);
  switch (error) {
    case EADDRINUSE:
      return fail(Code::kConflict, "address " + where + " is in use by another program");
    case EACCES:
      return fail(Code::kPermissionDenied,
                  "no permission to listen on " + where +
                      (at.port < 1024 ? " (ports below 1024 need it)" : ""));
    case EADDRNOTAVAIL:
      return fail(Code::kInvalidArgument, "this machine has no address " + at.host);
    default:
      return fail(Code::kInvalidArgument,
                  "cannot listen on " + where + ": " + std::strerror(error));
  }
}

Result<SocketAddress> local_address(const Endpoint& at) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto port = std::to_string(at.port);
  int code =
      ::getaddrinfo(at.host.empty() ? nullptr : at.host.c_str(), port.c_str(), &hints, &found);
  if (code != 0) {
    return fail(Code::kInvalidArgument,
                "cannot listen on '" + at.host + "': " + ::gai_strerror(code));
  }
  SocketAddress address;
  address.length = found->ai_addrlen;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  return address;
}

}  // namespace

Result<std::unique_ptr<Listener>> listen_tcp(EpollLoop& loop, const Endpoint& at,
                                             AcceptCallback on_accept, AcceptPause on_pause) {
  TRY(auto address, local_address(at));
  int kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  FileDescriptor fd(::socket(address.storage.ss_family, kind, 0));
  if (!fd) return bind_failure(at, errno);
  // Accepted sockets inherit these, which saves two system calls per connection.
  int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  // The kernel's own queue counts as the client's queue: it must not hide a slow reader.
  int queue = limits::kClientQueueBytes;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &queue, sizeof queue);
  if (::bind(fd.get(), address.get(), address.length) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return bind_failure(at, errno);
  }
  auto listener =
      std::make_unique<TcpListener>(loop, std::move(fd), std::move(on_accept), std::move(on_pause));
  TRY_VOID(listener->start());
  return listener;
}

}  // namespace sekisho::io
