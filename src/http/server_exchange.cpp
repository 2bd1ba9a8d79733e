#include "http/server_exchange.h"

#include <algorithm>
#include <array>

#include "http/h1_writer.h"
#include "http/write_all.h"

namespace sekisho::http {
namespace {

constexpr std::string_view kNoAnswer =
    R"({"error":{"type":"server_error","message":"the gateway gave no answer: a bug"}})";

}  // namespace

Exchange::Exchange(ServerConnection& connection)
    : connection_(connection),
      writer_(connection.stream(), connection.state().options.write_stall_timeout,
              [this] { client_gone(); }) {
  ++connection_.state().exchanges;
  auto& parser = connection_.parser();
  body_done_ = parser.body_kind() == BodyDecoder::Kind::kNone ||
               (parser.body_kind() == BodyDecoder::Kind::kLength && parser.content_length() == 0);
  waits_for_continue_ = parser.expects_continue() && !body_done_;
}

Exchange::~Exchange() {
  connection_.stream().on_peer_gone(nullptr);
  --connection_.state().exchanges;
}

io::task<Result<void>> Exchange::send_continue() {
  waits_for_continue_ = false;
  if (connection_.buffered()) co_return Result<void>();  // the client did not wait
  iovec part = part_of(kContinue);
  co_return co_await writer_.write({&part, 1});
}

io::task<Result<void>> Exchange::read_body(Buffer& into) {
  const auto& options = connection_.state().options;
  if (waits_for_continue_ && connection_.parser().content_length() <= options.max_body) {
    CO_TRY_VOID(co_await send_continue());
  }
  const auto begun = loop().now();
  const auto had = into.size();
  while (!body_done_) {
    auto earned = std::chrono::seconds((into.size() - had) / options.body_bytes_per_second);
    auto deadline = std::min(loop().now(), begun + earned) + options.body_idle_timeout;
    auto taken = co_await connection_.reader().take(into, options.max_body, deadline);
    if (!taken) {
      body_broken_ = true;
      co_return Failure(std::move(taken).error());
    }
    body_done_ = *taken;
  }
  co_return Result<void>();
}

// A body that nobody read is dropped when it is short and surely coming; else the connection ends.
bool Exchange::may_keep() const {
  const auto& parser = connection_.parser();
  if (!parser.keep_alive() || connection_.state().draining || body_broken_) return false;
  return body_done_ || (!waits_for_continue_ && parser.body_kind() == BodyDecoder::Kind::kLength &&
                        parser.content_length() <= limits::kUnreadBodyBytes);
}

Result<std::string_view> Exchange::render_head(int status, const Headers& headers, Body body,
                                               std::size_t length) {
  keep_ = body != Body::kUntilClose && may_keep();
  Framing framing;
  if (body == Body::kLength) framing = Framing::with_length(length);
  if (body == Body::kChunked) framing = Framing::chunked();
  framing.close = !keep_;
  framing.keep_alive = keep_ && request().minor_version == 0;
  auto& out = connection_.scratch();
  out.clear();
  TRY_VOID(write_response_head(out, status, headers, framing));
  out.resize(out.size() - kLineEnd.size());
  auto& common = connection_.state().common;
  out += headers.find("date") ? common.without_date() : common.with_date();
  return out;
}

io::task<Result<void>> Exchange::respond(int status, const Headers& headers,
                                         std::string_view body) {
  if (answer_ != Answer::kNone) co_return fail(Code::kConflict, "the answer has begun already");
  bool empty = status == 204 || status == 304;
  auto kind = empty ? Body::kNone : Body::kLength;
  CO_TRY(auto head, render_head(status, headers, kind, body.size()));
  answer_ = Answer::kDone;
  std::array parts{part_of(head), part_of(empty || is_head() ? std::string_view() : body)};
  co_return co_await writer_.write(parts);
}

io::task<Result<void>> Exchange::start(int status, const Headers& headers) {
  if (answer_ != Answer::kNone) co_return fail(Code::kConflict, "the answer has begun already");
  bool empty = status == 204 || status == 304;
  auto kind = request().minor_version == 0 ? Body::kUntilClose : Body::kChunked;
  CO_TRY(auto head, render_head(status, headers, empty ? Body::kNone : kind, 0));
  answer_ = Answer::kStreaming;
  bodiless_ = empty || is_head();
  chunked_ = kind == Body::kChunked;
  co_return co_await writer_.send(head, false);
}

io::task<Result<void>> Exchange::send(std::string_view bytes) {
  if (answer_ != Answer::kStreaming) co_return fail(Code::kConflict, "no streamed answer is open");
  if (bodiless_ || bytes.empty()) co_return Result<void>();
  co_return co_await writer_.send(bytes, chunked_);
}

bool Exchange::try_send(std::string_view bytes) {
  if (answer_ != Answer::kStreaming || bodiless_ || bytes.empty()) return false;
  return writer_.push(bytes, chunked_);
}

io::task<Result<void>> Exchange::finish() {
  if (answer_ != Answer::kStreaming) co_return fail(Code::kConflict, "no streamed answer is open");
  answer_ = Answer::kDone;
  iovec part = part_of(chunked_ && !bodiless_ ? kLastChunk : std::string_view());
  co_return co_await writer_.write({&part, 1});
}

void Exchange::abort() {
  keep_ = false;
  answer_ = Answer::kDone;
  // Where the close tells the end, only a reset tells that this is not the end.
  if (chunked_) {
    connection_.stream().fail({Code::kCancelled, "aborted"});
  } else {
    connection_.stream().reset();
  }
}

io::task<void> Exchange::cut() {
  (void)co_await writer_.flush();
  abort();
}

void Exchange::on_client_gone(std::move_only_function<void()> callback) {
  gone_ = std::move(callback);
  connection_.stream().on_peer_gone([this] { client_gone(); });
}

void Exchange::client_gone() {
  if (answer_ != Answer::kDone && gone_) std::exchange(gone_, nullptr)();
}

io::task<bool> Exchange::complete() {
  if (answer_ == Answer::kStreaming) abort();
  if (answer_ == Answer::kNone) (void)co_await respond(500, {}, kNoAnswer);
  gone_ = nullptr;
  auto& stream = connection_.stream();
  if (stream.failed() || !co_await writer_.flush()) co_return false;
  if (!keep_) co_return false;
  co_return co_await drop_unread_body();
}

io::task<bool> Exchange::drop_unread_body() {
  if (body_done_) co_return true;
  auto sink = connection_.state().buffers.make();
  co_return (co_await read_body(sink)).has_value();
}

}  // namespace sekisho::http
