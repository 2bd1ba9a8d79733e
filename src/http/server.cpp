#include "http/server.h"

#include "http/server_connection.h"
#include "http/write_all.h"

namespace sekisho::http {
namespace {

// Counts for as long as it lives, also when its task is cancelled.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

io::task<void> serve(ServerState& state, std::unique_ptr<io::Transport> transport,
                     const io::TlsServerContext* tls) {
  Counted counted(state.connections);
  auto deadline = state.loop.now() + state.options.head_timeout;
  auto stream = co_await state.network.adopt(std::move(transport), tls, deadline);
  if (!stream) co_return;
  ServerConnection connection(state, *std::move(stream), tls != nullptr);
  co_await connection.run();
}

// Over the cap: say so to clients in plain HTTP; a TLS handshake would cost too much.
io::task<void> refuse(ServerState& state, std::unique_ptr<io::Transport> transport) {
  Counted counted(state.refusals);
  auto deadline = state.loop.now() + limits::kLinger;
  auto stream = co_await state.network.adopt(std::move(transport), nullptr, deadline);
  if (!stream) co_return;
  auto answer = protocol_refusal(state, 503, "too many connections", {});
  iovec part = part_of(answer);
  if (!co_await write_all(**stream, {&part, 1}, limits::kLinger)) co_return;
  co_await close_gently(**stream, state.buffers);
}

}  // namespace

class Server::Impl {
 public:
  explicit Impl(ServerState state) : state_(std::move(state)), tasks_(new_scope()) {}

  void adopt(std::unique_ptr<io::Transport> transport, const io::TlsServerContext* tls) {
    if (state_.draining) return;
    if (state_.connections + waiting() < state_.options.max_connections) {
      tasks_->spawn(serve(state_, std::move(transport), tls));
    } else if (!tls && state_.refusals < limits::kRefusals) {
      tasks_->spawn(refuse(state_, std::move(transport)));
    }
  }

  void drain(std::move_only_function<void()> done) {
    state_.draining = true;
    for (auto* connection : state_.open) connection->close_if_idle();
    drained_ = std::move(done);
    tasks_->when_empty([this] { tell_drained(); });
  }

  void close_all() {
    auto ended = std::exchange(tasks_, new_scope());
    ended.reset();
    tell_drained();
  }

  const ServerState& state() const { return state_; }

 private:
  std::unique_ptr<io::TaskScope> new_scope() {
    return std::make_unique<io::TaskScope>(state_.loop);
  }
  void tell_drained() {
    if (drained_) std::exchange(drained_, nullptr)();
  }
  // Adopted in this turn and not yet started.
  std::size_t waiting() const {
    auto started = state_.connections + state_.refusals;
    return tasks_->size() > started ? tasks_->size() - started : 0;
  }

  ServerState state_;
  std::move_only_function<void()> drained_;
  std::unique_ptr<io::TaskScope> tasks_;
};

Server::Server(io::Loop& loop, io::Network& network, BufferPool& buffers, ServerOptions options,
               Handler handler)
    : impl_(std::make_unique<Impl>(ServerState{
          loop, network, buffers, options, std::move(handler), {loop, options.server_name}})) {}

Server::~Server() = default;

void Server::adopt(std::unique_ptr<io::Transport> transport, const io::TlsServerContext* tls) {
  impl_->adopt(std::move(transport), tls);
}

std::size_t Server::connections() const {
  return impl_->state().connections;
}
std::size_t Server::active_exchanges() const {
  return impl_->state().exchanges;
}
void Server::drain(std::move_only_function<void()> done) {
  impl_->drain(std::move(done));
}
void Server::close_all() {
  impl_->close_all();
}

}  // namespace sekisho::http
