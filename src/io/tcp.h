#pragma once
// TCP on the real loop: connected sockets as streams, accepted sockets as transports, listeners.
//
// A stream knows from edge-triggered events whether its socket may be read or written. A read that
// fills less than its buffer has drained the socket, so the read that would only learn EAGAIN is
// saved; bytes that come later make a new event, also while nobody waits. The end of the peer's
// side is remembered when its event comes, because no second event announces it.

#include <sys/socket.h>

#include <functional>

#include "io/epoll_loop.h"
#include "io/file_descriptor.h"
#include "io/stream.h"

namespace sekisho::io {

// A socket address of any family; "192.0.2.7", "2001:db8::1".
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  std::string host() const;
  std::uint16_t port() const;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

struct TcpTransport final : Transport {
  TcpTransport(FileDescriptor accepted, const SocketAddress& from)
      : fd(std::move(accepted)), peer(from) {}
  FileDescriptor fd;
  SocketAddress peer;
};

class TcpStream final : public Stream, private EpollLoop::Handler {
 public:
  enum class State : std::uint8_t { kConnected, kConnecting };
  // `fd` is non-blocking. Errors: kOverloaded when the kernel cannot watch one more.
  static Result<std::unique_ptr<TcpStream>> open(EpollLoop& loop, FileDescriptor fd,
                                                 const SocketAddress& peer, State state);
  ~TcpStream() override;

  Attempt try_read(std::span<char> out) override;
  Attempt try_write(std::span<const iovec> parts) override;
  Attempt flush() override;
  void shutdown() override;
  void reset() override;
  bool readable_now() override;
  std::string peer_address() const override { return peer_.host(); }

 private:
  TcpStream(EpollLoop& loop, FileDescriptor fd, const SocketAddress& peer, State state);
  void on_events(std::uint32_t events) override;
  void close_transport() override;

  EpollLoop& epoll_;
  FileDescriptor fd_;
  EpollLoop::Registration registration_ = 0;
  SocketAddress peer_;
  bool connecting_;
  bool readable_ = false;  // the first event tells
  bool writable_ = true;
  bool ended_ = false;  // the peer's FIN or a reset was announced
};

// `on_pause`, if any, hears the error number each time that the process has no descriptor or memory
// for one more connection; accepting goes on by itself a moment later.
// Errors: kConflict (address in use), kPermissionDenied, kInvalidArgument.
using AcceptPause = std::function<void(int error)>;
Result<std::unique_ptr<Listener>> listen_tcp(EpollLoop& loop, const Endpoint& at,
                                             AcceptCallback on_accept, AcceptPause on_pause = {});

}  // namespace sekisho::io
