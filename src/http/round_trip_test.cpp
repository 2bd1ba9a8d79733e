// Server and client together over real sockets on one loop.

#include <gtest/gtest.h>

#include "http/client.h"
#include "http/server.h"
#include "http/write_all.h"
#include "io/epoll_network.h"

namespace sekisho::http {
namespace {

using namespace std::chrono_literals;

io::task<void> echo(ServerExchange& exchange, BufferPool& pool) {
  auto body = pool.make();
  auto read = co_await exchange.read_body(body);
  EXPECT_TRUE(read) << read.error().detail;
  Headers headers;
  headers.add("X-Method", exchange.request().method);
  if (exchange.request().path() == "/whole") {
    co_await exchange.respond(200, headers, body.view());
    co_return;
  }
  EXPECT_TRUE(co_await exchange.start(200, headers));
  auto rest = body.view();
  for (std::size_t step = 1; !rest.empty(); step *= 3) {
    EXPECT_TRUE(co_await exchange.send(rest.substr(0, step)));
    rest.remove_prefix(std::min(step, rest.size()));
  }
  EXPECT_TRUE(co_await exchange.finish());
}

class RoundTrip : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listening = network_.listen({"127.0.0.1", 0}, [this](std::unique_ptr<io::Transport> t) {
      server_.adopt(std::move(t), nullptr);
    });
    ASSERT_TRUE(listening);
    listener_ = *std::move(listening);
    origin_.endpoint = listener_->local();
    origin_.authority = "test";
  }

  SystemClock clock_;
  io::EpollLoop loop_{clock_};
  io::Resolver resolver_{clock_};
  io::EpollNetwork network_{loop_, resolver_};
  BodyBudget budget_;
  BufferPool pool_{budget_};
  Server server_{loop_, network_, pool_, {}, [this](ServerExchange& e) { return echo(e, pool_); }};
  Client client_{loop_, network_, pool_, {}};
  std::unique_ptr<io::Listener> listener_;
  Origin origin_;
};

io::task<void> exchange_bodies(Client& client, BufferPool& pool, const Origin& origin,
                               std::string target) {
  for (std::size_t size : {0u, 1u, 100u, 16'000u, 40'000u, 300'000u, 5'000'000u}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 256);
    std::array parts{part_of(std::string_view(text).substr(0, size / 2)),
                     part_of(std::string_view(text).substr(size / 2))};
    ClientRequest request{.target = target, .body = parts};
    auto response = co_await client.send(origin, request);
    EXPECT_TRUE(response) << response.error().detail;
    if (!response) co_return;
    EXPECT_EQ((*response)->head().status, 200);
    EXPECT_EQ((*response)->head().headers.get("x-method"), "POST");
    EXPECT_EQ((*response)->head().headers.get("date").size(), 29u);
    auto got = pool.make();
    auto all = co_await (*response)->read_all(got, 8 << 20);
    EXPECT_TRUE(all) << all.error().detail;
    EXPECT_TRUE(got.view() == text) << size;
  }
}

io::task<void> until_idle(io::Loop& loop, Server& server, BodyBudget& budget) {
  while (server.active_exchanges() > 0 || budget.used() > 0) co_await loop.sleep_for(1us);
}

TEST_F(RoundTrip, BodiesOfAllSizesComeBackOverOneConnection) {
  loop_.run_until_done(exchange_bodies(client_, pool_, origin_, "/whole"));
  loop_.run_until_done(exchange_bodies(client_, pool_, origin_, "/streamed"));
  loop_.run_until_done(until_idle(loop_, server_, budget_));  // idle connections hold no memory
  EXPECT_EQ(client_.open_connections(), 1u);
  EXPECT_EQ(client_.idle_connections(), 1u);
  EXPECT_EQ(server_.connections(), 1u);
}

}  // namespace
}  // namespace sekisho::http
