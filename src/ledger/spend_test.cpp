#include "ledger/spend.h"

#include <algorithm>

#include "ledger/test_ledger.h"

namespace sekisho::ledger {
namespace {

using std::chrono::hours;

// 30 calls over three days: unit 3 or 4, model 5 or 6, cost 1 … 30 nano-dollars.
struct Spent : TestLedger {
  Spent() {
    for (int i = 0; i < 30; ++i) {
      auto asked = ask(usd(1));
      asked.call.unit = UnitId{3 + i % 2};
      asked.call.model = ModelId{5 + i % 3 / 2};
      requests_made.push_back(asked.call.request);
      auto admitted = worker->admit(asked, levels, nullptr);
      (*admitted)->settle(used(i, 2), Money{i + 1}, Settlement::kReported);
      if (i % 10 == 9) clock.advance(hours(24));
    }
    EXPECT_TRUE(ledger->keep_books());
    today = zone->civil_day(clock.wall()).day;
  }
  std::vector<RequestId> requests_made;
  std::int64_t today = 0;
};

TEST(Spend, TotalsByFilterAndDays) {
  Spent t;
  auto all = *spend_total(*t.database, {});
  EXPECT_EQ(all.requests, 30);
  EXPECT_EQ(all.cost, Money{465});
  EXPECT_EQ(all.usage.input, 435);
  EXPECT_EQ(all.usage.output, 60);
  EXPECT_EQ(spend_total(*t.database, {.units = {UnitId{3}}})->cost, Money{225});
  EXPECT_EQ(spend_total(*t.database, {.units = {UnitId{3}, UnitId{4}}})->cost, Money{465});
  EXPECT_EQ(spend_total(*t.database, {.key = KeyId{1}, .from_day = t.today - 1})->cost, Money{255});
  EXPECT_EQ(spend_total(*t.database, {.until_day = t.today - 2})->cost, Money{55});
  EXPECT_EQ(spend_total(*t.database, {.organisation = OrganisationId{8}})->requests, 0);
}

TEST(Spend, GroupsAddUpToTheTotal) {
  Spent t;
  for (auto group :
       {SpendGroup::kDay, SpendGroup::kOrganisation, SpendGroup::kUnit, SpendGroup::kUser,
        SpendGroup::kKey, SpendGroup::kModel, SpendGroup::kDeployment}) {
    auto rows = *spend_by(*t.database, {}, group);
    Money sum;
    for (auto& row : rows) sum += row.totals.cost;
    EXPECT_EQ(sum, Money{465});
  }
  auto days = *spend_by(*t.database, {}, SpendGroup::kDay);
  ASSERT_EQ(days.size(), 3u);
  EXPECT_EQ(days[0].group, t.today - 3);
  EXPECT_EQ(days[0].totals.cost, Money{55});
  auto models = *spend_by(*t.database, {.units = {UnitId{4}}}, SpendGroup::kModel);
  ASSERT_EQ(models.size(), 2u);
  EXPECT_GE(models[0].totals.cost, models[1].totals.cost);
  EXPECT_EQ(spend_by(*t.database, {}, SpendGroup::kDay, 2)->size(), 1u);
}

TEST(Spend, FindsSingleEntriesAndPagesThroughAKeys) {
  Spent t;
  auto found = *find_entry(*t.database, t.requests_made[4]);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cost, Money{5});
  EXPECT_EQ(found->reserved, usd(1));
  EXPECT_EQ(found->usage.input, 4);
  EXPECT_EQ(found->call.deployment, DeploymentId{6});
  EXPECT_EQ(found->settlement, Settlement::kReported);
  EXPECT_FALSE(*find_entry(*t.database, RequestId{}));

  std::vector<RequestId> seen;
  std::optional<RequestId> cursor;
  do {
    auto page = *list_entries(*t.database, {.units = {UnitId{4}}, .key = KeyId{1}}, cursor, 4);
    for (auto& entry : page.entries) seen.push_back(entry.call.request);
    cursor = page.next;
  } while (cursor);
  ASSERT_EQ(seen.size(), 15u);
  EXPECT_TRUE(std::ranges::is_sorted(seen, std::greater<>()));
  EXPECT_EQ(seen.back(), t.requests_made[1]);
}

TEST(Spend, APageLooksAtABoundedNumberOfEntries) {
  TestLedger t;
  ASSERT_TRUE(t.books->write([](store::Database& db) {
    return db.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO ledger_entry SELECT CAST(printf('%016d', i) AS BLOB), 0, 0, 1, 1, 1, 1, 1, 1,"
        " 0, 0, 0, 0, 0, 0, i, 0, 0, 0 FROM n",
        limits::kLedgerScan + 10);
  }));
  auto first = *list_entries(*t.database, {.key = KeyId{2}}, {}, 5);
  EXPECT_TRUE(first.entries.empty());
  ASSERT_TRUE(first.next);
  auto rest = *list_entries(*t.database, {.key = KeyId{2}}, first.next, 5);
  EXPECT_TRUE(rest.entries.empty());
  EXPECT_FALSE(rest.next);
}

}  // namespace
}  // namespace sekisho::ledger
