#include "ledger/recovery.h"

#include <algorithm>
#include <map>

#include "ledger/journal_files.h"
#include "ledger/test_ledger.h"

namespace sekisho::ledger {
namespace {

// What the books say: per request cost and settlement, and the sums.
struct Picture {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> entries;
  std::int64_t spend = 0, requests = 0, key = 0, organisation = 0;
  friend bool operator==(const Picture&, const Picture&) = default;
};

Picture picture(TestLedger& t) {
  Picture out;
  auto rows = *t.database->query("SELECT hex(request), cost, settlement FROM ledger_entry");
  while (*rows.step()) out.entries[rows.text(0)] = {rows.integer(1), rows.integer(2)};
  out.spend = t.number("SELECT ifnull(sum(cost), 0) FROM spend_day");
  out.requests = t.number("SELECT ifnull(sum(requests), 0) FROM spend_day");
  out.key = t.number("SELECT ifnull(sum(cost), 0) FROM account_day WHERE kind = 0");
  out.organisation = t.number("SELECT ifnull(sum(cost), 0) FROM account_day WHERE kind = 3");
  return out;
}

void expect_sums_agree(const Picture& p) {
  std::int64_t sum = 0;
  for (auto& [request, entry] : p.entries) sum += entry.first;
  EXPECT_EQ(p.spend, sum);
  EXPECT_EQ(p.key, sum);
  EXPECT_EQ(p.organisation, sum);
  EXPECT_EQ(p.requests, static_cast<std::int64_t>(p.entries.size()));
}

void clear_books(TestLedger& t) {
  ASSERT_TRUE(t.database->script(
      "DELETE FROM ledger_entry; DELETE FROM spend_day; DELETE FROM account_day;"
      "DELETE FROM open_call; DELETE FROM journal_done; DELETE FROM ledger_state"));
}

const std::string kFirst = "journal/w00-0000000001.sj";

TEST(Recovery, ClosesEachOpenCallWithItsBestKnownAmountAndMarksIt) {
  TestLedger t;
  auto settled = t.must_admit(usd(1));
  settled.settle(used(1, 1), usd(0.1), Settlement::kReported);
  t.must_admit(usd(1)).release();
  auto streaming = t.must_admit(usd(1));
  streaming.progress(used(5, 0), usd(0.2));
  streaming.progress(used(5, 9), usd(0.4));
  auto silent = t.must_admit(usd(1));
  t.crash();
  t.start();
  EXPECT_EQ(t.ledger->status().recovered, 2u);
  auto p = picture(t);
  expect_sums_agree(p);
  EXPECT_EQ(p.entries.size(), 3u);
  EXPECT_EQ(t.number("SELECT cost FROM ledger_entry WHERE settlement = 0"), usd(0.1).nano_usd);
  EXPECT_EQ(t.number("SELECT cost FROM ledger_entry WHERE settlement = 1"), usd(0.4).nano_usd);
  EXPECT_EQ(t.number("SELECT output FROM ledger_entry WHERE settlement = 1"), 9);
  EXPECT_EQ(t.number("SELECT cost FROM ledger_entry WHERE settlement = 3"), usd(1).nano_usd);
  EXPECT_EQ(t.committed(0), usd(1.5));
  EXPECT_EQ(t.committed(3), usd(1.5));
}

// Calls in all states, killed at every byte of the journal. Whatever has been lost, each call whose
// reserve record is there is booked exactly once, or released.
TEST(Recovery, AfterAKillAtAnyByteTheBooksAreThoseOfTheRecordsBeforeIt) {
  TestLedger t;
  auto one = t.must_admit(Money{100});
  auto two = t.must_admit(Money{200});
  one.settle(used(1, 1), Money{10}, Settlement::kReported);
  two.progress(used(1, 0), Money{20});
  auto three = t.must_admit(Money{300});
  two.settle(used(1, 4), Money{25}, Settlement::kReported);
  three.release();
  auto bytes = t.disk.contents(kFirst);
  // After this many records: number of entries, sum of their costs.
  const std::pair<std::size_t, std::int64_t> expected[] = {
      {0, 0}, {1, 100}, {2, 300}, {2, 210}, {2, 30}, {3, 330}, {3, 335}, {2, 35}, {2, 35}};
  auto head = std::span(bytes).first(kHeaderBytes);
  for (std::size_t cut = 0; cut <= 7 * kRecordBytes; ++cut) {
    SimDisk disk(t.random);
    ASSERT_TRUE(disk.create(kFirst, bytes.size(), head));
    std::copy_n(bytes.begin() + kHeaderBytes, cut, disk.contents(kFirst).begin() + kHeaderBytes);
    clear_books(t);
    ASSERT_TRUE(recover_journal(disk, "journal", *t.books)) << cut;
    auto p = picture(t);
    expect_sums_agree(p);
    // A record that lacks only zeros at its end is complete.
    auto rest = std::span(bytes).subspan(kHeaderBytes + cut);
    auto to_end = rest.first(kRecordBytes - cut % kRecordBytes);
    bool complete = std::ranges::all_of(to_end, [](std::byte b) { return b == std::byte{}; });
    auto& want = expected[cut / kRecordBytes + (complete ? 1 : 0)];
    ASSERT_EQ(p.entries.size(), want.first) << cut;
    ASSERT_EQ(p.spend, want.second) << cut;
    ASSERT_EQ(disk.used(), 0u);
  }
}

TEST(Recovery, DoneTwiceGivesTheSameBooks) {
  TestLedger t;
  std::vector<Hold> open;
  for (int i = 0; i < 20; ++i) {
    auto hold = t.must_admit(Money{100 + i});
    if (i % 3 == 0) hold.progress(used(1, 0), Money{50});
    if (i % 3 == 1) hold.settle(used(1, 1), Money{i}, Settlement::kReported);
    open.push_back(std::move(hold));
  }
  auto bytes = t.disk.contents(kFirst);
  auto recover_again = [&] {
    SimDisk disk(t.random);
    ASSERT_TRUE(disk.create(kFirst, bytes.size(), bytes));
    ASSERT_TRUE(recover_journal(disk, "journal", *t.books));
  };
  recover_again();
  auto first = picture(t);
  EXPECT_EQ(first.entries.size(), 20u);
  expect_sums_agree(first);
  recover_again();  // a power cut brought the deleted file back
  EXPECT_EQ(picture(t), first);
  ASSERT_TRUE(t.database->run("DELETE FROM journal_done"));
  recover_again();  // killed between commit and the mark, were they apart
  EXPECT_EQ(picture(t), first);
}

TEST(Recovery, AfterAFailedFlushTheNextOneMakesEverythingGood) {
  TestLedger t;
  t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
  t.disk.fail_flushes(true);
  EXPECT_FALSE(t.ledger->sync());
  EXPECT_TRUE(t.ledger->status().journal);
  for (int i = 0; i < 99; ++i) {  // on into later segments
    t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
    ASSERT_TRUE(t.ledger->prepare());
  }
  t.disk.fail_flushes(false);
  ASSERT_TRUE(t.ledger->sync());
  EXPECT_FALSE(t.ledger->status().journal);
  t.stop();
  t.disk.power_cut();
  t.start();
  EXPECT_EQ(picture(t).entries.size(), 100u);
  EXPECT_EQ(t.ledger->status().cut_records, 0u);
}

// A call that stays open while many segments fill and are deleted.
TEST(Recovery, ALongCallSurvivesTheDeletionOfItsSegment) {
  for (bool released : {false, true}) {
    TestLedger t;
    auto lasting = t.must_admit(usd(7));
    auto fill = [&] {
      for (int i = 0; i < 200; ++i) {
        t.must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
        ASSERT_TRUE(t.ledger->prepare());
        ASSERT_TRUE(t.ledger->keep_books());
      }
    };
    fill();
    EXPECT_EQ(t.number("SELECT count(*) FROM open_call"), 1);
    EXPECT_EQ((*t.disk.list("journal")).size(), 2u);
    if (released) {
      lasting.release();
      ASSERT_TRUE(t.ledger->keep_books());
      EXPECT_EQ(t.number("SELECT count(*) FROM open_call"), 0);
    }
    t.crash();
    t.start();
    auto p = picture(t);
    expect_sums_agree(p);
    EXPECT_EQ(p.entries.size(), released ? 200u : 201u);
    EXPECT_EQ(t.number("SELECT count(*) FROM open_call"), 0);
    EXPECT_EQ(p.spend, 200 + (released ? 0 : usd(7).nano_usd));
  }
}

struct Damaged : TestLedger {
  Damaged() {
    for (int i = 0; i < 100; ++i) {
      must_admit(usd(1)).settle(used(1, 1), Money{1}, Settlement::kReported);
      EXPECT_TRUE(ledger->prepare());
    }
    EXPECT_TRUE(ledger->sync());
    stop();
  }
};

TEST(Recovery, ADamagedMiddleRefusesToStartAndChangesNothing) {
  Damaged t;
  t.disk.contents("journal/w00-0000000002.sj")[kHeaderBytes + 5 * kRecordBytes + 3] ^= std::byte{4};
  auto files = *t.disk.list("journal");
  auto started = t.try_start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kCorrupt);
  EXPECT_NE(started.error().detail.find("w00-0000000002.sj is damaged at offset 5376"),
            std::string::npos)
      << started.error().detail;
  EXPECT_EQ(*t.disk.list("journal"), files);
  EXPECT_EQ(t.number("SELECT count(*) FROM ledger_entry"), 0);
}

TEST(Recovery, AMissingSegmentIsDamage) {
  Damaged t;
  ASSERT_TRUE(t.disk.remove("journal/w00-0000000002.sj"));
  EXPECT_EQ(t.try_start().error().detail, "journal/w00-0000000002.sj is missing");
}

TEST(Recovery, ATornRecordThatIsFollowedByALaterSegmentIsDamage) {
  Damaged t;
  auto& bytes = t.disk.contents("journal/w00-0000000001.sj");
  bytes[bytes.size() - 30] ^= std::byte{1};
  std::fill(bytes.begin() + 512, bytes.begin() + 1040, std::byte{});  // no watermark
  EXPECT_EQ(t.try_start().error().code, Code::kCorrupt);
}

TEST(Recovery, RepairKeepsTheGoodRecordsAndMovesTheDamagedFileAside) {
  Damaged t;
  auto& bytes = t.disk.contents("journal/w00-0000000002.sj");
  bytes[kHeaderBytes + 5 * kRecordBytes + 3] ^= std::byte{4};
  bytes[9] ^= std::byte{4};  // the header too
  ASSERT_TRUE(t.disk.remove("journal/w00-0000000003.sj"));
  auto findings = repair_journal(t.disk, "journal");
  ASSERT_TRUE(findings);
  ASSERT_EQ(findings->size(), 2u);
  EXPECT_EQ((*findings)[0],
            "w00-0000000002.sj was damaged: kept 63 good records, the old file is "
            "w00-0000000002.sj.damaged");
  EXPECT_EQ((*findings)[1], "w00-0000000003.sj was missing: its records are lost");
  EXPECT_TRUE(repair_journal(t.disk, "journal")->empty());
  t.start();
  auto p = picture(t);
  expect_sums_agree(p);
  // Records 5 of segment 2 and 0 to 63 of segment 3 are lost: one call and 32 calls' settlements.
  EXPECT_GE(p.entries.size(), 67u);
  EXPECT_EQ(t.disk.list("journal")->size(), 3u);
}

TEST(Recovery, UnfinishedSegmentsOfAKilledProcessAreSweptAway) {
  TestLedger t;
  t.stop();
  ASSERT_TRUE(t.disk.create("journal/w00-0000000009.sj.new", 8192, {}));
  ASSERT_TRUE(t.disk.create("journal/notes.txt", 10, {}));
  t.start();
  auto files = *t.disk.list("journal");
  EXPECT_EQ(std::ranges::count(files, "w00-0000000009.sj.new"), 0);
  EXPECT_EQ(std::ranges::count(files, "notes.txt"), 1);
}

}  // namespace
}  // namespace sekisho::ledger
