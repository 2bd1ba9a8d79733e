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
  virtual ~Stream();  // pending operations answer kCancelled
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  class Operation;  // the awaiter of read and write

  // Reads at least one byte into `out`; 0 means the peer ended its side in order. An empty `out`
  // waits until there may be something to read and takes nothing: an idle connection needs no
  // buffer.
  Operation read(std::span<char> out, SteadyTime deadline = SteadyTime::max());
  // Writes everything. `parts` and the bytes they point to must outlive the await; the array is
  // modified while it is consumed. Writing nothing waits until the stream is connected and what
  // it accepted earlier has left it.
  Operation write(std::span<iovec> parts, SteadyTime deadline = SteadyTime::max());
  // The same at the end of the loop's turn. Writes of one turn then leave back to back, and the
  // peer that the first one woke is still awake when the next arrives: waking costs more than
  // writing.
  Operation write_at_turn_end(std::span<iovec> parts, SteadyTime deadline = SteadyTime::max());

  // Non-blocking halves, also usable on their own (pings, last words before closing).
  virtual Attempt try_read(std::span<char> out) = 0;
  virtual Attempt try_write(std::span<const iovec> parts) = 0;
  // Progress of what is still in the stream itself (connecting, handshake, a sealed TLS record):
  // nothing while it would block, then 0 or the error.
  virtual Attempt flush() { return Result<std::size_t>(0); }

  // Makes the pending and every later operation answer `error`; closes the transport at once.
  void fail(Error error);
  bool failed() const { return failure_.has_value(); }
  // Orderly end of our side: flushes what TLS holds, sends FIN. Writing is over; reading may go on
  // (to let the peer take the last bytes before the transport closes).
  virtual void shutdown() = 0;
  // Closes so that the peer sees a reset, not an end: for answers that are told by their close.
  virtual void reset() { fail({Code::kClosed, "reset"}); }

  // Called once, on the loop, when the peer closes or resets, also while nothing is being read;
  // at the end of the loop's turn when it did so already. Must not destroy the stream. Replaces an
  // earlier callback; empty to remove.
  void on_peer_gone(std::move_only_function<void()> callback);
  bool is_peer_gone() const { return peer_is_gone_; }
  // True if bytes (or the end) could be read right now without waiting. An idle pooled connection
  // for which this is true is stale.
  virtual bool readable_now() = 0;

  virtual std::string peer_address() const = 0;  // "192.0.2.7" or "2001:db8::1"
  virtual std::string_view alpn() const { return {}; }
  Loop& loop() const { return loop_; }

 protected:
  // Implementations call these when the transport may have become ready, and when the peer is
  // known to have gone. `upper` is the stream (TLS) that is layered on this one, if any.
  void wake(Direction direction);
  void peer_gone();
  virtual void lower_ready() {}
  virtual void close_transport() = 0;
  void layer_under(Stream& upper) { upper_ = &upper; }
  static void layer(Stream& lower, Stream& upper) { lower.layer_under(upper); }

 private:
  friend class Operation;
  void call_gone();
  Loop& loop_;
  Stream* upper_ = nullptr;
  Operation* pending_[2] = {nullptr, nullptr};
  bool peer_is_gone_ = false;
  std::optional<Error> failure_;
  std::move_only_function<void()> gone_;
  std::unique_ptr<Deferred> late_gone_;  // for a callback that was set after the peer had gone
};

// Awaiter of Stream::read and Stream::write. Destroying it while suspended withdraws the operation.
class Stream::Operation {
 public:
  enum class When : std::uint8_t { kNow, kTurnEnd };
  Operation(Stream& stream, Direction direction, std::span<char> out, std::span<iovec> parts,
            SteadyTime deadline, When when = When::kNow);
  ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  Result<std::size_t> await_resume();

 private:
  friend class Stream;
  bool attempt();  // true when finished
  bool attempt_write();
  void consume(std::size_t bytes);
  void finish();  // hands the coroutine to the loop
  void fail_with(Error error);
  void arm_timer();
  void at_turn_end();
  Stream& stream_;
  Direction direction_;
  When when_;
  std::span<char> out_;
  std::span<iovec> parts_;
  std::size_t written_ = 0;
  SteadyTime deadline_;
  std::optional<Result<std::size_t>> result_;
  std::coroutine_handle<> handle_;  // set while suspended
  Loop& loop_;
  std::optional<Timer> timer_;
  std::optional<Deferred> late_;
};

// A listener hands each accepted connection to its callback, on the acceptor's loop thread, as a
// raw transport that any loop of the same network can adopt: who chooses the least loaded worker
// is the caller's business.
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

class Listener {
 public:
  virtual ~Listener() = default;  // stops listening
  virtual Endpoint local() const = 0;
};

using AcceptCallback = std::move_only_function<void(std::unique_ptr<Transport>)>;

// The network seam: EpollNetwork and SimNetwork. One per loop.
class Network {
 public:
  virtual ~Network() = default;
  // Listens on this network's loop; port 0 picks a free one. Errors: kConflict (address in use),
  // kPermissionDenied, kInvalidArgument (no such local address), each in an operator's words.
  virtual Result<std::unique_ptr<Listener>> listen(Endpoint at, AcceptCallback on_accept) = 0;
  // Resolves, connects and, with `tls`, does the handshake (SNI and verification on).
  // Errors: kUpstreamUnreachable with a detail that names the host and the reason, kTimeout.
  virtual task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, const TlsClientOptions* tls,
                                                        SteadyTime deadline) = 0;
  // Adopts an accepted transport on this loop; with `tls`, the handshake is part of it.
  virtual task<Result<std::unique_ptr<Stream>>> adopt(std::unique_ptr<Transport> transport,
                                                      const TlsServerContext* tls,
                                                      SteadyTime deadline) = 0;
};

}  // namespace sekisho::io
