#include "http/server.h"

#include "http/sim_world.h"

namespace sekisho::http {
namespace {

using namespace testing;

// What the handler of a test does with an exchange; set per test.
class ServerTest : public ::testing::Test {
 public:
  using Serve = io::task<void> (*)(ServerTest&, ServerExchange&);

  void start(Serve serve, ServerOptions options = {}) {
    serve_ = serve;
    server_ =
        std::make_unique<Server>(world_.loop, world_.fabric.host("server"), world_.pool, options,
                                 [this](ServerExchange& e) { return serve_(*this, e); });
    auto accept = [this](std::unique_ptr<io::Transport> t) {
      server_->adopt(std::move(t), nullptr);
    };
    listener_ = *world_.fabric.host("server").listen({"server", 80}, accept);
    world_.fabric.faults.block = 0;
  }

  // Sends bytes on a new connection, lets time pass, and tells what came back.
  Transcript talk(std::string bytes, Duration time = 1s) {
    auto peer = connect_raw(world_, std::move(bytes));
    world_.loop.run_for(time);
    return peer->seen();
  }

  void expect_nothing_left() {
    world_.loop.run_for(5s);
    EXPECT_EQ(server_->connections(), 0u);
    EXPECT_EQ(server_->active_exchanges(), 0u);
    EXPECT_EQ(world_.fabric.open_streams(), 0u);
    EXPECT_EQ(world_.budget.used(), 0u);
  }

  static io::task<void> say_hello(ServerTest&, ServerExchange& e) {
    co_await e.respond(200, {}, "hello " + e.request().target);
  }
  static io::task<void> echo(ServerTest& test, ServerExchange& e) {
    auto body = test.world_.pool.make();
    test.read_ = co_await e.read_body(body);
    int status = test.read_ ? 200 : test.read_.error().code == Code::kTooLarge ? 413 : 400;
    co_await e.respond(status, {}, test.read_ ? body.view() : code_name(test.read_.error().code));
  }
  static io::task<void> wait_for_go(ServerTest& test, ServerExchange& e) {
    e.on_client_gone([&test] {
      test.gone_at_ = test.world_.loop.now();
      test.go_.set();
    });
    co_await test.go_.wait();
    test.answered_ = co_await e.respond(200, {}, "done");
  }

  SimWorld world_;
  Serve serve_ = nullptr;
  io::Signal go_{world_.loop};
  Result<void> read_, answered_;
  SteadyTime gone_at_{};
  std::unique_ptr<Server> server_;
  std::unique_ptr<io::Listener> listener_;
};

TEST_F(ServerTest, ServesRequestsOneAfterTheOtherOnOneConnection) {
  start(say_hello);
  auto peer = connect_raw(world_, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  world_.loop.run_for(1s);
  EXPECT_TRUE(peer->seen().received.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(peer->seen().has("Content-Length: 8\r\n"));
  EXPECT_TRUE(peer->seen().has("\r\nDate: "));
  EXPECT_TRUE(peer->seen().has("\r\nServer: sekisho\r\n"));
  EXPECT_TRUE(peer->seen().received.ends_with("\r\n\r\nhello /a"));
  peer->send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  world_.loop.run_for(1s);
  EXPECT_TRUE(peer->seen().received.ends_with("hello /b"));
  EXPECT_FALSE(peer->seen().closed);
  peer->close();
  expect_nothing_left();
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  start(echo);
  auto seen = talk(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nthree");
  EXPECT_EQ(seen.count("HTTP/1.1 200"), 3u);
  EXPECT_LT(seen.received.find("one"), seen.received.find("two"));
  EXPECT_LT(seen.received.find("two"), seen.received.find("three"));
  EXPECT_EQ(seen.count("Connection: close\r\n"), 1u);
  EXPECT_TRUE(seen.closed);
  expect_nothing_left();
}

TEST_F(ServerTest, OldClientsGetCloseUnlessTheyAskToKeep) {
  start(say_hello);
  auto seen = talk("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(seen.has("Connection: close\r\n") && seen.closed);
  seen = talk("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(seen.has("Connection: keep-alive\r\n") && !seen.closed);
}

TEST_F(ServerTest, HeadTellsTheLengthAndSendsNoBody) {
  start(say_hello);
  auto seen = talk("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(seen.has("Content-Length: 10\r\n"));
  EXPECT_FALSE(seen.has("hello /abc"));
  EXPECT_TRUE(seen.received.ends_with("hello /b"));
}

TEST_F(ServerTest, ContinueIsSentWhenTheBodyIsWantedAndNotBefore) {
  start(echo);
  auto peer = connect_raw(
      world_, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  world_.loop.run_for(1s);
  EXPECT_EQ(peer->seen().received, "HTTP/1.1 100 Continue\r\n\r\n");
  peer->send("body");
  world_.loop.run_for(1s);
  EXPECT_TRUE(peer->seen().received.ends_with("\r\n\r\nbody"));
  EXPECT_FALSE(peer->seen().closed);
  serve_ = say_hello;  // refuses without reading
  auto seen =
      talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n", 5s);
  EXPECT_FALSE(seen.has("100 Continue"));
  EXPECT_TRUE(seen.has("Connection: close\r\n") && seen.closed);
}

TEST_F(ServerTest, AShortUnreadBodyIsDroppedALongOneEndsTheConnection) {
  start(say_hello);
  std::string small(1000, 's'), large(200'000, 'l');
  auto seen = talk("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + small +
                   "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(seen.received.ends_with("hello /2"));
  seen = talk("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + large, 5s);
  EXPECT_TRUE(seen.received.ends_with("hello /1"));  // the answer is not lost to a reset
  EXPECT_TRUE(seen.has("Connection: close\r\n") && seen.closed);
  expect_nothing_left();
}

TEST_F(ServerTest, ABodyOverTheLimitIsTooLargeInBothFramings) {
  ServerOptions options;
  options.max_body = 1000;
  start(echo, options);
  std::string body(1001, 'x');
  auto seen = talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + body, 5s);
  EXPECT_TRUE(seen.has("HTTP/1.1 413 ") && seen.closed);
  seen = talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + body +
                  "\r\n0\r\n\r\n",
              5s);
  EXPECT_TRUE(seen.has("HTTP/1.1 413 ") && seen.closed);
  body.resize(1000);
  seen = talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + body);
  EXPECT_TRUE(seen.has("HTTP/1.1 200 "));
}

TEST_F(ServerTest, TheMemoryCapForBodiesIsToldToTheHandler) {
  start(echo);
  auto hog = world_.pool.make();
  ASSERT_TRUE(hog.reserve(512 << 20));
  ASSERT_TRUE(hog.reserve((900 << 20)) || world_.budget.used() > 0);
  auto fill = world_.budget.cap() - world_.budget.used() - 64 * 1024;
  ASSERT_TRUE(world_.budget.try_take(fill));
  std::string body(500'000, 'x');
  talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" + body, 5s);
  ASSERT_FALSE(read_);
  EXPECT_EQ(read_.error().code, Code::kOverloaded);
  world_.budget.give_back(fill);
}

TEST_F(ServerTest, MalformedHeadsAreRefusedAndTheConnectionEnds) {
  start(say_hello);
  auto seen = talk("GET /a HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\nGET /b HTTP/1.1\r\n\r\n", 5s);
  EXPECT_TRUE(seen.received.starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(seen.closed);
  EXPECT_FALSE(seen.has("hello"));
  seen = talk("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 5s);
  EXPECT_TRUE(seen.received.starts_with("HTTP/1.1 414 "));
  EXPECT_TRUE(seen.has("\r\nDate: ")) << seen.received;
  expect_nothing_left();
}

TEST_F(ServerTest, WhoeverBuildsTheServerWordsItsProtocolRefusals) {
  ServerOptions options;
  options.render_refusal = [](int status, std::string_view reason, std::string_view target) {
    ProtocolRefusal out;
    out.headers.add("x-request-id", "req_1");
    out.body = std::to_string(status).append(" ").append(reason).append(" ").append(target);
    return out;
  };
  start(say_hello, options);
  auto seen = talk("POST /v1/messages HTTP/1.1\r\nHost: x\r\nExpect: much\r\n\r\n", 5s);
  EXPECT_TRUE(seen.received.starts_with("HTTP/1.1 417 ")) << seen.received;
  EXPECT_TRUE(seen.has("x-request-id: req_1\r\n"));
  EXPECT_TRUE(seen.received.ends_with("\r\n\r\n417 unknown expectation /v1/messages"));
  seen = talk("GARBAGE\r\n\r\n", 5s);
  EXPECT_TRUE(seen.received.ends_with("400 malformed request line "));
}

TEST_F(ServerTest, ASlowHeadGets408AndASilentConnectionIsClosedSilently) {
  start(say_hello);
  auto slow = connect_raw(world_, "GET / HTT");
  auto silent = connect_raw(world_);
  auto start = world_.loop.now();
  world_.loop.run_for(200s);
  EXPECT_TRUE(slow->seen().received.starts_with("HTTP/1.1 408 "));
  EXPECT_NEAR((slow->seen().closed_at - start) / 1s, limits::kHeadTimeout / 1s, 3);
  EXPECT_TRUE(silent->seen().closed && silent->seen().received.empty());
  EXPECT_NEAR((silent->seen().closed_at - start) / 1s, limits::kKeepAliveTimeout / 1s, 3);
}

TEST_F(ServerTest, AHeadThatDripsIsBoundedAsAWhole) {
  start(say_hello);
  auto peer = connect_raw(world_, "GET / HTTP/1.1\r\n");
  for (int i = 0; i < 20 && !peer->seen().closed; ++i) {
    peer->send("X: y\r\n");
    world_.loop.run_for(5s);
  }
  EXPECT_TRUE(peer->seen().received.starts_with("HTTP/1.1 408 ")) << peer->seen().received;
}

TEST_F(ServerTest, ABodyThatStopsIsATimeoutAHalfOneIsClosed) {
  start(echo);
  auto seen = talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", 70s);
  ASSERT_FALSE(read_);
  EXPECT_EQ(read_.error().code, Code::kTimeout);
  EXPECT_TRUE(seen.received.ends_with("timeout") && seen.closed);
  auto peer = connect_raw(world_, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  world_.loop.run_for(1s);
  peer->end();
  world_.loop.run_for(1s);
  ASSERT_FALSE(read_);
  EXPECT_EQ(read_.error().code, Code::kClosed);
  peer->close();
  expect_nothing_left();
}

TEST_F(ServerTest, ABodyThatDripsIsGivenUpAndASlowOneIsNot) {
  start(echo);
  auto begun = world_.loop.now();
  auto peer = connect_raw(world_, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
  for (int i = 0; i < 100 && !peer->seen().closed; ++i) {
    peer->send("x");
    world_.loop.run_for(limits::kBodyIdleTimeout - 1s);
  }
  ASSERT_FALSE(read_);
  EXPECT_EQ(read_.error().code, Code::kTimeout);
  EXPECT_LT(peer->seen().closed_at - begun, 2 * limits::kBodyIdleTimeout);

  std::string second(limits::kBodyBytesPerSecond, 'x');
  auto slow = connect_raw(world_, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                      std::to_string(300 * second.size()) + "\r\n\r\n");
  for (int i = 0; i < 300; ++i) {
    slow->send(second);
    world_.loop.run_for(1s);
  }
  EXPECT_TRUE(slow->seen().received.starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerTest, AClientThatGoesAwayIsNoticedWhileTheHandlerWaits) {
  start(wait_for_go);
  auto peer = connect_raw(world_, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  world_.loop.run_for(1s);
  EXPECT_EQ(server_->active_exchanges(), 1u);
  auto left = world_.loop.now();
  peer->close();
  expect_nothing_left();
  EXPECT_LT(gone_at_ - left, 1s);
}

io::task<void> send_much(ServerExchange& e, Result<void>& outcome, SteadyTime& ended) {
  std::string piece(10'000, 'p');
  co_await e.start(200, {});
  do {
    outcome = co_await e.send(piece);
  } while (outcome);
  ended = e.loop().now();
}

TEST_F(ServerTest, AClientThatTakesNothingIsCutAfterTheStallTime) {
  start([](ServerTest& t, ServerExchange& e) { return send_much(e, t.answered_, t.gone_at_); });
  auto peer = connect_raw(world_, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  peer->stop_reading();
  auto start = world_.loop.now();
  world_.loop.run_for(300s);
  ASSERT_FALSE(answered_);
  EXPECT_EQ(answered_.error().code, Code::kTimeout);
  EXPECT_NEAR((gone_at_ - start) / 1s, limits::kWriteStall / 1s, 3);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ServerTest, ConnectionsOverTheCapGet503) {
  ServerOptions options;
  options.max_connections = 2;
  start(say_hello, options);
  auto first = connect_raw(world_), second = connect_raw(world_);
  auto seen = talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(seen.received.starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(seen.closed || seen.has("too many connections"));
  first->close();
  world_.loop.run_for(1s);
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n").has("200 OK"));
}

TEST_F(ServerTest, DrainClosesIdleOnesAtOnceAndOthersAfterTheirAnswer) {
  start(wait_for_go);
  auto idle = connect_raw(world_);
  auto busy = connect_raw(world_, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  world_.loop.run_for(1s);
  bool drained = false;
  server_->drain([&] { drained = true; });
  world_.loop.run_for(1s);
  EXPECT_TRUE(idle->seen().closed);
  EXPECT_FALSE(busy->seen().closed);
  EXPECT_FALSE(drained);
  go_.set();
  world_.loop.run_for(1s);
  EXPECT_TRUE(busy->seen().has("Connection: close\r\n") && busy->seen().closed);
  EXPECT_TRUE(busy->seen().received.ends_with("done"));
  EXPECT_TRUE(drained);
}

TEST_F(ServerTest, CloseAllCutsWhatDrainWaitsFor) {
  start(wait_for_go);
  auto busy = connect_raw(world_, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  world_.loop.run_for(1s);
  bool drained = false;
  server_->drain([&] { drained = true; });
  server_->close_all();
  world_.loop.run_for(1s);
  EXPECT_TRUE(drained);
  EXPECT_TRUE(busy->seen().closed || busy->seen().reset);
  EXPECT_EQ(server_->active_exchanges(), 0u);
}

io::task<void> stream_three(ServerExchange& e, bool finish) {
  co_await e.start(200, {});
  for (const auto* word : {"alpha", "beta", "gamma"}) {
    co_await e.send(word);
    co_await e.loop().sleep_for(1s);
  }
  EXPECT_TRUE(e.try_send(": ping\n"));
  if (finish) co_await e.finish();
}

TEST_F(ServerTest, AStreamedAnswerIsChunkedAndEndsProperly) {
  start([](ServerTest&, ServerExchange& e) { return stream_three(e, true); });
  auto seen = talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 10s);
  EXPECT_TRUE(seen.has("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(seen.received.ends_with(
      "\r\n\r\n5\r\nalpha\r\n4\r\nbeta\r\n5\r\ngamma\r\n7\r\n: ping\n\r\n0\r\n\r\n"));
  EXPECT_FALSE(seen.closed);
  seen = talk("GET / HTTP/1.0\r\n\r\n", 10s);
  EXPECT_TRUE(seen.received.ends_with("\r\n\r\nalphabetagamma: ping\n"));
  EXPECT_TRUE(seen.closed);
  seen = talk("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 1s);
  EXPECT_TRUE(seen.received.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, AStreamThatTheHandlerLeavesIsSeenToBeCut) {
  start([](ServerTest&, ServerExchange& e) { return stream_three(e, false); });
  auto seen = talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 10s);
  EXPECT_TRUE(seen.has("gamma"));
  EXPECT_FALSE(seen.has("0\r\n\r\n"));
  EXPECT_TRUE(seen.closed || seen.reset);
  seen = talk("GET / HTTP/1.0\r\n\r\n", 10s);
  EXPECT_TRUE(seen.reset);  // an end in order would look like a whole answer
}

TEST_F(ServerTest, WhatWasSentInTheSameTurnLeavesBeforeTheCut) {
  start([](ServerTest&, ServerExchange& e) -> io::task<void> {
    co_await e.start(200, {});
    co_await e.send("last words");
    co_await e.cut();
  });
  auto seen = talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(seen.received.ends_with("\r\n\r\na\r\nlast words\r\n"));
  EXPECT_TRUE(seen.closed || seen.reset);
  expect_nothing_left();
}

TEST_F(ServerTest, AHandlerWithoutAnswerYields500AndASecondAnswerIsRefused) {
  start([](ServerTest&, ServerExchange&) -> io::task<void> { co_return; });
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n").received.starts_with("HTTP/1.1 500 "));
  serve_ = [](ServerTest& t, ServerExchange& e) -> io::task<void> {
    co_await e.respond(200, {}, "one");
    t.answered_ = co_await e.respond(200, {}, "two");
  };
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n").received.ends_with("one"));
  EXPECT_EQ(answered_.error().code, Code::kConflict);
}

io::task<void> queue_while_slow(ServerExchange& e, std::vector<bool>& waited, bool& ping) {
  co_await e.start(200, {});
  std::string piece(15'000, 'q');
  for (int i = 0; i < 60; ++i) {
    auto before = e.loop().now();
    if (!co_await e.send(piece)) co_return;
    co_await e.loop().sleep_for(1ms);
    waited.push_back(e.loop().now() - before > 1s);
    if (i == 10) ping = e.try_send("ping");
  }
}

TEST_F(ServerTest, SendWaitsOnlyOverTheQueueLimitAndPingsAreNotQueuedBehind) {
  static std::vector<bool> waited;
  static bool ping;
  waited.clear();
  ping = true;
  start([](ServerTest&, ServerExchange& e) { return queue_while_slow(e, waited, ping); });
  auto peer = connect_raw(world_, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  peer->stop_reading();
  world_.loop.run_for(100s);
  // 64 KB of the pipe, then 256 KB of the queue, are taken without waiting.
  EXPECT_GE(waited.size(), (64u + 256u) * 1024 / 15'000 - 3);
  EXPECT_LE(waited.size(), (64u + 256u) * 1024 / 15'000 + 4);
  EXPECT_FALSE(ping);
}

}  // namespace
}  // namespace sekisho::http
