#pragma once
// HTTP server, one per worker loop. The server reads a request head, hands a `ServerExchange` to
// the handler and keeps the connection alive afterwards when the protocol allows. Pipelined
// requests are served in order. Body reading is pulled by the handler, so that a refused request
// need not be read. Time limits: limits.h, overridable by ServerOptions.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/body.h"
#include "http/message.h"
#include "io/stream.h"

namespace sekisho::http {

// What is said to somebody whose request is not even HTTP that we serve: no handler ever sees it.
struct ProtocolRefusal {
  Headers headers;
  std::string body;
};
// `target` is "" when it could not be read. Called on the server's loop.
using RenderRefusal =
    std::function<ProtocolRefusal(int status, std::string_view reason, std::string_view target)>;

struct ServerOptions {
  std::size_t max_body = limits::kRequestBodyBytes;
  std::size_t max_connections = limits::kConnections;
  Duration head_timeout = limits::kHeadTimeout;
  Duration body_idle_timeout = limits::kBodyIdleTimeout;
  std::size_t body_bytes_per_second = limits::kBodyBytesPerSecond;
  Duration keep_alive_timeout = limits::kKeepAliveTimeout;
  Duration write_stall_timeout = limits::kWriteStall;
  std::string server_name = "sekisho";
  RenderRefusal render_refusal = nullptr;  // null: a plain JSON error
};

// One request and its answer on one connection. Valid until the handler's task ends.
// Exactly one of respond(), or start() … finish(), must be called; a handler that returns without
// an answer is a bug and yields 500.
class ServerExchange {
 public:
  virtual ~ServerExchange() = default;
  virtual const RequestHead& request() const = 0;
  virtual std::string_view peer_address() const = 0;
  virtual bool secure() const = 0;  // arrived over TLS
  virtual io::Loop& loop() = 0;

  // Reads the whole body into `into` (sends 100-continue when asked for). It has the idle time
  // between two reads, and in all the idle time and a second for every kBodyBytesPerSecond of it.
  // Errors: kTooLarge, kOverloaded, kTimeout, kClosed (half a body), kInvalidArgument (framing).
  virtual io::task<Result<void>> read_body(Buffer& into) = 0;

  // A whole answer. Content-Length is added; HEAD sends no body. `headers` must not carry framing.
  virtual io::task<Result<void>> respond(int status, const Headers& headers,
                                         std::string_view body) = 0;
  // A streamed answer (chunked, or until close for HTTP/1.0). send() returns once the bytes are
  // handed to the kernel or queued below kClientQueueBytes: awaiting it IS the back-pressure.
  // The head and small pieces leave together at the end of the loop's turn.
  virtual io::task<Result<void>> start(int status, const Headers& headers) = 0;
  virtual io::task<Result<void>> send(std::string_view bytes) = 0;
  // Non-blocking send for timers (pings); false when bytes are queued already.
  virtual bool try_send(std::string_view bytes) = 0;
  virtual io::task<Result<void>> finish() = 0;
  // Breaks the connection without a proper end (the client must see that the stream is cut).
  // abort() drops what has not left yet; cut() sends it first.
  virtual void abort() = 0;
  virtual io::task<void> cut() = 0;
  virtual bool started() const = 0;

  // Called once on the loop when the client goes away, or has taken nothing for the write stall
  // time, before the answer's end. Must not end the handler's task itself.
  virtual void on_client_gone(std::move_only_function<void()> callback) = 0;
};

using Handler = std::function<io::task<void>(ServerExchange&)>;

class Server {
 public:
  Server(io::Loop& loop, io::Network& network, BufferPool& buffers, ServerOptions options,
         Handler handler);
  ~Server();
  // Takes over an accepted connection. `tls` may be null; it must outlive the server.
  void adopt(std::unique_ptr<io::Transport> transport, const io::TlsServerContext* tls);
  std::size_t connections() const;
  std::size_t active_exchanges() const;
  // Closes idle connections at once, others after their current answer; `done` runs on the loop
  // when none is left.
  void drain(std::move_only_function<void()> done);
  // Cuts what is left: destroys the handlers' tasks and closes. Not from inside a handler.
  void close_all();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::http
