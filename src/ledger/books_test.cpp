// Accounts and books: full database, change of window.
#include <fmt/format.h>

#include "ledger/test_ledger.h"

namespace sekisho::ledger {
namespace {

using std::chrono::hours;

TEST(Books, AFullDatabaseLosesNothingAndIsTriedAgain) {
  TestLedger t;
  auto pages = t.number("PRAGMA page_count");
  ASSERT_TRUE(t.database->script(fmt::format("PRAGMA max_page_count = {}", pages).c_str()));
  for (int i = 0; i < 300; ++i) {
    t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
    ASSERT_TRUE(t.ledger->prepare());
  }
  auto kept = t.ledger->keep_books();
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().detail.find("disk full"), std::string::npos) << kept.error().detail;
  EXPECT_TRUE(t.ledger->status().books);
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 0);
  t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
  ASSERT_TRUE(t.database->script("PRAGMA max_page_count = 100000"));
  ASSERT_TRUE(t.ledger->keep_books());
  EXPECT_FALSE(t.ledger->status().books);
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 301);
  EXPECT_EQ(t.number("SELECT sum(requests) FROM spend_day"), 301);
  EXPECT_EQ(t.ledger->status().entries, 301u);
  EXPECT_EQ(t.disk.list("journal")->size(), 2u);
}

TEST(Books, ThatCannotBeWrittenForLongEndAdmissionUntilTheyCan) {
  TestLedger t;
  auto pages = t.number("PRAGMA page_count");
  ASSERT_TRUE(t.database->script(fmt::format("PRAGMA max_page_count = {}", pages).c_str()));
  for (int i = 0; i < 300; ++i) {
    t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
    ASSERT_TRUE(t.ledger->prepare());
  }
  ASSERT_FALSE(t.ledger->keep_books());
  ASSERT_FALSE(t.ledger->keep_books());
  EXPECT_EQ(t.told, std::vector<std::string>{"books"});
  t.must_admit(usd(1)).release();
  t.clock.advance(limits::kLedgerTrouble);
  t.must_admit(usd(1)).release();  // not longer than the limit
  t.clock.advance(std::chrono::seconds(1));
  auto refused = t.admit(usd(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kStoreFailed);
  EXPECT_NE(refused.error().detail.find("disk full"), std::string::npos);
  ASSERT_TRUE(t.database->script("PRAGMA max_page_count = 100000"));
  ASSERT_TRUE(t.ledger->keep_books());
  EXPECT_EQ(t.told, (std::vector<std::string>{"books", "books well"}));
  t.must_admit(usd(1)).release();
}

TEST(Books, AChangedKindOfWindowCountsWhatWasSpentInIt) {
  TestLedger t;
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.2), Settlement::kReported);
  t.clock.advance(hours(24));
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.3), Settlement::kReported);
  auto open = t.must_admit(usd(1));
  auto expect = [&](Money today, Money before) {
    for (auto window : {Window::kDay, Window::kWeek, Window::kMonth, Window::kNone}) {
      t.levels[0].limits.window = window;
      EXPECT_EQ(t.committed(0), window == Window::kDay ? today : today + before);
    }
  };
  expect(usd(1.3), usd(0.2));
  t.levels[0].limits = {.budget = usd(2), .window = Window::kMonth};
  EXPECT_FALSE(t.admit(usd(0.6))->has_value());
  t.levels[0].limits.window = Window::kDay;
  auto second = t.must_admit(usd(0.6));
  // Calls that were admitted before the change are settled to the nano-dollar after it.
  open.settle(used(1, 1), usd(0.1), Settlement::kReported);
  second.release();
  expect(usd(0.4), usd(0.2));
}

TEST(Books, ANewAccountStartsWithWhatWasSpentInItsWindow) {
  TestLedger t;
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.2), Settlement::kReported);
  t.clock.advance(hours(24 * 7));
  t.must_admit(usd(1)).settle(used(1, 1), usd(0.3), Settlement::kReported);
  t.stop();
  for (auto [window, amount] : {std::pair(Window::kNone, usd(0.5)),
                                {Window::kDay, usd(0.3)},
                                {Window::kWeek, usd(0.3)},
                                {Window::kMonth, usd(0.3)}}) {
    t.policy[0].second.window = window;
    t.start();
    EXPECT_EQ(t.committed(0), amount) << static_cast<int>(window);
    t.stop();
  }
}

}  // namespace
}  // namespace sekisho::ledger
