#include "http/client.h"

#include <algorithm>

#include "http/client_response.h"
#include "http/h1_writer.h"
#include "http/write_all.h"

namespace sekisho::http {
namespace {

using Connection = std::unique_ptr<ClientConnection>;

Framing framing_of(const ClientRequest& request, std::size_t body_bytes) {
  bool usual_without =
      request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
  return body_bytes == 0 && usual_without ? Framing{} : Framing::with_length(body_bytes);
}

// The sending of one request, which goes on while the answer is awaited.
struct Sending {
  std::optional<Result<void>> outcome;
  SteadyTime ended{};
};

// Head and body in one write; the parts are consumed, hence copied.
io::task<Result<void>> write_parts(ClientConnection& connection, const Origin& origin,
                                   const ClientRequest& request, Duration stall) {
  static const Headers kNone;
  std::vector<iovec> parts(1);
  std::size_t body_bytes = 0;
  for (const auto& part : request.body) {
    body_bytes += part.iov_len;
    parts.push_back(part);
  }
  connection.scratch.clear();
  CO_TRY_VOID(write_request_head(
      connection.scratch, {request.method, request.target, origin.authority},
      request.headers ? *request.headers : kNone, framing_of(request, body_bytes)));
  parts[0] = part_of(connection.scratch);
  co_return co_await write_all(*connection.stream, parts, stall);
}

io::task<void> write_request(ClientConnection& connection, const Origin& origin,
                             const ClientRequest& request, Duration stall, Sending& sending) {
  auto outcome = co_await write_parts(connection, origin, request, stall);
  // An upstream that refuses early answers and closes while we still send: its answer counts.
  bool may_answer = outcome || outcome.error().code == Code::kClosed;
  if (!may_answer) connection.stream->fail(outcome.error());
  if (outcome && request.sent_wholly) *request.sent_wholly = true;
  sending.outcome = std::move(outcome);
  sending.ended = connection.stream->loop().now();
}

// The peer closed `after` we began to write. Without the whole request it had nothing to serve; and
// where it tells so within a round trip, it had closed before the request came. A busy loop hears
// of that late: nobody answers a model's call in less than the shortest time here.
bool cannot_have_served(const ClientConnection& connection, Duration after) {
  constexpr Duration kShortest = std::chrono::milliseconds(10);
  if (!connection.request_sent) return after < limits::kStaleTold;
  return after < std::clamp<Duration>(connection.connecting, kShortest, limits::kStaleTold);
}

Error as_upstream(Error error) {
  if (error.code == Code::kTimeout) {
    return {Code::kUpstreamTimeout, "the upstream did not answer in time"};
  }
  if (error.code == Code::kClosed) {
    return {Code::kUpstreamFailed, "the upstream closed the connection: " + error.detail};
  }
  return error;
}

}  // namespace

class Client::Impl {
 public:
  Impl(io::Loop& loop, io::Network& network, BufferPool& buffers, ClientOptions options)
      : pool_(loop, network, buffers, options) {}

  io::task<Result<std::unique_ptr<ClientResponse>>> send(const Origin& to,
                                                         const ClientRequest& request,
                                                         CancelSource* cancel) {
    auto& origin = pool_.origin(to);
    CancelHook hook;
    hook.attach(cancel);
    if (hook.cancelled()) co_return fail(Code::kCancelled, "cancelled before sending");
    auto connection = pool_.take_idle(origin);
    for (;;) {
      if (request.sent_wholly) *request.sent_wholly = false;
      if (!connection) {
        CO_TRY(connection, co_await pool_.connect(origin, hook));
      }
      hook.set_action([stream = connection->stream.get()] {
        stream->fail({Code::kCancelled, "cancelled while waiting for the upstream"});
      });
      auto begun = pool_.loop().now();
      auto outcome = co_await exchange_heads(*connection, to, request);
      hook.set_action(nullptr);
      if (outcome) break;
      bool stale = connection->used_before && !connection->reader.seen() &&
                   outcome.error().code == Code::kClosed && request.repeat_on_stale &&
                   cannot_have_served(*connection, pool_.loop().now() - begun);
      if (!stale) co_return Failure(as_upstream(std::move(outcome).error()));
      connection.reset();  // once more, on a fresh connection
    }
    hook.release();
    co_return std::make_unique<PooledResponse>(pool_, std::move(connection), cancel);
  }

  const ClientPool& pool() const { return pool_; }

 private:
  // Errors: kClosed, kTimeout, kCancelled and others of the stream, kUpstreamFailed (malformed).
  io::task<Result<void>> exchange_heads(ClientConnection& connection, const Origin& to,
                                        const ClientRequest& request) {
    connection.parser.reset(request.method == "HEAD");
    connection.reader.start_message();
    Sending sending;
    auto timeout = pool_.options().first_byte_timeout;
    auto writing = write_request(connection, to, request, timeout, sending);
    writing.start();
    auto step = co_await read_head(connection, sending);
    connection.request_sent = sending.outcome && *sending.outcome;
    if (!step) co_return Failure(std::move(step).error());
    if (step->event == ParseEvent::kHead) co_return Result<void>();
    const auto& reason = connection.parser.error().reason;
    auto code = connection.reader.seen() ? Code::kUpstreamFailed : Code::kClosed;
    co_return fail(code, "no proper answer: " + std::string(reason));
  }

  // Reads while the request is still being sent: an upstream that refuses it early may not read
  // on before somebody takes what it says. What is not sent by then is not sent at all.
  io::task<Result<ParseStep>> read_head(ClientConnection& connection, const Sending& sending) {
    auto timeout = pool_.options().first_byte_timeout;
    for (;;) {
      auto from = sending.outcome ? sending.ended : pool_.loop().now();
      auto step = co_await connection.reader.next(from + timeout);
      bool late = !step && step.error().code == Code::kTimeout;
      if (!late || connection.stream->failed()) co_return step;
      if (sending.outcome && sending.ended + timeout <= pool_.loop().now()) co_return step;
    }
  }

  ClientPool pool_;
};

Client::Client(io::Loop& loop, io::Network& network, BufferPool& buffers, ClientOptions options)
    : impl_(std::make_unique<Impl>(loop, network, buffers, options)) {}

Client::~Client() = default;

io::task<Result<std::unique_ptr<ClientResponse>>> Client::send(const Origin& origin,
                                                               const ClientRequest& request,
                                                               CancelSource* cancel) {
  return impl_->send(origin, request, cancel);
}

std::size_t Client::idle_connections() const {
  return impl_->pool().idle_connections();
}
std::size_t Client::open_connections() const {
  return impl_->pool().open_connections();
}

}  // namespace sekisho::http
