#include "sim/server.h"

#include <gtest/gtest.h>

#include "http/client.h"
#include "io/epoll_network.h"

namespace sekisho::sim {
namespace {

using namespace std::chrono_literals;

// A simulator and a client in one thread, on one loop: how a program embeds it.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto at = server.listen({"127.0.0.1", 0});
    ASSERT_TRUE(at) << at.error().detail;
    origin.endpoint = *at;
    origin.authority = "sim";
    headers.add("authorization", "Bearer " + server.core().keys().openai[0].key);
    headers.add("content-type", "application/json");
  }

  static std::string body_with(std::string_view marker) {
    return R"({"model":"gpt-4.1-mini","stream":true,"messages":[{"role":"user","content":")" +
           std::string(marker) + "\"}]}";
  }

  // Reads until the end, or until `enough` bytes came, then drops the answer.
  io::task<void> ask(std::string body, std::size_t enough) {
    iovec part{body.data(), body.size()};
    auto answer = co_await client.send(
        origin, {.target = "/v1/chat/completions", .headers = &headers, .body = {&part, 1}});
    if (answer) {
      status = (*answer)->head().status;
      while (got.size() < enough) {
        const auto piece = co_await (*answer)->read();
        if (!piece || piece->empty()) break;
        got += *piece;
      }
    }
    answer = fail(Code::kCancelled);
    // The server learns of a closed connection in a later turn.
    for (int turn = 0; turn < 500 && server.core().bill().calls().empty(); ++turn) {
      co_await loop.sleep_for(1ms);
    }
    loop.stop();
  }

  io::task<void> stop_once_some_came() {
    while (got.empty()) co_await loop.sleep_for(1ms);
    server.stop();
  }

  void run(std::string_view marker, std::size_t enough = std::string::npos) {
    scope.spawn(ask(body_with(marker), enough));
    loop.run();
  }

  SystemClock clock;
  SeededRandom random{3};
  io::EpollLoop loop{clock};
  io::Resolver resolver{clock};
  io::EpollNetwork network{loop, resolver};
  http::BodyBudget budget;
  http::BufferPool buffers{budget};
  SimServer server{loop, network, buffers, random};
  http::Client client{loop, network, buffers, {}};
  io::TaskScope scope{loop};
  http::Origin origin;
  http::Headers headers;
  std::string got;
  int status = 0;
};

TEST_F(ServerTest, StreamsAndBills) {
  run("hi");
  EXPECT_EQ(status, 200);
  EXPECT_TRUE(got.ends_with("data: [DONE]\n\n"));
  ASSERT_EQ(server.core().bill().calls().size(), 1U);
  EXPECT_TRUE(server.core().bill().calls()[0].complete);
}

TEST_F(ServerTest, ClientThatLeavesEndsTheWaitAndIsBilledForItsPart) {
  // 40 tokens per second: without the client leaving, this would last minutes.
  run(R"([[sim:{\"scenario\":\"long\",\"tokens\":4000,\"pace\":40}]])", 1000);
  ASSERT_EQ(server.core().bill().calls().size(), 1U);
  const BilledCall& call = server.core().bill().calls()[0];
  EXPECT_FALSE(call.complete);
  EXPECT_GT(call.usage.output, 0);
  EXPECT_LT(call.usage.output, 4000);
}

TEST_F(ServerTest, StoppingBooksWhatIsRunning) {
  scope.spawn(stop_once_some_came());
  run(R"([[sim:{\"fault\":{\"kind\":\"hang\",\"at\":4}}]])");
  ASSERT_EQ(server.core().bill().calls().size(), 1U);
  EXPECT_FALSE(server.core().bill().calls()[0].complete);
}

}  // namespace
}  // namespace sekisho::sim
