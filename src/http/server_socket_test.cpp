// The server's limits and manners over real sockets, plain and TLS.

#include "http/socket_world.h"

namespace sekisho::http {
namespace {

using namespace testing;

constexpr auto kShort = 30ms;  // for the limit under test; the others stay at their defaults

class ServerSocketTest : public ::testing::TestWithParam<bool> {
 public:
  using Serve = io::task<void> (*)(ServerSocketTest&, ServerExchange&);

  void start(Serve serve, ServerOptions options = {}) {
    serve_ = serve;
    server_ = std::make_unique<Server>(world_.loop, world_.network, world_.pool, options,
                                       [this](ServerExchange& e) { return serve_(*this, e); });
    auto accept = [this](std::unique_ptr<io::Transport> t) {
      server_->adopt(std::move(t), server_tls());
    };
    listener_ = *world_.network.listen({"127.0.0.1", 0}, accept);
  }
  void TearDown() override {
    EXPECT_TRUE(world_.until([this] { return server_->connections() == 0; }));
    EXPECT_EQ(server_->active_exchanges(), 0u);
    EXPECT_EQ(world_.budget.used(), 0u);
    listener_.reset();
    EXPECT_EQ(open_descriptors(), descriptors_before_);
  }

  static TestTls& tls() {
    static TestTls made;
    return made;
  }
  const io::TlsServerContext* server_tls() { return GetParam() ? tls().server.get() : nullptr; }
  std::unique_ptr<RawConnection> connect() {
    return RawConnection::open(world_, listener_->local(),
                               GetParam() ? tls().client.get() : nullptr);
  }
  // Sends on a new connection and reads until the server ends it.
  std::string talk(std::string_view bytes) {
    auto peer = connect();
    peer->send(bytes);
    return peer->read_to_end();
  }

  static io::task<void> say_hello(ServerSocketTest&, ServerExchange& e) {
    co_await e.respond(200, {}, "hello " + e.request().target);
  }
  static io::task<void> echo(ServerSocketTest& test, ServerExchange& e) {
    auto body = test.world_.pool.make();
    test.read_ = co_await e.read_body(body);
    int status = test.read_ ? 200 : test.read_.error().code == Code::kTooLarge ? 413 : 400;
    co_await e.respond(status, {}, test.read_ ? body.view() : code_name(test.read_.error().code));
  }
  static io::task<void> wait_for_go(ServerSocketTest& test, ServerExchange& e) {
    e.on_client_gone([&test] {
      test.gone_ = true;
      test.go_.set();
    });
    co_await test.go_.wait();
    test.answered_ = co_await e.respond(200, {}, "done");
  }
  static io::task<void> send_much(ServerSocketTest& test, ServerExchange& e) {
    e.on_client_gone([&test] { test.gone_ = true; });
    std::string piece(100'000, 'p');
    co_await e.start(200, {});
    do {
      test.answered_ = co_await e.send(piece);
    } while (test.answered_);
  }

  std::size_t descriptors_before_ = (tls(), std::size_t{0});
  SocketWorld world_;
  Serve serve_ = nullptr;
  io::Signal go_{world_.loop};
  Result<void> read_, answered_;
  bool gone_ = false;
  std::unique_ptr<Server> server_;
  std::unique_ptr<io::Listener> listener_;

 protected:
  void SetUp() override { descriptors_before_ = open_descriptors(); }
};

TEST_P(ServerSocketTest, ASlowHeadGets408AndASilentConnectionIsClosedSilently) {
  ServerOptions options;
  options.head_timeout = GetParam() ? Duration(1s) : Duration(kShort);  // the handshake must fit
  options.keep_alive_timeout = kShort;
  start(say_hello, options);
  EXPECT_TRUE(talk("GET / HTT").starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(talk(""), "");
}

TEST_P(ServerSocketTest, AnIdleConnectionIsClosedAfterItsAnswer) {
  ServerOptions options;
  options.keep_alive_timeout = kShort;
  start(say_hello, options);
  auto peer = connect();
  peer->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(peer->read_to_end().ends_with("hello /a"));
  EXPECT_EQ(peer->end, End::kOrderly);
  EXPECT_EQ(peer->received.find("Connection: close"), std::string::npos);
}

TEST_P(ServerSocketTest, ASlowBodyIsATimeoutAndAHalfOneIsClosed) {
  ServerOptions options;
  options.body_idle_timeout = kShort;
  start(echo, options);
  auto got = talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(got.ends_with("timeout")) << got;
  ASSERT_FALSE(read_);
  EXPECT_EQ(read_.error().code, Code::kTimeout);
  auto peer = connect();
  peer->send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal");
  peer->stream().shutdown();
  peer->read_to_end();
  ASSERT_FALSE(read_);
  EXPECT_TRUE(read_.error().code == Code::kClosed || read_.error().code == Code::kTimeout);
}

TEST_P(ServerSocketTest, AClientThatTakesNothingIsCutAfterTheStallTime) {
  ServerOptions options;
  options.write_stall_timeout = kShort;
  start(send_much, options);
  auto peer = connect();
  peer->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(world_.until([this] { return server_->connections() == 0; }));
  ASSERT_FALSE(answered_);
  EXPECT_EQ(answered_.error().code, Code::kTimeout);
}

TEST_P(ServerSocketTest, ConnectionsOverTheCapAreTurnedAway) {
  ServerOptions options;
  options.max_connections = 2;
  start(say_hello, options);
  auto first = connect(), second = connect();
  EXPECT_TRUE(world_.until([this] { return server_->connections() == 2; }));
  if (GetParam()) {  // a handshake only to refuse would cost more than a connection
    auto third = RawConnection::open(world_, listener_->local(), nullptr);
    EXPECT_EQ(third->read_to_end(), "");
  } else {
    EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 503 "));
  }
  first.reset();
  EXPECT_TRUE(world_.until([this] { return server_->connections() == 1; }));
  auto peer = connect();
  peer->send("GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(peer->read_until("hello /now").starts_with("HTTP/1.1 200 "));
}

TEST_P(ServerSocketTest, WhatIsTooLargeIsSaidToBeSo) {
  ServerOptions options;
  options.max_body = 1000;
  start(echo, options);
  std::string body(1001, 'x'), url(limits::kRequestLineBytes, 'u');
  auto with_length = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + body;
  EXPECT_TRUE(talk(with_length).starts_with("HTTP/1.1 413 "));
  auto chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + body;
  EXPECT_TRUE(talk(chunked + "\r\n0\r\n\r\n").starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(talk("GET /" + url + " HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 414 "));
  auto field = "X: " + std::string(limits::kHeaderLineBytes, 'v') + "\r\n\r\n";
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n" + field).starts_with("HTTP/1.1 431 "));
  std::string many;
  for (std::size_t i = 0; i <= limits::kHeaderCount; ++i) many += "A: b\r\n";
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n" + many + "\r\n").starts_with("HTTP/1.1 431 "));
  body.resize(1000);
  auto fits = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n";
  EXPECT_TRUE(talk(fits + body).ends_with(body));
}

TEST_P(ServerSocketTest, ContinueComesWhenTheBodyIsWanted) {
  start(echo);
  std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n";
  auto peer = connect();
  peer->send(head + "\r\n");
  EXPECT_EQ(peer->read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer->send("body");
  EXPECT_TRUE(peer->read_until("\r\n\r\nbody").ends_with("\r\n\r\nbody"));
  serve_ = say_hello;
  auto refused = talk(head + "\r\n");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 200 ")) << refused;
  EXPECT_NE(refused.find("Connection: close\r\n"), std::string::npos);
}

TEST_P(ServerSocketTest, PipelinedRequestsAndHeadsAreAnsweredInOrder) {
  start(say_hello);
  auto got = talk(
      "HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(got.find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_EQ(got.find("hello /abc"), std::string::npos);
  auto b = got.find("\r\n\r\nhello /bHTTP/1.1 200"), c = got.find("hello /c");
  EXPECT_TRUE(b != std::string::npos && c != std::string::npos && b < c) << got;
}

TEST_P(ServerSocketTest, UnreadBodiesNeitherSpoilTheNextRequestNorLoseTheAnswer) {
  start(say_hello);
  std::string small(1000, 's'), large(5'000'000, 'l');
  auto peer = connect();
  peer->send("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + small +
             "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(peer->read_until("hello /2").ends_with("hello /2"));
  peer = connect();
  peer->send("POST /3 HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" +
             large.substr(0, 500'000));
  EXPECT_TRUE(peer->read_to_end().ends_with("hello /3"));
  EXPECT_EQ(peer->end, End::kOrderly);
}

TEST_P(ServerSocketTest, DrainEndsIdleConnectionsAtOnceAndOthersAfterTheirAnswer) {
  start(wait_for_go);
  auto idle = connect(), busy = connect();
  busy->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(world_.until([this] { return server_->active_exchanges() == 1; }));
  bool drained = false;
  server_->drain([&] { drained = true; });
  EXPECT_EQ(idle->read_to_end(), "");
  EXPECT_FALSE(drained);
  go_.set();
  EXPECT_TRUE(busy->read_to_end().ends_with("done"));
  EXPECT_NE(busy->received.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(world_.until([&] { return drained; }));
  EXPECT_FALSE(gone_);
}

TEST_P(ServerSocketTest, AClientThatLeavesIsNoticedWhileTheHandlerWaitsOrSends) {
  start(wait_for_go);
  auto peer = connect();
  peer->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(world_.until([this] { return server_->active_exchanges() == 1; }));
  peer.reset();
  EXPECT_TRUE(world_.until([this] { return gone_ && server_->connections() == 0; }));
  gone_ = false;
  serve_ = send_much;
  peer = connect();
  peer->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  peer->read_until("p");
  peer.reset();
  EXPECT_TRUE(world_.until([this] { return gone_ && server_->connections() == 0; }));
  EXPECT_EQ(answered_.error().code, Code::kClosed);
}

TEST_P(ServerSocketTest, ClosingCutsEveryHandlerWhereItWaits) {
  start(wait_for_go);
  auto waiting = connect(), half = connect(), sending = connect(), idle = connect();
  waiting->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(world_.until([this] { return server_->active_exchanges() == 1; }));
  serve_ = echo;
  half->send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(world_.until([this] { return server_->active_exchanges() == 2; }));
  serve_ = send_much;
  sending->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  sending->read_until("p");
  server_->close_all();
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_EQ(server_->active_exchanges(), 0u);
  for (auto* peer : {waiting.get(), half.get(), sending.get(), idle.get()}) {
    peer->read_to_end();
    EXPECT_NE(peer->end, End::kNone);
  }
}

INSTANTIATE_TEST_SUITE_P(Transport, ServerSocketTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace sekisho::http
