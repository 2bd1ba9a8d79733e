#include "http/client_response.h"

#include <algorithm>

namespace sekisho::http {

PooledResponse::PooledResponse(ClientPool& pool, std::unique_ptr<ClientConnection> connection,
                               CancelSource* cancel)
    : pool_(pool),
      head_(std::move(connection->parser.head())),
      connection_(std::move(connection)),
      last_byte_(pool.loop().now()) {
  cancel_.attach(cancel);
  cancel_.set_action([this] { this->cancel(); });
}

void PooledResponse::cancel() {
  if (!connection_) return;
  connection_->stream->fail({Code::kCancelled, "cancelled"});
}

void PooledResponse::at_end() {
  cancel_.release();
  auto connection = std::move(connection_);
  if (connection->parser.keep_alive() && connection->in.empty() && connection->request_sent) {
    pool_.give_back(std::move(connection));
  }
}

// A broken answer stays broken: every later read says the same.
Failure PooledResponse::broken(Error error) {
  if (error.code == Code::kTimeout) {
    error = {Code::kUpstreamTimeout, "the upstream stopped sending in the middle of its answer"};
  } else if (error.code == Code::kClosed || error.code == Code::kInvalidArgument) {
    error = {Code::kUpstreamFailed, "the upstream's answer broke off: " + error.detail};
  }
  error_ = std::move(error);
  cancel_.release();
  connection_.reset();
  return Failure(*error_);
}

io::task<Result<std::string_view>> PooledResponse::read(SteadyTime soft_deadline) {
  if (error_) co_return Failure(*error_);
  if (!connection_) co_return std::string_view();
  auto deadline = std::min(soft_deadline, hard_deadline());
  auto step = co_await connection_->reader.next(deadline);
  if (!step) {
    bool soft = step.error().code == Code::kTimeout && soft_deadline < hard_deadline();
    if (soft) co_return fail(Code::kTimeout, "nothing came in time");
    co_return broken(std::move(step).error());
  }
  last_byte_ = pool_.loop().now();
  if (step->event == ParseEvent::kError) {
    co_return broken({Code::kClosed, std::string(connection_->parser.error().reason)});
  }
  if (step->event == ParseEvent::kBody) co_return step->body;
  at_end();
  co_return std::string_view();
}

io::task<Result<void>> PooledResponse::read_all(Buffer& into, std::size_t cap) {
  if (error_) co_return Failure(*error_);
  while (connection_) {
    auto ended = co_await connection_->reader.take(into, cap, hard_deadline());
    if (!ended) co_return broken(std::move(ended).error());
    last_byte_ = pool_.loop().now();
    if (*ended) at_end();
  }
  co_return Result<void>();
}

}  // namespace sekisho::http
