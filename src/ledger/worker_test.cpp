#include "ledger/worker.h"

#include "ledger/test_ledger.h"

namespace sekisho::ledger {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(Admission, HoldsTheWorstCaseAtEveryLevelAndSettlesToTheCost) {
  TestLedger t;
  auto hold = t.must_admit(usd(2));
  for (auto& level : t.levels) EXPECT_EQ(level.account->state(Window::kNone).committed, usd(2));
  hold.settle(used(10, 20), usd(0.5), Settlement::kReported);
  for (auto& level : t.levels) {
    EXPECT_EQ(level.account->state(Window::kNone).committed, usd(0.5));
    EXPECT_EQ(level.account->parallel(), 0);
  }
  EXPECT_FALSE(hold);
}

TEST(Admission, IsAllOrNothingAndNamesTheLevelThatFails) {
  TestLedger t;
  t.stop();
  t.policy[2].second = {.budget = usd(5), .window = Window::kMonth};
  t.policy[0].second = {.requests_per_minute = 100, .tokens_per_minute = 1'000, .parallel = 9};
  t.start();
  auto first = t.must_admit(usd(4), 10);
  auto second = t.admit(usd(1.5), 10);
  ASSERT_TRUE(second);
  ASSERT_FALSE(*second);
  const Denied& denied = second->error();
  EXPECT_EQ(denied.what, Denied::What::kBudget);
  EXPECT_EQ(denied.level, 2u);
  EXPECT_EQ(denied.committed, usd(4));
  EXPECT_EQ(denied.cap, usd(5));
  EXPECT_EQ(denied.resets, "2026-12-01T00:00:00+09:00");
  EXPECT_EQ(denied.retry_after_s, 5 * 86'400 + 12 * 3'600);
  for (auto& level : t.levels) {
    EXPECT_EQ(level.account->state(Window::kNone).committed, usd(4));
    EXPECT_EQ(level.account->parallel(), 1);
  }
  EXPECT_EQ(t.levels[0].account->requests().used(t.clock.steady()), 1);
  EXPECT_EQ(t.levels[0].account->tokens().used(t.clock.steady()), 10);
  EXPECT_EQ(t.worker->available(t.levels), usd(1));
}

TEST(Admission, ExplainsWhatItWouldDenyWithoutTakingAnything) {
  TestLedger t;
  t.stop();
  t.policy[1].second = {.budget = usd(1), .window = Window::kDay, .parallel = 1};
  t.start();
  EXPECT_FALSE(t.worker->would_deny(t.ask(usd(1)), t.levels));
  auto denied = t.worker->would_deny(t.ask(usd(1.01)), t.levels);
  ASSERT_TRUE(denied);
  EXPECT_EQ(denied->level, 1u);
  EXPECT_EQ(t.committed(1), Money{});
  auto hold = t.must_admit(usd(1));
  EXPECT_EQ(t.worker->would_deny(t.ask(Money{}), t.levels)->what, Denied::What::kParallel);
}

TEST(Admission, LimitsRequestsAndTokensPerMinute) {
  TestLedger t;
  t.stop();
  t.policy[3].second = {.requests_per_minute = 2, .tokens_per_minute = 1'000};
  t.start();
  t.must_admit(Money{}, 900).settle(used(50, 50), Money{}, Settlement::kReported);
  auto tokens = t.admit(Money{}, 901);
  EXPECT_EQ(tokens->error().what, Denied::What::kTokens);
  EXPECT_EQ(tokens->error().present, 100);
  EXPECT_EQ(tokens->error().limit, 1'000);
  EXPECT_EQ(tokens->error().retry_after_s, 61);
  EXPECT_EQ(t.worker->tokens_left(t.levels), 900);
  auto never = t.admit(Money{}, 1'001);
  EXPECT_EQ(never->error().what, Denied::What::kTokens);
  EXPECT_FALSE(never->error().retry_after_s);
  EXPECT_EQ(never->error().resets, "");
  auto hold = t.must_admit(Money{}, 900);
  auto requests = t.admit(Money{}, 0);
  EXPECT_EQ(requests->error().what, Denied::What::kRequests);
  EXPECT_EQ(requests->error().retry_after_s, 61);
  hold.release();
  auto again = t.must_admit(Money{}, 900);
  again.asked();
  again.release();
  // A request that a provider was asked stays one of the minute; its tokens come back.
  EXPECT_EQ(t.admit(Money{}, 0)->error().what, Denied::What::kRequests);
  EXPECT_EQ(t.worker->tokens_left(t.levels), 900);
}

TEST(Admission, AReleasedCallLeavesNoTrace) {
  TestLedger t;
  t.must_admit(usd(3)).release();
  for (auto& level : t.levels) EXPECT_EQ(level.account->state(Window::kNone).committed, Money{});
  ASSERT_TRUE(t.ledger->keep_books());
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 0);
}

TEST(Admission, AHoldThatIsDroppedBooksItsBestKnownAmount) {
  TestLedger t;
  {
    auto hold = t.must_admit(usd(3));
  }
  {
    auto hold = t.must_admit(usd(3));
    hold.progress(used(10, 0), usd(0.25));
    auto moved = std::move(hold);
    EXPECT_FALSE(hold);
  }
  ASSERT_TRUE(t.ledger->keep_books());
  EXPECT_EQ(t.number("SELECT cost FROM ledger_entry WHERE settlement = 3"), usd(3).nano_usd);
  EXPECT_EQ(t.number("SELECT cost FROM ledger_entry WHERE settlement = 1"), usd(0.25).nano_usd);
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 2);
}

TEST(Admission, ABudgetResetsAtTheEdgeOfItsWindow) {
  TestLedger t;
  t.stop();
  t.policy[0].second = {.budget = usd(1), .window = Window::kDay};
  t.start();
  auto evening = t.must_admit(usd(1));
  EXPECT_FALSE(t.admit(usd(1))->has_value());
  t.clock.advance(hours(12));  // midnight in Tokyo
  auto morning = t.must_admit(usd(1));
  evening.settle(used(1, 1), usd(0.1), Settlement::kReported);
  EXPECT_EQ(t.committed(0), usd(1));
  EXPECT_FALSE(t.admit(usd(0.5))->has_value());
}

TEST(Admission, AClockThatStepsBackBringsNoSpentBudgetBack) {
  TestLedger t;
  t.stop();
  t.policy[0].second = {.budget = usd(1), .window = Window::kDay};
  t.policy[3].second = {.budget = usd(1), .window = Window::kMonth};
  t.start();
  t.clock.advance(hours(12));
  t.must_admit(usd(0.6)).settle(used(1, 1), usd(0.6), Settlement::kReported);
  t.clock.wall_now -= hours(6);
  EXPECT_FALSE(t.admit(usd(0.5))->has_value());
  t.must_admit(usd(0.3)).settle(used(1, 1), usd(0.3), Settlement::kReported);
  t.stop();
  t.start();  // and neither does a restart
  EXPECT_EQ(t.committed(0), usd(0.9));
  EXPECT_FALSE(t.admit(usd(0.2))->has_value());
  EXPECT_EQ(t.number("SELECT count(DISTINCT day) FROM ledger_entry"), 1);
}

// In Tokyo the day has begun that Los Angeles reaches sixteen hours later.
TEST(Admission, AnOrganisationThatMovesToAZoneFurtherWestStaysInItsDay) {
  TestLedger t;
  t.policy[0].second = {.budget = usd(1), .window = Window::kDay};
  t.stop();
  t.start();
  t.must_admit(usd(0.6)).settle(used(1, 1), usd(0.6), Settlement::kReported);
  for (auto& level : t.levels) level.zone = TimeZone::find("America/Los_Angeles");
  EXPECT_FALSE(t.admit(usd(0.5))->has_value());
  t.must_admit(usd(0.3)).settle(used(1, 1), usd(0.3), Settlement::kReported);
  EXPECT_EQ(t.committed(0), usd(0.9));
  ASSERT_TRUE(t.ledger->keep_books());
  EXPECT_EQ(t.number("SELECT count(DISTINCT day) FROM ledger_entry"), 1);
  t.clock.advance(hours(30));
  t.must_admit(usd(1)).release();
}

TEST(Admission, AnOldPolicysLevelsStayAliveWhileACallIsOpen) {
  TestLedger t;
  auto policy = std::make_shared<int>(1);
  auto admitted = t.worker->admit(t.ask(usd(1)), t.levels, policy);
  EXPECT_EQ(policy.use_count(), 2);
  (*admitted)->release();
  EXPECT_EQ(policy.use_count(), 1);
}

TEST(Admission, RefusesWhatCannotBeBooked) {
  TestLedger t;
  EXPECT_EQ(t.admit(Money{-1}).error().code, Code::kInvalidArgument);
  EXPECT_EQ(t.admit(Money{}, -1).error().code, Code::kInvalidArgument);
  auto foreign = t.ask(usd(1));
  foreign.call.key = KeyId{77};
  EXPECT_EQ(t.worker->admit(foreign, t.levels, nullptr).error().code, Code::kInvalidArgument);
  std::vector<Level> deep(limits::kBudgetLevels + 1, t.levels[2]);
  EXPECT_EQ(t.worker->admit(t.ask(usd(1)), deep, nullptr).error().code, Code::kInvalidArgument);
  deep.resize(limits::kUnitDepth + 1);
  EXPECT_EQ(t.worker->admit(t.ask(usd(1)), deep, nullptr).error().code, Code::kInvalidArgument);
}

TEST(Admission, AFullDiskRefusesNewCallsSettlesOpenOnesAndIsOverByItself) {
  TestLedger t;
  t.disk.capacity(t.disk.used());
  std::vector<Hold> holds;
  Result<std::expected<Hold, Denied>> admitted = t.admit(usd(1));
  for (; admitted; admitted = t.admit(usd(1))) {
    holds.push_back(std::move(**admitted));
    (void)t.ledger->prepare();
  }
  EXPECT_EQ(admitted.error().code, Code::kStoreFailed);
  EXPECT_NE(admitted.error().detail.find("disk full"), std::string::npos);
  EXPECT_EQ(holds.size(), 64u);  // two segments of 64 records, two records for each call
  EXPECT_EQ(t.committed(0), usd(64));
  EXPECT_TRUE(t.ledger->status().journal);
  for (auto& hold : holds) hold.settle(used(1, 1), usd(1), Settlement::kReported);
  ASSERT_TRUE(t.ledger->keep_books());
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 64);
  ASSERT_TRUE(t.ledger->prepare());  // the deleted segment has made room
  EXPECT_FALSE(t.ledger->status().journal);
  EXPECT_TRUE(t.admit(usd(1)).has_value());
}

}  // namespace
}  // namespace sekisho::ledger
