#include "http/server_connection.h"

#include "http/h1_writer.h"
#include "http/server_exchange.h"
#include "http/write_all.h"

namespace sekisho::http {
namespace {

constexpr std::size_t kLingerBytes = 1 << 20;

}  // namespace

std::string protocol_refusal(ServerState& state, int status, std::string_view reason,
                             std::string_view target) {
  ProtocolRefusal refusal;
  if (state.options.render_refusal) {
    refusal = state.options.render_refusal(status, reason, target);
  } else {
    refusal.body = R"({"error":{"type":"invalid_request_error","message":")";
    refusal.body.append(reason).append("\"}}\n");
    refusal.headers.add("Content-Type", "application/json");
  }
  auto framing = Framing::with_length(refusal.body.size());
  framing.close = true;
  std::string answer;
  if (!write_response_head(answer, status, refusal.headers, framing)) return {};
  answer.resize(answer.size() - kLineEnd.size());
  return answer.append(state.common.with_date()) + refusal.body;
}

io::task<void> close_gently(io::Stream& stream, BufferPool& buffers) {
  stream.shutdown();
  auto deadline = stream.loop().now() + limits::kLinger;
  auto sink = buffers.make();
  for (std::size_t dropped = 0; dropped < kLingerBytes;) {
    auto space = sink.prepare(limits::kReadBufferFirst / 2);
    if (!space) co_return;
    auto count = co_await stream.read(*space, deadline);
    if (!count || *count == 0) co_return;
    dropped += *count;
  }
}

ServerConnection::ServerConnection(ServerState& state, std::unique_ptr<io::Stream> stream,
                                   bool secure)
    : state_(state),
      stream_(std::move(stream)),
      secure_(secure),
      peer_address_(stream_->peer_address()),
      in_(state.buffers),
      parser_(state.options.max_body),
      reader_(*stream_, in_, parser_) {
  self_ = state_.open.insert(state_.open.end(), this);
}

ServerConnection::~ServerConnection() {
  state_.open.erase(self_);
}

void ServerConnection::close_if_idle() {
  if (idle_) stream_->fail({Code::kCancelled, "draining"});
}

io::task<void> ServerConnection::run() {
  while (co_await next_request()) {
    if (!co_await serve_request()) break;
  }
  if (!stream_->failed()) co_await linger();
}

io::task<bool> ServerConnection::wait_for_first_byte() {
  auto deadline = state_.loop.now() + state_.options.keep_alive_timeout;
  for (;;) {
    if (state_.draining) co_return false;
    in_.release();
    idle_ = true;
    auto ready = co_await stream_->read({}, deadline);
    idle_ = false;
    if (!ready) co_return false;
    // Readiness may be about bytes that were read already, or (TLS) about no application data.
    auto count = reader_.try_read();
    if (count) co_return *count && **count > 0;
  }
}

io::task<bool> ServerConnection::next_request() {
  parser_.reset();
  reader_.start_message();
  if (in_.empty() && !co_await wait_for_first_byte()) co_return false;
  auto step = co_await reader_.next(state_.loop.now() + state_.options.head_timeout);
  if (step && step->event == ParseEvent::kHead) co_return true;
  clean_ = false;
  if (step) {
    const auto& error = parser_.error();
    if (reader_.seen()) co_await refuse(error.status, error.reason);
  } else if (step.error().code == Code::kTimeout) {
    if (reader_.seen()) co_await refuse(408, "the request head took too long");
  } else if (step.error().code == Code::kOverloaded) {
    co_await refuse(503, "out of memory for requests");
  }
  co_return false;
}

io::task<bool> ServerConnection::serve_request() {
  Exchange exchange(*this);
  co_await state_.handler(exchange);
  bool keep = co_await exchange.complete();
  clean_ = exchange.body_was_read();
  co_return keep;
}

io::task<void> ServerConnection::refuse(int status, std::string_view reason) {
  auto answer = protocol_refusal(state_, status, reason, parser_.head().target);
  iovec part = part_of(answer);
  (void)co_await write_all(*stream_, {&part, 1}, state_.options.write_stall_timeout);
}

io::task<void> ServerConnection::linger() {
  if (clean_ && in_.empty()) co_return stream_->shutdown();
  co_await close_gently(*stream_, state_.buffers);
}

}  // namespace sekisho::http
