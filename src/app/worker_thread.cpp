#include "app/worker_thread.h"

#include <pthread.h>

namespace sekisho::app {

WorkerThread::WorkerThread(WorkerParts parts)
    : parts_(std::move(parts)),
      loop_(parts_.clock),
      network_(loop_, parts_.resolver),
      buffers_(parts_.body_budget),
      client_(loop_, network_, buffers_, parts_.client),
      worker_{loop_,
              random_,
              client_,
              buffers_,
              *parts_.ledger,
              slot_,
              parts_.rules,
              *parts_.observer,
              gateway::ConversationMemory(parts_.conversation_bytes),
              {},
              parts_.conversation_bytes > 0,
              parts_.thinking},
      gateway_(worker_) {
  parts_.server.render_refusal = [this](int status, std::string_view reason,
                                        std::string_view target) {
    return refuse_protocol(status, reason, target);
  };
  server_ =
      std::make_unique<http::Server>(loop_, network_, buffers_, parts_.server,
                                     [this](http::ServerExchange& http) { return handle(http); });
}

WorkerThread::~WorkerThread() {
  if (thread_.joinable()) drain({});
  join();
  server_.reset();
}

http::ProtocolRefusal WorkerThread::refuse_protocol(int status, std::string_view reason,
                                                    std::string_view target) {
  auto operation = wire::match_data_path("POST", target);
  auto dialect = operation ? wire::error_dialect_of(*operation) : wire::Dialect::kOpenAiChat;
  auto id = RequestId::make(unix_ms(parts_.clock.wall()), random_.next(), random_.next()).text();
  auto rendered = wire::render_protocol_error(status, reason, dialect, id);
  http::ProtocolRefusal out{{}, std::move(rendered.body)};
  for (auto& [name, value] : rendered.headers) out.headers.add(name, value);
  out.headers.add("x-sekisho-request-id", id);
  return out;
}

io::task<void> WorkerThread::handle(http::ServerExchange& http) {
  const auto& request = http.request();
  if (auto operation = wire::match_data_path(request.method, request.path())) {
    return gateway_.handle(http, *operation);
  }
  return parts_.management(http, worker_);
}

void WorkerThread::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "worker");
    loop_.run();
  });
}

void WorkerThread::adopt(std::unique_ptr<io::Transport> transport,
                         const io::TlsServerContext* tls) {
  load_.fetch_add(1, std::memory_order_relaxed);
  auto take = [this, tls, transport = std::move(transport)]() mutable {
    server_->adopt(std::move(transport), tls);
    load_.store(server_->connections(), std::memory_order_relaxed);
  };
  if (std::this_thread::get_id() == thread_.get_id()) {
    take();
  } else {
    loop_.post(std::move(take));
  }
}

void WorkerThread::drain(Duration patience) {
  if (!thread_.joinable()) return;
  loop_.post([this, patience] {
    patience_ = std::make_unique<io::Timer>(loop_, [this] {
      server_->close_all();
      loop_.stop();
    });
    patience_->arm(loop_.now() + patience);
    server_->drain([this] { loop_.stop(); });
  });
}

void WorkerThread::join() {
  if (!thread_.joinable()) return;
  thread_.join();
  patience_.reset();
}

}  // namespace sekisho::app
