#include "sim/player.h"

#include <chrono>

#include "io/signal.h"

namespace sekisho::sim {
namespace {

// What was sent last needs a turn of the loop to leave before the connection is cut.
constexpr Duration kFlush = std::chrono::milliseconds(10);

// Whether the client is still there, and a wait that its going away cuts short.
class Presence {
 public:
  explicit Presence(http::ServerExchange& exchange)
      : exchange_(exchange), signal_(exchange.loop()) {
    exchange.on_client_gone([this] {
      gone_ = true;
      signal_.set();
    });
  }
  ~Presence() {
    exchange_.on_client_gone([] {});
  }
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  bool gone() const { return gone_; }
  io::Signal::Awaiter wait(Duration span) { return signal_.wait(exchange_.loop().now() + span); }
  io::Signal::Awaiter wait_for_ever() { return signal_.wait(); }

 private:
  http::ServerExchange& exchange_;
  io::Signal signal_;
  bool gone_ = false;
};

// Tokens of a piece count as generated once its bytes were handed over.
io::task<void> play_stream(http::ServerExchange& exchange, Plan& plan, Presence& presence) {
  for (Piece& piece : plan.pieces) {
    if (piece.after > Duration::zero()) co_await presence.wait(piece.after);
    if (presence.gone()) co_return;
    const bool silent_cut = piece.bytes.empty() && piece.then != Piece::Then::kGoOn;
    if (!exchange.started() && !silent_cut) {
      if (!co_await exchange.start(plan.status, plan.headers)) co_return;
      if (piece.billed) plan.call.begin();
    }
    if (!piece.bytes.empty() && !co_await exchange.send(piece.bytes)) co_return;
    plan.call.generated(piece.tokens);
    if (piece.then == Piece::Then::kHang) co_await presence.wait_for_ever();
    if (piece.then == Piece::Then::kEnd) {
      (void)co_await exchange.finish();
      co_return;
    }
    if (piece.then != Piece::Then::kGoOn) {
      if (exchange.started()) co_await presence.wait(kFlush);
      exchange.abort();
      co_return;
    }
  }
  plan.call.complete();
  (void)co_await exchange.finish();
}

io::task<void> play_whole(http::ServerExchange& exchange, Plan& plan, Presence& presence) {
  plan.call.begin();
  for (Piece& piece : plan.pieces) {
    if (piece.after > Duration::zero()) co_await presence.wait(piece.after);
    if (presence.gone()) co_return;
    plan.call.generated(piece.tokens);
  }
  plan.call.complete();
  (void)co_await exchange.respond(plan.status, plan.headers, plan.pieces.back().bytes);
}

}  // namespace

io::task<void> play(http::ServerExchange& exchange, Plan plan) {
  Presence presence(exchange);
  if (plan.streamed) {
    co_await play_stream(exchange, plan, presence);
  } else {
    co_await play_whole(exchange, plan, presence);
  }
  // A client that went away still needs the exchange to end.
  if (presence.gone() || !exchange.started()) exchange.abort();
}

}  // namespace sekisho::sim
