#include "http/client_pool.h"

#include <algorithm>

#include "io/signal.h"

namespace sekisho::http {

ClientConnection::ClientConnection(OriginPool& pool, std::unique_ptr<io::Stream> connected,
                                   BufferPool& buffers)
    : origin(pool), stream(std::move(connected)), in(buffers), reader(*stream, in, parser) {
  ++origin.open;
}

ClientConnection::~ClientConnection() {
  --origin.open;
}

ClientPool::ClientPool(io::Loop& loop, io::Network& network, BufferPool& buffers,
                       ClientOptions options)
    : loop_(loop),
      network_(network),
      buffers_(buffers),
      options_(options),
      aging_(loop, [this] { drop_old(); }),
      sweep_(loop, [this] { drop_old(); }) {}

OriginPool& ClientPool::origin(const Origin& origin) {
  const auto& to = origin.endpoint;
  for (auto& known : origins_) {
    if (known.endpoint.port == to.port && known.tls == origin.tls &&
        known.endpoint.host == to.host) {
      return known;
    }
  }
  auto& added = origins_.emplace_back();
  added.endpoint = to;
  added.tls = origin.tls;
  return added;
}

std::unique_ptr<ClientConnection> ClientPool::take_idle(OriginPool& origin) {
  while (!origin.idle.empty()) {
    auto connection = std::move(origin.idle.back());
    origin.idle.pop_back();
    auto& stream = *connection->stream;
    if (stream.is_peer_gone() || stream.failed() || stream.readable_now()) continue;
    if (connection->idle_until <= loop_.now()) continue;
    stream.on_peer_gone(nullptr);
    return connection;
  }
  return nullptr;
}

void ClientPool::give_back(std::unique_ptr<ClientConnection> connection) {
  auto& origin = connection->origin;
  auto& stream = *connection->stream;
  if (origin.idle.size() >= options_.max_idle_per_origin || stream.is_peer_gone() ||
      stream.failed()) {
    return;
  }
  connection->in.release();
  connection->used_before = true;
  connection->idle_until = loop_.now() + options_.pool_idle;
  if (!aging_.armed()) aging_.arm(connection->idle_until);
  stream.on_peer_gone([this] { sweep_.schedule(); });
  origin.idle.push_back(std::move(connection));
}

void ClientPool::drop_old() {
  auto next = SteadyTime::max();
  for (auto& origin : origins_) {
    std::erase_if(origin.idle, [this](const auto& connection) {
      return connection->stream->is_peer_gone() || connection->idle_until <= loop_.now();
    });
    for (const auto& connection : origin.idle) next = std::min(next, connection->idle_until);
  }
  if (next != SteadyTime::max()) aging_.arm(next);
}

namespace {

using Connected = std::optional<Result<std::unique_ptr<io::Stream>>>;

io::task<void> connect_into(io::Network& network, const OriginPool& origin, SteadyTime deadline,
                            Connected& result, io::Signal& done) {
  result = co_await network.connect(origin.endpoint, origin.tls, deadline);
  done.set();
}

struct Connecting {
  explicit Connecting(OriginPool& pool) : origin(pool) { ++origin.connecting; }
  ~Connecting() { --origin.connecting; }
  Connecting(const Connecting&) = delete;
  Connecting& operator=(const Connecting&) = delete;
  OriginPool& origin;
};

}  // namespace

io::task<Result<std::unique_ptr<ClientConnection>>> ClientPool::connect(OriginPool& origin,
                                                                        CancelHook& cancel) {
  if (origin.open + origin.connecting >= options_.max_per_origin) {
    co_return fail(Code::kOverloaded, "all " + std::to_string(options_.max_per_origin) +
                                          " connections to " + origin.endpoint.host + " are busy");
  }
  Connecting counted(origin);
  const auto begun = loop_.now();
  Connected result;
  io::Signal done(loop_);
  // A task of its own, so that cancelling can destroy it in whatever it waits for.
  auto connecting =
      connect_into(network_, origin, loop_.now() + options_.connect_timeout, result, done);
  cancel.set_action([&done] { done.set(); });
  connecting.start();
  if (!result && !cancel.cancelled()) co_await done.wait();
  cancel.set_action(nullptr);
  if (cancel.cancelled()) co_return fail(Code::kCancelled, "cancelled while connecting");
  if (!*result) {
    auto error = std::move(*result).error();
    if (error.code == Code::kTimeout) error.code = Code::kUpstreamTimeout;
    if (error.code == Code::kClosed) error.code = Code::kUpstreamUnreachable;
    co_return Failure(std::move(error));
  }
  auto connection = std::make_unique<ClientConnection>(origin, **std::move(result), buffers_);
  connection->connecting = loop_.now() - begun;
  co_return connection;
}

std::size_t ClientPool::idle_connections() const {
  std::size_t sum = 0;
  for (const auto& origin : origins_) sum += origin.idle.size();
  return sum;
}

std::size_t ClientPool::open_connections() const {
  std::size_t sum = 0;
  for (const auto& origin : origins_) sum += origin.open;
  return sum;
}

}  // namespace sekisho::http
