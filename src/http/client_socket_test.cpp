// The client over real sockets: reuse, stale connections, cancelling in every phase. The upstream
// is scripted byte by byte.

#include <netinet/in.h>

#include "http/socket_world.h"

namespace sekisho::http {
namespace {

using namespace testing;

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kHalf = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";

class ClientSocketTest : public ::testing::Test {
 public:
  // What the upstream does with the n-th connection.
  using Script = io::task<void> (*)(ClientSocketTest&, io::Stream&);

  static io::task<void> serve(ClientSocketTest& test, std::unique_ptr<io::Transport> transport,
                              Script script) {
    auto stream = co_await test.world_.network.adopt(std::move(transport), test.server_tls_,
                                                     test.world_.loop.now() + 20s);
    if (stream) co_await script(test, **stream);
  }
  void start(std::vector<Script> scripts) {
    scripts_ = std::move(scripts);
    auto accept = [this](std::unique_ptr<io::Transport> t) {
      auto script = scripts_[std::min(accepted_++, scripts_.size() - 1)];
      upstream_.spawn(serve(*this, std::move(t), script));
    };
    listener_ = *world_.network.listen({"127.0.0.1", 0}, accept);
    origin_ = {listener_->local(), client_tls_, "upstream.test"};
  }
  void use_tls() {
    static TestTls tls;
    server_tls_ = tls.server.get();
    client_tls_ = tls.client.get();
  }

  // Reads one whole request; false at the connection's end.
  static io::task<bool> take_request(ClientSocketTest& test, io::Stream& stream) {
    std::string got, buffer(4096, '\0');
    while (!got.ends_with("question")) {
      auto n = co_await stream.read({buffer.data(), buffer.size()}, test.world_.loop.now() + 20s);
      if (!n || *n == 0) co_return false;
      got.append(buffer, 0, *n);
    }
    ++test.questions_;
    co_return true;
  }
  static io::task<void> say(io::Stream& stream, std::string_view text) {
    iovec part = part_of(text);
    (void)co_await stream.write({&part, 1});
  }

  static io::task<void> answer_all(ClientSocketTest& test, io::Stream& stream) {
    while (co_await take_request(test, stream)) co_await say(stream, kAnswer);
  }
  static io::task<void> answer_one_then_drop_one(ClientSocketTest& test, io::Stream& stream) {
    if (co_await take_request(test, stream)) co_await say(stream, kAnswer);
    co_await take_request(test, stream);
  }
  static io::task<void> answer_one_then_begin_one(ClientSocketTest& test, io::Stream& stream) {
    if (co_await take_request(test, stream)) co_await say(stream, kAnswer);
    if (co_await take_request(test, stream)) co_await say(stream, "H");
  }
  static io::task<void> answer_one_and_close(ClientSocketTest& test, io::Stream& stream) {
    if (co_await take_request(test, stream)) co_await say(stream, kAnswer);
  }
  static io::task<void> answer_and_babble(ClientSocketTest& test, io::Stream& stream) {
    co_await take_request(test, stream);
    co_await say(stream, std::string(kAnswer) + "HTTP/1.1 200 OK\r\n");
    co_await take_request(test, stream);
  }
  static io::task<void> say_nothing(ClientSocketTest& test, io::Stream& stream) {
    co_await take_request(test, stream);
    co_await take_request(test, stream);  // until the client leaves
  }
  static io::task<void> say_half(ClientSocketTest& test, io::Stream& stream) {
    co_await take_request(test, stream);
    co_await say(stream, kHalf);
    co_await take_request(test, stream);
  }
  static io::task<void> read_nothing(ClientSocketTest& test, io::Stream& stream) {
    co_await test.end_.wait();
    (void)stream;
  }

  static io::task<void> ask(ClientSocketTest& test) {
    iovec part = part_of(test.question_);
    ClientRequest request{.target = "/", .body = {&part, 1}, .repeat_on_stale = test.repeat_};
    auto response = co_await test.client_->send(test.origin_, request, &test.cancel_);
    test.error_ = response ? std::nullopt : std::optional(response.error());
    if (!response) co_return;
    auto body = test.world_.pool.make();
    test.reading_ = true;
    auto all = co_await (*response)->read_all(body, 1000);
    if (!all) test.error_ = all.error();
    test.body_ = body.view();
  }
  void ask_and_wait() { world_.run(ask(*this)); }

  void expect_nothing_left(std::size_t descriptors) {
    EXPECT_EQ(client_->open_connections(), 0u);
    EXPECT_EQ(world_.budget.used(), 0u);
    EXPECT_TRUE(world_.until([this] { return upstream_.size() == 0; }));
    EXPECT_EQ(open_descriptors(), descriptors);
  }
  // Starts a request, waits for a phase, cancels, and looks for what is left: once by the source,
  // once by destroying the task.
  void cancel_when(std::function<bool()> phase) {
    for (bool by_source : {true, false}) {
      SCOPED_TRACE(by_source ? "by the source" : "by destroying the task");
      auto descriptors = open_descriptors();
      questions_ = 0;
      reading_ = false;
      auto asking = std::make_unique<io::TaskScope>(world_.loop);
      asking->spawn(ask(*this));
      ASSERT_TRUE(world_.until(phase));
      ASSERT_EQ(asking->size(), 1u);
      if (by_source) {
        cancel_.cancel();
        EXPECT_TRUE(world_.until([&] { return asking->size() == 0; }));
        ASSERT_TRUE(error_);
        EXPECT_EQ(error_->code, Code::kCancelled);
      }
      asking.reset();
      end_.set();
      expect_nothing_left(descriptors);
      end_.reset();
      cancel_.~CancelSource();
      new (&cancel_) CancelSource();
    }
  }

  SocketWorld world_;
  io::Signal end_{world_.loop};
  std::string question_ = "question", body_;
  bool repeat_ = true, reading_ = false;
  std::optional<Error> error_;
  std::size_t accepted_ = 0, questions_ = 0;
  std::vector<Script> scripts_;
  const io::TlsServerContext* server_tls_ = nullptr;
  const io::TlsClientOptions* client_tls_ = nullptr;
  CancelSource cancel_;
  Origin origin_;
  std::unique_ptr<io::Listener> listener_;
  std::unique_ptr<Client> client_ =
      std::make_unique<Client>(world_.loop, world_.network, world_.pool, ClientOptions{});
  io::TaskScope upstream_{world_.loop};
};

TEST_F(ClientSocketTest, ConnectionsAreReused) {
  for (bool tls : {false, true}) {
    if (tls) use_tls();
    accepted_ = 0;
    start({answer_all});
    for (int i = 0; i < 5; ++i) {
      ask_and_wait();
      EXPECT_EQ(body_, "ok");
    }
    EXPECT_EQ(accepted_, 1u);
    EXPECT_EQ(questions_, tls ? 10u : 5u);
  }
}

TEST_F(ClientSocketTest, AConnectionThatThePeerClosedIsNotUsedAgain) {
  start({answer_one_and_close});
  for (int i = 0; i < 5; ++i) {
    ask_and_wait();
    EXPECT_EQ(body_, "ok");
    EXPECT_TRUE(world_.until([this] { return client_->open_connections() == 0; }));
  }
  EXPECT_EQ(accepted_, 5u);
  EXPECT_EQ(questions_, 5u);
}

TEST_F(ClientSocketTest, AStaleConnectionIsReplacedWhenNoByteCame) {
  start({answer_one_then_drop_one, answer_all});
  ask_and_wait();
  ask_and_wait();
  EXPECT_FALSE(error_);
  EXPECT_EQ(body_, "ok");
  EXPECT_EQ(accepted_, 2u);
  EXPECT_EQ(questions_, 3u);
}

TEST_F(ClientSocketTest, WhatMustNotBeRepeatedIsNot) {
  start({answer_one_then_drop_one, answer_all});
  ask_and_wait();
  repeat_ = false;
  ask_and_wait();
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, Code::kUpstreamFailed);
  EXPECT_EQ(questions_, 2u);
}

TEST_F(ClientSocketTest, AfterOneByteOfAnAnswerNothingIsRepeated) {
  start({answer_one_then_begin_one, answer_all});
  ask_and_wait();
  ask_and_wait();
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, Code::kUpstreamFailed);
  EXPECT_EQ(accepted_, 1u);
}

TEST_F(ClientSocketTest, AFreshConnectionThatClosesIsNotTriedAgain) {
  start({[](ClientSocketTest& test, io::Stream& stream) -> io::task<void> {
    co_await take_request(test, stream);
  }});
  ask_and_wait();
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, Code::kUpstreamFailed);
  EXPECT_EQ(questions_, 1u);
}

TEST_F(ClientSocketTest, BytesThatNobodyAskedForSpoilTheConnection) {
  start({answer_and_babble, answer_all});
  ask_and_wait();
  EXPECT_EQ(body_, "ok");
  EXPECT_EQ(client_->idle_connections(), 0u);
  ask_and_wait();
  EXPECT_EQ(body_, "ok");
  EXPECT_EQ(accepted_, 2u);
}

TEST_F(ClientSocketTest, AnUpstreamThatRefusesEarlyIsHeardThoughItReadsNothing) {
  question_ = std::string(20'000'000, 'q') + "question";
  start({[](ClientSocketTest& test, io::Stream& stream) -> io::task<void> {
    co_await say(stream, "HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno");
    co_await test.end_.wait();
  }});
  ask_and_wait();
  EXPECT_FALSE(error_);
  EXPECT_EQ(body_, "no");
  EXPECT_EQ(client_->open_connections(), 0u);  // half a request was sent on it
  end_.set();
}

TEST_F(ClientSocketTest, CancelWhileTheAnswerIsAwaited) {
  for (bool tls : {false, true}) {
    if (tls) use_tls();
    start({say_nothing});
    cancel_when([this] { return questions_ == 1; });
  }
}

TEST_F(ClientSocketTest, CancelInTheMiddleOfTheBody) {
  for (bool tls : {false, true}) {
    if (tls) use_tls();
    start({say_half});
    cancel_when([this] { return reading_; });
  }
}

TEST_F(ClientSocketTest, CancelWhileTheRequestIsSent) {
  question_ = std::string(50'000'000, 'q');
  start({read_nothing});
  cancel_when([this] { return client_->open_connections() == 1; });
}

TEST_F(ClientSocketTest, CancelDuringTheHandshake) {
  use_tls();
  auto client_only = client_tls_;
  server_tls_ = nullptr;
  start({read_nothing});
  origin_.tls = client_only;
  cancel_when([this] { return upstream_.size() == 1; });
}

TEST_F(ClientSocketTest, CancelWhileConnecting) {
  // A listener whose queue is full answers no SYN.
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof at;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::listen(fd, 0), 0);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  int filler = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::connect(filler, reinterpret_cast<sockaddr*>(&at), size), 0);
  origin_ = {{"127.0.0.1", ntohs(at.sin_port)}, nullptr, "full.test"};
  auto before = open_descriptors();
  cancel_when([before] { return open_descriptors() == before + 1; });
  ::close(filler);
  ::close(fd);
}

TEST_F(ClientSocketTest, CancelWhileResolving) {
  struct Flags {
    std::atomic<bool> asked = false, answer = false;
  };
  auto flags = std::make_shared<Flags>();  // the helper thread may outlive this test
  io::Resolver slow(world_.clock, [flags](const std::string&) -> Result<io::Resolver::Addresses> {
    flags->asked = true;
    flags->answer.wait(false);
    return io::Resolver::Addresses{*io::literal_address("127.0.0.1")};
  });
  io::EpollNetwork network(world_.loop, slow);
  client_ = std::make_unique<Client>(world_.loop, network, world_.pool, ClientOptions{});
  origin_ = {{"slow.test", 1}, nullptr, "slow.test"};
  cancel_when([&] { return flags->asked.load(); });
  client_.reset();
  flags->answer = true;
  flags->answer.notify_all();
}

TEST_F(ClientSocketTest, OverTheCapOfAnOriginIsSaidSo) {
  start({say_nothing});
  ClientOptions options;
  options.max_per_origin = 1;
  client_ = std::make_unique<Client>(world_.loop, world_.network, world_.pool, options);
  io::TaskScope first(world_.loop);
  first.spawn(ask(*this));
  EXPECT_TRUE(world_.until([this] { return questions_ == 1; }));
  ask_and_wait();
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, Code::kOverloaded);
}

TEST_F(ClientSocketTest, TimeLimitsOfTheUpstreamAreTold) {
  ClientOptions options;
  options.first_byte_timeout = 30ms;
  options.idle_timeout = 30ms;
  client_ = std::make_unique<Client>(world_.loop, world_.network, world_.pool, options);
  start({say_nothing, say_half});
  for (int i = 0; i < 2; ++i) {
    ask_and_wait();
    ASSERT_TRUE(error_);
    EXPECT_EQ(error_->code, Code::kUpstreamTimeout);
  }
  EXPECT_EQ(client_->open_connections(), 0u);
}

}  // namespace
}  // namespace sekisho::http
