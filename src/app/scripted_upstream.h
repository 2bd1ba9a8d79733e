#pragma once
// For tests on simulated time: an upstream that answers by script, one reply per request and the
// last one for all that follow.

#include <string>
#include <utility>
#include <vector>

#include "http/server.h"
#include "io/sim_network.h"

namespace sekisho::app::testing {

struct ScriptedReply {
  struct Part {
    Duration after{};  // to wait before it
    std::string bytes;
  };
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<Part> parts;
  bool stream = false;  // parts leave one by one behind a head of their own
  Duration before_head{};
  bool cut = false;  // the connection breaks after the last part
};

inline ScriptedReply json_reply(int status, std::string body) {
  return {.status = status,
          .headers = {{"content-type", "application/json"}},
          .parts = {{{}, std::move(body)}}};
}

inline ScriptedReply stream_reply(std::vector<ScriptedReply::Part> parts,
                                  std::string type = "text/event-stream") {
  return {
      .headers = {{"content-type", std::move(type)}}, .parts = std::move(parts), .stream = true};
}

class ScriptedUpstream {
 public:
  ScriptedUpstream(io::Loop& loop, io::SimFabric& fabric, const std::string& host,
                   std::vector<ScriptedReply> replies)
      : loop_(loop),
        network_(fabric.host(host)),
        replies_(std::move(replies)),
        server_(loop, network_, buffers_, {},
                [this](http::ServerExchange& exchange) { return answer(exchange); }),
        listener_(*network_.listen({"", 80}, [this](std::unique_ptr<io::Transport> transport) {
          server_.adopt(std::move(transport), nullptr);
        })) {}
  std::size_t requests() const { return requests_; }

 private:
  io::task<void> answer(http::ServerExchange& exchange) {
    auto body = buffers_.make();
    if (!co_await exchange.read_body(body)) co_return;
    const auto& reply = replies_[std::min(requests_++, replies_.size() - 1)];
    http::Headers headers;
    for (const auto& [name, value] : reply.headers) headers.add(name, value);
    if (reply.before_head > Duration::zero()) co_await loop_.sleep_for(reply.before_head);
    if (!reply.stream) {
      (void)co_await exchange.respond(reply.status, headers, reply.parts.front().bytes);
      co_return;
    }
    if (!co_await exchange.start(reply.status, headers)) co_return;
    for (const auto& part : reply.parts) {
      if (part.after > Duration::zero()) co_await loop_.sleep_for(part.after);
      if (!co_await exchange.send(part.bytes)) co_return;
    }
    if (reply.cut) co_return co_await exchange.cut();
    (void)co_await exchange.finish();
  }

  io::Loop& loop_;
  io::Network& network_;
  http::BodyBudget budget_;
  http::BufferPool buffers_{budget_};
  std::vector<ScriptedReply> replies_;
  std::size_t requests_ = 0;
  http::Server server_;
  std::unique_ptr<io::Listener> listener_;
};

}  // namespace sekisho::app::testing
