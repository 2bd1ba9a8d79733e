#pragma once
// Byte streams: one interface over TCP, TLS and the simulated network. A stream belongs to one
// loop. At most one read and one write are pending at a time. `co_await` of read/write allocates
// nothing. Results are saved in the operation before its coroutine resumes.
//
// Errors: kTimeout (the operation's deadline passed; the stream is still usable), kClosed (reset or
// broken pipe), kCancelled (fail() was called with it), or whatever fail() was given.

#include <sys/uio.h>

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/loop.h"

namespace sekisho::io {

// Outcome of a non-blocking attempt: nothing (would block), or a count / an error.
using Attempt = std::optional<Result<std::size_t>>;

class Stream {
 public:
  enum class Direction : std::uint8_t { kRead, kWrite };

  explicit Stream(Loop& loop) : loop_(loop) {}
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  class Operation;  // the awaiter of read and write

  // Reads at least one byte into `out`; 0 means the peer ended its side in order.
  Operation read(std::span<char> out, SteadyTime deadline = SteadyTime::max());
  // Writes everything. `parts` and the bytes they point to must outlive the await; the array is
  // modified while it is consumed.
  Operation write(std::span<iovec> parts, SteadyTime deadline = SteadyTime::max());

  // Non-blocking halves, also usable on their own (pings, last words before closing).
  virtual Attempt try_read(std::span<char> out) = 0;
  virtual Attempt try_write(std::span<const iovec> parts) = 0;

  // Makes the pending and every later operation answer `error`; closes the transport at once.
  void fail(Error error);
  bool failed() const { return failure_.has_value(); }
  // Orderly end: flushes what TLS holds, sends FIN. The stream is unusable afterwards.
  virtual void shutdown() = 0;

  // Called once, on the loop, when the peer closes or resets, also while nothing is being read.
  // Must not destroy the stream. Replaces an earlier callback; empty to remove.
  void on_peer_gone(std::move_only_function<void()> callback) { gone_ = std::move(callback); }
  // True if bytes (or the end) could be read right now without waiting. An idle pooled connection
  // for which this is true is stale.
  virtual bool readable_now() = 0;

  virtual std::string peer_address() const = 0;  // "192.0.2.7" or "2001:db8::1"
  virtual std::string_view alpn() const { return {}; }
  Loop& loop() const { return loop_; }

 protected:
  // Implementations call this when the transport may have become ready.
  void wake(Direction direction);
  void peer_gone();
  virtual void close_transport() = 0;

 private:
  friend class Operation;
  Loop& loop_;
  Operation* pending_[2] = {nullptr, nullptr};
  std::optional<Error> failure_;
  std::move_only_function<void()> gone_;
};

// Awaiter of Stream::read and Stream::write. Destroying it while suspended withdraws the operation.
class Stream::Operation {
 public:
  Operation(Stream& stream, Direction direction, std::span<char> out, std::span<iovec> parts,
            SteadyTime deadline);
  ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  Result<std::size_t> await_resume() { return std::move(*result_); }

 private:
  friend class Stream;
  bool attempt();  // true when finished
  void finish();   // hands the coroutine to the loop
  Stream& stream_;
  Direction direction_;
  std::span<char> out_;
  std::span<iovec> parts_;
  std::size_t written_ = 0;
  SteadyTime deadline_;
  std::optional<Result<std::size_t>> result_;
  std::coroutine_handle<> handle_;
  std::optional<Timer> timer_;
};

// Accepts connections and hands each to `on_accept` on the acceptor's loop thread as a raw
// transport that any loop of the same network can adopt.
class Transport {  // a connected socket not yet bound to a loop
 public:
  virtual ~Transport() = default;
};

struct Endpoint {
  std::string host;  // name or literal address
  std::uint16_t port = 0;
};

struct TlsClientOptions;  // tls.h
class TlsServerContext;   // tls.h

// The network seam: EpollNetwork and SimNetwork. One per loop.
class Network {
 public:
  virtual ~Network() = default;
  // Resolves, connects and, with `tls`, does the handshake (SNI and verification on).
  // Errors: kUpstreamUnreachable with a detail that names the host and the reason, kTimeout.
  virtual task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, const TlsClientOptions* tls,
                                                        SteadyTime deadline) = 0;
  // Adopts an accepted transport on this loop; with `tls`, the handshake is part of it.
  virtual task<Result<std::unique_ptr<Stream>>> adopt(std::unique_ptr<Transport> transport,
                                                      const TlsServerContext* tls,
                                                      SteadyTime deadline) = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;  // stops listening
  virtual Endpoint local() const = 0;
};

}  // namespace sekisho::io
