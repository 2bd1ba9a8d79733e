// What is booked for calls whose end nobody saw: never less than the provider billed, never more
// than was reserved, exactly one entry; and nothing for what no provider can have served.

#include "app/simulated_gateway.h"

namespace sekisho::app::testing {
namespace {

using namespace std::chrono_literals;

struct Question {
  const char* model = "o";
  bool stream = false;
  std::string scenario;    // members of the scenario, as JSON
  Duration leave_after{};  // zero: stays
  std::string more;        // members of the request
};

struct Booked {
  std::int64_t entries = 0, cost = 0, reserved = 0, output = 0;
  ledger::Settlement settlement{};
};

class SettlementSimulation : public ::testing::TestWithParam<const char*> {
 public:
  static io::task<void> ask(SettlementSimulation& test, http::Client& client, std::string body,
                            bool messages) {
    http::Headers headers;
    headers.add("authorization", std::string("Bearer ") + SimulatedGateway::kKey);
    headers.add("anthropic-version", "2023-06-01");
    http::Origin origin{{"gateway", 80}, nullptr, "gateway"};
    http::ClientRequest request;
    request.target = messages ? "/v1/messages" : "/v1/chat/completions";
    request.headers = &headers;
    iovec part{body.data(), body.size()};
    request.body = std::span(&part, 1);
    auto answer = co_await client.send(origin, request);
    if (!answer) co_return;
    test.status_ = (*answer)->head().status;
    auto whole = test.buffers_.make();
    (void)co_await (*answer)->read_all(whole, 1 << 20);
  }

  // One call to its end and all that follows from it.
  Booked call(Question q) {
    std::string_view model = q.model;
    bool messages = model == "a" || model == "m";
    if (model == "m") model = "b";  // Messages, served by InvokeModel
    std::string scenario;
    for (char c : "{\"scenario\":\"long\",\"tokens\":400" + q.scenario + "}") {
      scenario += c == '"' ? "\\\"" : std::string(1, c);
    }
    std::string body = R"({"model":")" + std::string(model) + R"(","max_tokens":1000,"stream":)" +
                       (q.stream ? "true" : "false") + q.more +
                       R"(,"messages":[{"role":"user","content":"say [[sim:)" + scenario +
                       R"(]]"}]})";
    status_ = 0;
    // Waits longer than the gateway, so that the gateway is the one to give up.
    http::Client client(world_.loop, world_.fabric.host("client"), buffers_,
                        {.first_byte_timeout = 30min, .idle_timeout = 30min});
    {
      io::TaskScope scope(world_.loop);
      scope.spawn(ask(*this, client, std::move(body), messages));
      world_.loop.run_for(q.leave_after > Duration::zero() ? q.leave_after : Duration(1h));
    }
    world_.loop.run_for(1h);
    world_.keep_books();
    Booked booked;
    auto rows =
        *world_.database->query("SELECT cost, reserved, output, settlement FROM ledger_entry");
    while (rows.step().value_or(false)) {
      ++booked.entries;
      booked.cost = rows.integer(0);
      booked.reserved = rows.integer(1);
      booked.output = rows.integer(2);
      booked.settlement = static_cast<ledger::Settlement>(rows.integer(3));
    }
    return booked;
  }
  std::int64_t billed() { return world_.providers->core().bill().total_nano_usd(); }
  std::size_t served() { return world_.providers->core().bill().calls().size(); }
  const trace::CallRecord& record() { return world_.observer.records.back(); }

  SimulatedGateway world_{7, Money{kNanoPerUsd}, Money{kNanoPerUsd}};
  http::BodyBudget budget_;
  http::BufferPool buffers_{budget_};
  int status_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Providers, SettlementSimulation, ::testing::Values("a", "b", "m", "o"));

TEST_P(SettlementSimulation, LeavingAWholeAnswerBooksTheReservation) {
  auto booked = call({GetParam(), false, R"(,"pace":100)", 2s});
  EXPECT_EQ(booked.entries, 1);
  EXPECT_EQ(booked.settlement, ledger::Settlement::kReserved);
  EXPECT_EQ(booked.cost, booked.reserved);
  EXPECT_GT(billed(), 0);
  EXPECT_LE(billed(), booked.cost);
  EXPECT_EQ(record().settlement, "reserved");
  EXPECT_EQ(record().outcome, "client_gone");
}

TEST_P(SettlementSimulation, LeavingAStreamBooksWhatWasSeenAndWhatIsUnderWay) {
  auto booked = call({GetParam(), true, R"(,"pace":100)", 2s});
  EXPECT_EQ(booked.entries, 1);
  EXPECT_LE(billed(), booked.cost);
  EXPECT_LT(booked.cost, booked.reserved);
  EXPECT_LT(booked.output, 400);
}

TEST_P(SettlementSimulation, ASilentStreamIsStillGenerating) {
  auto booked = call({GetParam(), true, R"(,"gap_ms":60000)", 5s});
  EXPECT_EQ(booked.entries, 1);
  EXPECT_GE(booked.output, 400);
}

TEST_P(SettlementSimulation, BrokenAnswersAreNotBookedBelowTheBill) {
  for (bool stream : {false, true}) {
    for (const char* fault : {"close", "reset", "half_frame", "garbage"}) {
      world_.providers->core().reset();
      auto before = call({}).entries;  // of an answer that is fine
      auto booked =
          call({GetParam(), stream, R"(,"fault":{"kind":")" + std::string(fault) + R"(","at":5})"});
      EXPECT_EQ(booked.entries, before + 1) << fault;
      EXPECT_LE(booked.cost, booked.reserved) << fault;
      EXPECT_LE(world_.providers->core().bill().calls().back().nano_usd, booked.cost)
          << fault << " streamed " << stream;
    }
  }
}

TEST_P(SettlementSimulation, ATimeoutAfterTheWholeRequestIsOneEntry) {
  auto booked = call({GetParam(), false, R"(,"fault":{"kind":"hang","at":0})"});
  EXPECT_EQ(booked.entries, 1);
  EXPECT_EQ(booked.settlement, ledger::Settlement::kReserved);
  EXPECT_EQ(booked.cost, booked.reserved);
  EXPECT_EQ(record().outcome, "upstream_error");
  EXPECT_EQ(record().attempts, 1u);
}

TEST_P(SettlementSimulation, ATimeoutOfAStreamIsAnEstimateOfItsInput) {
  auto booked = call({GetParam(), true, R"(,"fault":{"kind":"hang","at":0})"});
  EXPECT_EQ(booked.entries, 1);
  EXPECT_EQ(booked.settlement, ledger::Settlement::kEstimated);
  EXPECT_EQ(booked.output, 0);
  EXPECT_GT(booked.cost, 0);
  EXPECT_EQ(record().attempts, 1u);
}

// It may have been served: asking again could be billed twice.
TEST_P(SettlementSimulation, AFreshConnectionThatClosesWithoutAWordIsNotAskedAgain) {
  auto booked = call({GetParam(), true, R"(,"fault":{"kind":"close","at":0})"});
  EXPECT_EQ(booked.entries, 1);
  EXPECT_EQ(record().attempts, 1u);
  EXPECT_EQ(record().outcome, "upstream_error");
}

TEST_P(SettlementSimulation, AnErrorStatusIsNotBooked) {
  auto booked = call({GetParam(), false, R"(,"fault":{"kind":"status","status":500})"});
  EXPECT_EQ(booked.entries, 0);
  EXPECT_EQ(served(), 0u);
  EXPECT_EQ(record().settlement, "none");
  EXPECT_EQ(record().attempts, 3u);
}

TEST_P(SettlementSimulation, AnUpstreamThatCannotBeReachedIsNotBooked) {
  world_.fabric.part("gateway", "providers");
  EXPECT_EQ(call({GetParam(), false, ""}).entries, 0);
}

TEST_P(SettlementSimulation, OutputIsNotFreeWhereTextCame) {
  auto booked = call({GetParam(), false, R"(,"usage":{"input":10,"output":0})"});
  EXPECT_EQ(booked.entries, 1);
  EXPECT_EQ(booked.settlement, ledger::Settlement::kPartial);
  EXPECT_GE(booked.output, 390);
}

}  // namespace
}  // namespace sekisho::app::testing
