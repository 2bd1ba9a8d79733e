#pragma once
// The server's ServerExchange: one request on one connection.

#include "http/response_writer.h"
#include "http/server_connection.h"

namespace sekisho::http {

class Exchange final : public ServerExchange {
 public:
  explicit Exchange(ServerConnection& connection);
  ~Exchange() override;

  const RequestHead& request() const override { return connection_.parser().head(); }
  std::string_view peer_address() const override { return connection_.peer_address(); }
  bool secure() const override { return connection_.secure(); }
  io::Loop& loop() override { return connection_.state().loop; }
  io::task<Result<void>> read_body(Buffer& into) override;
  io::task<Result<void>> respond(int status, const Headers& headers,
                                 std::string_view body) override;
  io::task<Result<void>> start(int status, const Headers& headers) override;
  io::task<Result<void>> send(std::string_view bytes) override;
  bool try_send(std::string_view bytes) override;
  io::task<Result<void>> finish() override;
  void abort() override;
  io::task<void> cut() override;
  bool started() const override { return answer_ != Answer::kNone; }
  void on_client_gone(std::move_only_function<void()> callback) override;

  // After the handler: whether the connection may carry another request.
  io::task<bool> complete();
  bool body_was_read() const { return body_done_; }

 private:
  enum class Answer : std::uint8_t { kNone, kStreaming, kDone };
  enum class Body : std::uint8_t { kLength, kChunked, kUntilClose, kNone };

  bool is_head() const { return request().method == "HEAD"; }
  bool may_keep() const;
  Result<std::string_view> render_head(int status, const Headers& headers, Body body,
                                       std::size_t length);
  io::task<Result<void>> send_continue();
  io::task<bool> drop_unread_body();
  void client_gone();

  ServerConnection& connection_;
  ResponseWriter writer_;
  Answer answer_ = Answer::kNone;
  bool chunked_ = false;
  bool bodiless_ = false;  // HEAD, 204, 304
  bool keep_ = true;
  bool body_done_ = false;
  bool body_broken_ = false;
  bool waits_for_continue_ = false;
  std::move_only_function<void()> gone_;
};

}  // namespace sekisho::http
