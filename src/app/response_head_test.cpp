// A header of ours that HTTP cannot carry is our fault: the client is told so, the call is booked,
// and nobody says that the client went away.

#include "app/simulated_gateway.h"

namespace sekisho::app::testing {
namespace {

using namespace std::chrono_literals;

struct Told {
  int status = 0;
  std::string body;
};

io::task<void> ask(http::Client& client, std::string path, std::string body, Told& told) {
  http::Origin origin{{"gateway", 80}, nullptr, "gateway"};
  http::Headers headers;
  headers.add("authorization", std::string("Bearer ") + SimulatedGateway::kKey);
  http::ClientRequest request;
  request.target = path;
  request.headers = &headers;
  iovec part{body.data(), body.size()};
  request.body = std::span(&part, 1);
  auto answer = co_await client.send(origin, request);
  if (!answer) co_return;
  told.status = (*answer)->head().status;
  while (true) {
    auto piece = co_await (*answer)->read();
    if (!piece || piece->empty()) co_return;
    told.body += *piece;
  }
}

struct Case {
  const char *path, *model;
  bool stream;
};

class ResponseHead : public ::testing::TestWithParam<Case> {};

TEST_P(ResponseHead, ThatCannotBeWrittenIsOurFault) {
  SimulatedGateway world(1, Money{1'000'000'000}, Money{1'000'000'000});
  world.observer.expects_bugs = true;
  auto policy = std::make_shared<gateway::Policy>(*world.life->slot.current());
  for (auto& group : policy->models) group.name += "\n";  // goes into x-litellm-model-group
  world.life->slot.set(policy);
  http::BodyBudget budget;
  http::BufferPool buffers(budget);
  http::Client client(world.loop, world.fabric.host("client"), buffers, {});
  Told told;
  const auto& [path, model, stream] = GetParam();
  {
    io::TaskScope scope(world.loop);
    scope.spawn(ask(client, path,
                    std::string(R"({"model":")") + model + R"(","max_tokens":50,"stream":)" +
                        (stream ? "true" : "false") +
                        R"(,"messages":[{"role":"user","content":"hi"}]})",
                    told));
    world.loop.run_for(1min);
    EXPECT_EQ(scope.size(), 0u);
  }
  EXPECT_EQ(told.status, 500);
  EXPECT_NE(told.body.find("could not write its answer"), std::string::npos) << told.body;
  EXPECT_EQ(told.body.find("\"type\":\"error\"") != std::string::npos,
            std::string_view(path) == "/v1/messages")
      << told.body;
  EXPECT_EQ(world.observer.bugs, std::vector<std::string>{"response_head"});
  ASSERT_EQ(world.observer.records.size(), 1u);
  const auto& record = world.observer.records[0];
  EXPECT_EQ(record.outcome, "internal");
  EXPECT_EQ(record.status, 500);
  // Anthropic's streams tell the prompt's figures first.
  bool told_prompt = stream && std::string_view(path) == "/v1/messages";
  EXPECT_EQ(record.settlement, told_prompt ? "partial" : stream ? "estimated" : "reported");
  EXPECT_GT(record.cost.nano_usd, 0);
}

INSTANTIATE_TEST_SUITE_P(Paths, ResponseHead,
                         ::testing::Values(Case{"/v1/chat/completions", "b", false},
                                           Case{"/v1/chat/completions", "b", true},
                                           Case{"/v1/chat/completions", "o", true},
                                           Case{"/v1/messages", "a", false},
                                           Case{"/v1/messages", "a", true}));

}  // namespace
}  // namespace sekisho::app::testing
