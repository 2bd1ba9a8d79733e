#include "io/tcp.h"

#include <gtest/gtest.h>

#include <numeric>

#include "io/epoll_network.h"
#include "io/signal.h"

namespace sekisho::io {
namespace {

using namespace std::chrono_literals;

std::span<char> bytes_of(std::string& text) {
  return {text.data(), text.size()};
}
iovec part_of(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}

// A listener and both ends of connections to it, on one loop.
class TcpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listening = network_.listen({"127.0.0.1", 0}, [this](std::unique_ptr<Transport> t) {
      accepted_.push_back(std::move(t));
      arrived_.set();
    });
    ASSERT_TRUE(listening) << listening.error().detail;
    listener_ = *std::move(listening);
  }

  task<void> pair(std::unique_ptr<Stream>& client, std::unique_ptr<Stream>& server) {
    auto connected = co_await network_.connect(listener_->local(), nullptr, SteadyTime::max());
    EXPECT_TRUE(connected);
    client = *std::move(connected);
    while (accepted_.empty()) co_await arrived_.wait();
    auto adopted = co_await network_.adopt(std::move(accepted_.back()), nullptr, SteadyTime::max());
    accepted_.pop_back();
    server = *std::move(adopted);
  }

  void make_pair() { loop_.run_until_done(pair(client_, server_)); }

  SystemClock clock_;
  EpollLoop loop_{clock_};
  Resolver resolver_{clock_};
  EpollNetwork network_{loop_, resolver_};
  Signal arrived_{loop_};
  std::vector<std::unique_ptr<Transport>> accepted_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Stream> client_, server_;
};

task<void> send_all(Stream& stream, std::string text) {
  iovec parts[] = {part_of(std::string_view(text).substr(0, text.size() / 3)), iovec{},
                   part_of(std::string_view(text).substr(text.size() / 3))};
  auto sent = co_await stream.write(parts);
  EXPECT_TRUE(sent);
  if (sent) EXPECT_EQ(*sent, text.size());
  stream.shutdown();
}

task<void> receive_all(Stream& stream, std::size_t piece, std::string& into) {
  std::string buffer(piece, '\0');
  for (;;) {
    auto n = co_await stream.read(bytes_of(buffer));
    EXPECT_TRUE(n);
    if (!n || *n == 0) co_return;
    into.append(buffer, 0, *n);
  }
}

task<void> transfer(Loop& loop, Stream& from, Stream& to, std::string text, std::size_t piece,
                    std::string& into) {
  TaskScope scope(loop);
  scope.spawn(send_all(from, std::move(text)));
  co_await receive_all(to, piece, into);
}

TEST_F(TcpTest, CarriesBytesInOrderAtEveryBufferSize) {
  for (std::size_t piece : {1u, 7u, 4096u, 300'000u}) {
    make_pair();
    std::string text(piece == 1 ? 20'000 : 3'000'000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 + i / 251);
    std::string got;
    loop_.run_until_done(transfer(loop_, *client_, *server_, text, piece, got));
    EXPECT_TRUE(got == text) << piece;
  }
}

task<void> read_timeout(Loop& loop, Stream& stream, Stream& peer) {
  std::string buffer(100, '\0');
  auto n = co_await stream.read(bytes_of(buffer), loop.now() + 1ms);
  EXPECT_FALSE(n);
  if (!n) EXPECT_EQ(n.error().code, Code::kTimeout);
  iovec parts[] = {part_of("still usable")};
  co_await peer.write(parts);
  n = co_await stream.read(bytes_of(buffer));
  EXPECT_TRUE(n && *n == 12);
}

TEST_F(TcpTest, ATimedOutReadLeavesTheStreamUsable) {
  make_pair();
  loop_.run_until_done(read_timeout(loop_, *server_, *client_));
}

// The event comes while nobody reads, together with the data: neither may be lost.
task<void> late_reader(Loop& loop, Stream& stream, std::unique_ptr<Stream>& peer) {
  iovec parts[] = {part_of("last words")};
  co_await peer->write(parts);
  peer.reset();
  Signal gone(loop);
  stream.on_peer_gone([&gone] { gone.set(); });
  co_await gone.wait();
  EXPECT_TRUE(stream.readable_now());
  std::string buffer(100, '\0');
  auto n = co_await stream.read(bytes_of(buffer));
  EXPECT_TRUE(n && *n == 10);
  n = co_await stream.read(bytes_of(buffer));
  EXPECT_TRUE(n && *n == 0);
  gone.reset();
  stream.on_peer_gone([&gone] { gone.set(); });  // set afterwards: told in the next turn
  EXPECT_FALSE(gone.is_set());
  co_await gone.wait();
}

TEST_F(TcpTest, EndThatArrivesWhileNobodyWaitsIsSeen) {
  make_pair();
  loop_.run_until_done(late_reader(loop_, *server_, client_));
}

task<void> many_small(Loop& loop, Stream& stream, Stream& peer) {
  std::string buffer(64, '\0');
  for (int i = 0; i < 200; ++i) {
    iovec parts[] = {part_of("x")};
    co_await peer.write(parts);
    if (i % 3 == 0) co_await loop.sleep_for(1us);  // now and then the event comes first
    auto n = co_await stream.read(bytes_of(buffer), loop.now() + 10s);
    EXPECT_TRUE(n && *n >= 1);
  }
  EXPECT_FALSE(stream.readable_now());
}

TEST_F(TcpTest, ShortReadsLoseNoWakeUp) {
  make_pair();
  loop_.run_until_done(many_small(loop_, *server_, *client_));
}

task<void> fill(Loop& loop, Stream& stream) {
  std::string big(64 << 20, 'x');
  iovec parts[] = {part_of(big)};
  auto sent = co_await stream.write(parts, loop.now() + 20ms);
  EXPECT_FALSE(sent);
  if (!sent) EXPECT_EQ(sent.error().code, Code::kTimeout);
}

TEST_F(TcpTest, AWriteThatStallsMeetsItsDeadline) {
  make_pair();
  loop_.run_until_done(fill(loop_, *client_));
}

task<void> read_once(Stream& stream, std::optional<Result<std::size_t>>& result) {
  std::string buffer(10, '\0');
  result = co_await stream.read(bytes_of(buffer));
}

task<void> failing(Loop& loop, Stream& stream, std::optional<Result<std::size_t>>& result) {
  TaskScope scope(loop);
  scope.spawn(read_once(stream, result));
  co_await loop.sleep_for(1ms);
  stream.fail({Code::kCancelled, "client gone"});
  co_await loop.sleep_for(1us);
  EXPECT_TRUE(result.has_value());
  auto again = co_await stream.read({});
  EXPECT_EQ(again.error().code, Code::kCancelled);
}

TEST_F(TcpTest, FailAnswersPendingAndLaterOperations) {
  make_pair();
  auto watched = loop_.watched();
  std::optional<Result<std::size_t>> result;
  loop_.run_until_done(failing(loop_, *server_, result));
  ASSERT_TRUE(result && !*result);
  EXPECT_EQ(result->error(), (Error{Code::kCancelled, "client gone"}));
  EXPECT_EQ(loop_.watched(), watched - 1);
}

task<void> cancelled_read(Loop& loop, Stream& stream, Stream& peer) {
  std::optional<Result<std::size_t>> result;
  auto reading = read_once(stream, result);
  reading.start();
  co_await loop.sleep_for(1us);
  reading = {};  // withdrawn while suspended
  iovec parts[] = {part_of("for the next reader")};
  co_await peer.write(parts);
  std::string buffer(100, '\0');
  auto n = co_await stream.read(bytes_of(buffer));
  EXPECT_TRUE(n && *n == 19);
  EXPECT_FALSE(result);
}

TEST_F(TcpTest, ADestroyedReaderTakesNothing) {
  make_pair();
  loop_.run_until_done(cancelled_read(loop_, *server_, *client_));
}

task<void> expect_refused(Network& network, Endpoint to, std::string& detail) {
  auto stream = co_await network.connect(to, nullptr, SteadyTime::max());
  EXPECT_FALSE(stream);
  if (!stream) {
    EXPECT_EQ(stream.error().code, Code::kUpstreamUnreachable);
    detail = stream.error().detail;
  }
}

TEST_F(TcpTest, RefusalNamesHostPortAndReason) {
  auto at = listener_->local();
  listener_.reset();
  std::string detail;
  loop_.run_until_done(expect_refused(network_, at, detail));
  EXPECT_EQ(detail, "cannot connect to 127.0.0.1:" + std::to_string(at.port) +
                        " (127.0.0.1): Connection refused");
}

TEST_F(TcpTest, AnAddressInUseIsSaidSo) {
  auto second = network_.listen(listener_->local(), [](std::unique_ptr<Transport>) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_NE(second.error().detail.find("is in use"), std::string::npos);
  auto foreign = network_.listen({"192.0.2.1", 0}, [](std::unique_ptr<Transport>) {});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().detail, "this machine has no address 192.0.2.1");
}

TEST_F(TcpTest, TheNextAddressIsTriedWhenOneRefuses) {
  Resolver two(clock_, [](const std::string&) -> Result<Resolver::Addresses> {
    return Resolver::Addresses{*literal_address("127.0.0.9"), *literal_address("127.0.0.1")};
  });
  EpollNetwork network(loop_, two);
  Endpoint to{"two.test", listener_->local().port};
  auto run = [](Network& over, Endpoint where) -> task<void> {
    auto stream = co_await over.connect(where, nullptr, SteadyTime::max());
    EXPECT_TRUE(stream);
    if (stream) EXPECT_EQ((*stream)->peer_address(), "127.0.0.1");
  };
  loop_.run_until_done(run(network, to));
}

}  // namespace
}  // namespace sekisho::io
