#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "io/tcp.h"

namespace sekisho::io {
namespace {

Failure closed(int error) {
  return fail(Code::kClosed, std::strerror(error));
}

}  // namespace

std::string SocketAddress::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
  } else if (storage.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) return std::string(text).substr(7);  // "::ffff:"
  }
  return text;
}

std::uint16_t SocketAddress::port() const {
  if (storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

TcpStream::TcpStream(EpollLoop& loop, FileDescriptor fd, const SocketAddress& peer, State state)
    : Stream(loop),
      epoll_(loop),
      fd_(std::move(fd)),
      peer_(peer),
      connecting_(state == State::kConnecting) {}

Result<std::unique_ptr<TcpStream>> TcpStream::open(EpollLoop& loop, FileDescriptor fd,
                                                   const SocketAddress& peer, State state) {
  std::unique_ptr<TcpStream> stream(new TcpStream(loop, std::move(fd), peer, state));
  TRY(stream->registration_,
      loop.watch(stream->fd_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *stream));
  return stream;
}

TcpStream::~TcpStream() {
  close_transport();
}

void TcpStream::close_transport() {
  if (!fd_) return;
  if (registration_) epoll_.unwatch(registration_);
  fd_.close();
}

Attempt TcpStream::try_read(std::span<char> out) {
  if (!fd_) return closed(EBADF);
  if (out.empty()) return readable_ ? Attempt(Result<std::size_t>(0)) : std::nullopt;
  while (readable_) {
    auto n = ::recv(fd_.get(), out.data(), out.size(), 0);
    if (n > 0) {
      if (static_cast<std::size_t>(n) < out.size() && !ended_) readable_ = false;
      return Result<std::size_t>(static_cast<std::size_t>(n));
    }
    if (n == 0) return Result<std::size_t>(0);
    if (errno == EAGAIN) {
      readable_ = false;
    } else if (errno != EINTR) {
      return closed(errno);
    }
  }
  return std::nullopt;
}

Attempt TcpStream::try_write(std::span<const iovec> parts) {
  if (!fd_) return closed(EBADF);
  if (connecting_) return std::nullopt;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = std::min<std::size_t>(parts.size(), IOV_MAX);
  std::size_t wanted = 0;
  for (const auto& part : parts.first(message.msg_iovlen)) wanted += part.iov_len;
  while (writable_) {
    auto n = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (n >= 0) {
      if (static_cast<std::size_t>(n) < wanted) writable_ = false;
      return Result<std::size_t>(static_cast<std::size_t>(n));
    }
    if (errno == EAGAIN) {
      writable_ = false;
    } else if (errno != EINTR) {
      return closed(errno);
    }
  }
  return std::nullopt;
}

Attempt TcpStream::flush() {
  if (!fd_) return closed(EBADF);
  if (connecting_) return std::nullopt;
  return Result<std::size_t>(0);
}

void TcpStream::shutdown() {
  if (fd_) ::shutdown(fd_.get(), SHUT_WR);
}

void TcpStream::reset() {
  linger now{.l_onoff = 1, .l_linger = 0};
  if (fd_) ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  Stream::fail({Code::kClosed, "reset"});
}

bool TcpStream::readable_now() {
  if (!readable_ || !fd_) return !fd_ || ended_;
  // The event may be about bytes that an earlier read took already.
  char byte = 0;
  auto n = ::recv(fd_.get(), &byte, 1, MSG_PEEK);
  if (n < 0 && errno == EAGAIN) readable_ = false;
  return readable_;
}

void TcpStream::on_events(std::uint32_t events) {
  if (connecting_ && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    connecting_ = false;
    if (error != 0) return Stream::fail({Code::kUpstreamUnreachable, std::strerror(error)});
  }
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ended_ = true;
  if (ended_ || (events & EPOLLIN)) readable_ = true;
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) writable_ = true;
  if (readable_) wake(Direction::kRead);
  if (writable_) wake(Direction::kWrite);
  if (ended_) peer_gone();
}

}  // namespace sekisho::io
