#include "sim/server.h"

#include "sim/player.h"

namespace sekisho::sim {
namespace {

io::task<void> serve(SimCore& core, http::BufferPool& buffers, http::ServerExchange& exchange) {
  http::Buffer body = buffers.make();
  const auto read = co_await exchange.read_body(body);
  if (!read && read.error().code == Code::kClosed) {
    exchange.abort();
    co_return;
  }
  Plan plan = read ? core.handle(exchange.request(), body.view())
                   : core.refuse(exchange.request(), read.error());
  body.release();
  co_await play(exchange, std::move(plan));
}

}  // namespace

SimServer::SimServer(io::Loop& loop, io::Network& network, http::BufferPool& buffers,
                     Random& random, CoreOptions options, http::ServerOptions server_options)
    : network_(network),
      core_(loop.clock(), random, std::move(options)),
      buffers_(buffers),
      server_(loop, network, buffers, std::move(server_options),
              [this](http::ServerExchange& exchange) { return serve(core_, buffers_, exchange); }) {
}

Result<io::Endpoint> SimServer::listen(io::Endpoint at, const io::TlsServerContext* tls) {
  TRY(auto listener, network_.listen(std::move(at), [this, tls](auto transport) {
    adopt(std::move(transport), tls);
  }));
  listeners_.push_back(std::move(listener));
  return listeners_.back()->local();
}

void SimServer::adopt(std::unique_ptr<io::Transport> transport, const io::TlsServerContext* tls) {
  server_.adopt(std::move(transport), tls);
}

void SimServer::stop() {
  listeners_.clear();
  server_.close_all();
}

}  // namespace sekisho::sim
