// The client on simulated time: what costs an hour in life costs nothing here.

#include "http/client.h"

#include "http/sim_world.h"

namespace sekisho::http {
namespace {

using namespace testing;

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class ClientTest : public ::testing::Test {
 public:
  using Serve = io::task<void> (*)(ServerExchange&);
  using Script = io::task<void> (*)(ClientTest&, io::Stream&);

  ClientTest() {
    world_.fabric.faults.split = false;
    world_.fabric.faults.block = 0;
  }
  // A real server.
  void start(Serve serve) {
    listener_.reset();
    auto& network = world_.fabric.host("server");
    server_ = std::make_unique<Server>(world_.loop, network, world_.pool, ServerOptions{}, serve);
    auto accept = [this](std::unique_ptr<io::Transport> t) {
      server_->adopt(std::move(t), nullptr);
    };
    listener_ = *network.listen({"server", 80}, accept);
  }
  // An upstream of which every byte is written here.
  void start(Script script) {
    listener_.reset();
    auto accept = [this, script](std::unique_ptr<io::Transport> t) {
      upstream_.spawn(serve(*this, std::move(t), script));
    };
    listener_ = *world_.fabric.host("server").listen({"server", 80}, accept);
  }
  static io::task<void> serve(ClientTest& test, std::unique_ptr<io::Transport> transport,
                              Script script) {
    auto& network = test.world_.fabric.host("server");
    auto stream = co_await network.adopt(std::move(transport), nullptr, SteadyTime::max());
    co_await script(test, **stream);
  }
  static io::task<bool> take_request(ClientTest& test, io::Stream& stream) {
    std::string buffer(4096, '\0');
    auto n = co_await stream.read({buffer.data(), buffer.size()});
    if (!n || *n == 0) co_return false;
    ++test.questions_;
    co_return true;
  }
  static io::task<void> say(io::Stream& stream, std::string_view text) {
    iovec part = part_of(text);
    (void)co_await stream.write({&part, 1});
  }

  static io::task<void> ask(ClientTest& test, Client& client) {
    iovec part = part_of("question");
    ClientRequest request{.target = "/", .body = {&part, 1}, .sent_wholly = &test.sent_wholly_};
    auto response = co_await client.send(test.world_.origin, request);
    test.error_ = response ? std::nullopt : std::optional(response.error().code);
    if (!response) co_return;
    auto body = test.world_.pool.make();
    auto all = co_await (*response)->read_all(body, 1000);
    if (!all) test.error_ = all.error().code;
    test.body_ = body.view();
  }
  // How long it took.
  Duration ask_and_wait() {
    auto start = world_.loop.now();
    world_.loop.run_until_done(ask(*this, client_));
    return world_.loop.now() - start;
  }

  SimWorld world_;
  std::optional<Code> error_;
  bool sent_wholly_ = false;
  std::string body_;
  std::size_t questions_ = 0;
  Duration delay_{};
  std::unique_ptr<Server> server_;
  std::unique_ptr<io::Listener> listener_;
  Client client_{world_.loop, world_.client_side(), world_.pool, {}};
  io::TaskScope upstream_{world_.loop};
};

io::task<void> whole(ServerExchange& exchange) {
  (void)co_await exchange.respond(200, {}, "ok");
}

io::task<void> streamed(ServerExchange& exchange) {
  (void)co_await exchange.start(200, {});
  (void)co_await exchange.send("o");
  (void)co_await exchange.send("k");
  (void)co_await exchange.finish();
}

TEST_F(ClientTest, ASmallExchangeCostsOneReadAndOneWritePerSide) {
  for (auto* answer : {whole, streamed}) {
    start(answer);
    ask_and_wait();
    world_.fabric.reads = world_.fabric.writes = 0;
    for (int i = 0; i < 10; ++i) ask_and_wait();
    EXPECT_EQ(body_, "ok");
    EXPECT_EQ(world_.fabric.writes, 20u);
    EXPECT_EQ(world_.fabric.reads, 20u);
  }
}

io::task<void> answer_one_then_wait_and_close(ClientTest& test, io::Stream& stream) {
  if (co_await ClientTest::take_request(test, stream)) co_await ClientTest::say(stream, kAnswer);
  co_await ClientTest::take_request(test, stream);
  co_await test.world_.loop.sleep_for(test.delay_);
}

// Who had the whole request for longer than the network needs may have served it.
TEST_F(ClientTest, ACloseLongAfterTheRequestIsNoStaleConnection) {
  start(answer_one_then_wait_and_close);
  for (Duration delay : {Duration::zero(), Duration(100ms), Duration(limits::kStaleTold * 2)}) {
    delay_ = delay;
    questions_ = 0;
    ask_and_wait();  // perhaps on what the round before left
    ask_and_wait();
    bool stale = delay == Duration::zero();
    EXPECT_EQ(error_, stale ? std::nullopt : std::optional(Code::kUpstreamFailed));
    EXPECT_EQ(questions_, stale ? 3u : 2u);
    world_.loop.run_for(200s);
  }
}

// What was sent wholly may be served, although nothing was answered.
TEST_F(ClientTest, TellsWhetherTheWholeRequestLeft) {
  start([](ClientTest& test, io::Stream& stream) -> io::task<void> {
    co_await take_request(test, stream);  // and closes, without a word
  });
  ask_and_wait();
  EXPECT_EQ(error_, Code::kUpstreamFailed);
  EXPECT_TRUE(sent_wholly_);
  EXPECT_EQ(questions_, 1u);
  listener_.reset();
  ask_and_wait();
  EXPECT_EQ(error_, Code::kUpstreamUnreachable);
  EXPECT_FALSE(sent_wholly_);
}

TEST_F(ClientTest, IdleConnectionsAreClosedBeforeThePeerDoesIt) {
  start(whole);
  ask_and_wait();
  world_.loop.run_for(limits::kUpstreamIdlePool - 1s);
  EXPECT_EQ(client_.idle_connections(), 1u);
  world_.loop.run_for(2s);
  EXPECT_EQ(client_.open_connections(), 0u);
  world_.loop.run_for(1s);
  EXPECT_EQ(world_.fabric.open_streams(), 0u);
}

TEST_F(ClientTest, OnlySoManyIdleConnectionsAreKept) {
  start(whole);
  ClientOptions options;
  options.max_idle_per_origin = 3;
  Client client(world_.loop, world_.client_side(), world_.pool, options);
  io::TaskScope asking(world_.loop);
  for (int i = 0; i < 8; ++i) asking.spawn(ask(*this, client));
  world_.loop.run_for(1s);
  EXPECT_EQ(asking.size(), 0u);
  EXPECT_EQ(client.idle_connections(), 3u);
  EXPECT_EQ(client.open_connections(), 3u);
}

TEST_F(ClientTest, EachPhaseHasItsTimeLimit) {
  start([](ClientTest& test, io::Stream& stream) -> io::task<void> {
    co_await take_request(test, stream);
    co_await take_request(test, stream);
  });
  world_.fabric.part("client", "server");
  EXPECT_EQ(ask_and_wait() / 1s, limits::kConnectTimeout / 1s);
  EXPECT_EQ(error_, Code::kUpstreamTimeout);
  world_.fabric.join("client", "server");
  EXPECT_EQ(ask_and_wait() / 1s, limits::kUpstreamFirstByte / 1s);
  EXPECT_EQ(error_, Code::kUpstreamTimeout);
  start([](ClientTest& test, io::Stream& stream) -> io::task<void> {
    co_await take_request(test, stream);
    co_await say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    co_await take_request(test, stream);
  });
  EXPECT_EQ(ask_and_wait() / 1s, limits::kUpstreamIdle / 1s);
  EXPECT_EQ(error_, Code::kUpstreamTimeout);
  EXPECT_EQ(body_, "half");
  EXPECT_EQ(client_.open_connections(), 0u);
}

}  // namespace
}  // namespace sekisho::http
