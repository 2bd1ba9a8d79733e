#pragma once
// HTTP/1.1 client with a connection pool, one per worker loop. It talks only to origins it was
// given (the egress rule): there is no redirect following and no proxy from the environment.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/body.h"
#include "http/cancel.h"
#include "http/message.h"
#include "io/stream.h"

namespace sekisho::http {

// Where an upstream lives. `tls` null means plain HTTP; it must outlive the client.
struct Origin {
  io::Endpoint endpoint;
  const io::TlsClientOptions* tls = nullptr;
  std::string authority;  // value of the Host header
};

struct ClientOptions {
  Duration connect_timeout = limits::kConnectTimeout;
  Duration first_byte_timeout = limits::kUpstreamFirstByte;
  Duration idle_timeout = limits::kUpstreamIdle;
  Duration pool_idle = limits::kUpstreamIdlePool;
  std::size_t max_idle_per_origin = limits::kUpstreamIdlePerHost;
  std::size_t max_per_origin = limits::kUpstreamPoolPerHost;  // busy and idle
};

struct ClientRequest {
  std::string_view method = "POST";
  std::string_view target;           // raw
  const Headers* headers = nullptr;  // without Host and framing
  std::span<const iovec> body;       // Content-Length is their sum
  // A pooled connection that turns out to be closed is replaced, and the request sent again, only
  // when no byte of an answer came and the close tells that nothing was served: it came before the
  // whole request had left (within kStaleTold), or within the time that connecting took. Give false
  // for what must not reach the upstream twice even so.
  bool repeat_on_stale = true;
  // Set to whether the whole request has been handed to the network: from then on the upstream may
  // serve it, whatever becomes of the answer. Must outlive the sending.
  bool* sent_wholly = nullptr;
};

// An answer whose body is pulled. It may outlive neither the Client nor the loop. Destroying it
// before its end closes the connection, which cancels the work at the upstream; after its end the
// connection goes back to the pool.
class ClientResponse {
 public:
  virtual ~ClientResponse() = default;
  virtual const ResponseHead& head() const = 0;
  // The next piece of body, valid until the next call; empty at the end.
  // Errors: kUpstreamTimeout, kUpstreamFailed (cut, bad framing), kCancelled after cancel(),
  // kTimeout when `soft_deadline` passes first (call again to go on waiting).
  virtual io::task<Result<std::string_view>> read(SteadyTime soft_deadline = SteadyTime::max()) = 0;
  // Reads everything that is left, at most `cap` bytes.
  // Errors: those of read(), kTooLarge, kOverloaded.
  virtual io::task<Result<void>> read_all(Buffer& into, std::size_t cap) = 0;
  // Makes a pending read answer kCancelled and closes the connection.
  virtual void cancel() = 0;
};

class Client {
 public:
  Client(io::Loop& loop, io::Network& network, BufferPool& buffers, ClientOptions options);
  ~Client();
  // Sends a request and reads the answer's head (1xx skipped). An answer that begins before the
  // request is sent wholly ends the sending. `origin`, `request` and what they
  // point to must outlive the task. `cancel` works until the response is destroyed.
  // Errors: kUpstreamUnreachable, kUpstreamTimeout, kUpstreamFailed, kCancelled, kOverloaded (the
  // origin's connections are all busy), kInvalidArgument (a header that may not be sent).
  io::task<Result<std::unique_ptr<ClientResponse>>> send(const Origin& origin,
                                                         const ClientRequest& request,
                                                         CancelSource* cancel = nullptr);
  std::size_t idle_connections() const;
  std::size_t open_connections() const;  // busy and idle

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::http
