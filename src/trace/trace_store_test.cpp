#include "trace/trace_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "store/scratch.h"
#include "trace/call_detail.h"
#include "trace/call_writer.h"
#include "trace/retention.h"
#include "trace/row_id.h"
#include "trace/schema.h"

namespace sekisho::trace {
namespace {

constexpr std::int64_t kStart = 1'764'000'000'000;

WallTime at(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

CallRecord call(std::int64_t ms, std::uint64_t tie = 0) {
  CallRecord r;
  r.request = RequestId::make(ms, 7, tie);
  r.at = at(ms);
  r.organisation = {1};
  r.key = {3};
  r.outcome = "ok";
  r.status = 200;
  return r;
}

Result<std::size_t> write(CallWriter& writer, const CallRecord& record) {
  const CallRecord* one = &record;
  return writer.write({&one, 1});
}

CallRecord whole_call() {
  auto r = call(kStart, 0x1234);
  r.unit = {2};
  r.user = {4};
  r.model = {5};
  r.deployment = {6};
  r.model_asked = "claude-sonnet";
  r.client = "cline";
  r.session = "cline-01ABC";
  r.dialect = "openai_chat";
  r.upstream_dialect = "bedrock_converse";
  r.operation = "chat";
  r.usage = {10, 20, 30, 40, 50, 5, wire::UsageSource::kReported};
  r.cost = {123'456'789};
  r.settlement = "reported";
  r.settlement_note = "served in tier 'priority', which has no price here";
  r.stop_reason = "end_turn";
  r.attempts = 2;
  r.first_byte_us = 1000;
  r.last_byte_us = 2000;
  r.own_us = 40;
  r.request_bytes = 300'000;
  r.response_bytes = 1234;
  r.scanned_request_bytes = 10'000;
  r.rules_version = "2026-11";
  r.refusal = "budget";
  r.verdicts = {{"aws-access-key-id", "redact", "request", 3}};
  r.tags = {"plan", "日本"};
  r.dropped_fields = {"seed"};
  r.request_content = "{\"messages\":[]}";
  r.response_content = "hello";
  r.streamed = true;
  return r;
}

bool same(const CallRecord& a, const CallRecord& b) {
  auto key = [](const CallRecord& r) {
    std::string detail;
    encode_detail(r, detail);
    return std::tuple(r.request, r.at, r.organisation, r.unit, r.user, r.key, r.model, r.deployment,
                      r.client, r.session, r.dialect, r.upstream_dialect, r.operation, r.cost,
                      r.settlement, r.status, r.outcome, r.stop_reason, r.attempts, r.first_byte_us,
                      r.last_byte_us, r.own_us, r.request_bytes, r.response_bytes,
                      r.scanned_request_bytes, r.scanned_response_bytes, r.rules_version,
                      r.request_content, r.response_content, r.streamed, detail);
  };
  return key(a) == key(b) && a.usage == b.usage;
}

struct Fixture {
  explicit Fixture(std::int64_t max_pages = 0, Retention retention = {}, std::size_t queue = 1000) {
    TraceStore::Options options;
    options.path = dir.file("trace.db");
    options.interval = std::chrono::hours(1);  // ticks by flush() only
    options.retention = retention;
    options.max_pages = max_pages;
    options.queue = queue;
    store = *TraceStore::start(std::move(options), clock);
  }
  CallPage list(CallFilter filter = {}) {
    return *store->thread().read_now(
        [filter](store::Database& db) { return list_calls(db, filter); });
  }
  std::optional<CallRecord> find(RequestId id) {
    return *store->thread().read_now([id](store::Database& db) { return find_call(db, id); });
  }
  void add(CallRecord record) {
    ASSERT_TRUE(store->push(0, std::move(record)));
    ASSERT_TRUE(store->flush());
  }
  store::ScratchDirectory dir;
  SystemClock clock;
  std::unique_ptr<TraceStore> store;
};

TEST(TraceStore, EverythingOfACallComesBack) {
  Fixture f;
  f.add(whole_call());
  auto found = f.find(whole_call().request);
  ASSERT_TRUE(found);
  EXPECT_TRUE(same(*found, whole_call()));
  auto listed = f.list().calls;
  ASSERT_EQ(listed.size(), 1u);
  auto expected = whole_call();
  expected.request_content.clear();
  expected.response_content.clear();
  EXPECT_TRUE(same(listed[0], expected));
  EXPECT_EQ(f.store->written(), 1u);
  EXPECT_FALSE(f.find(RequestId::make(kStart, 1, 1)));
}

TEST(TraceStore, AnUnscannedCallIsNotShownAsClean) {
  Fixture f;
  f.add(call(kStart));
  EXPECT_EQ(f.list().calls[0].scanned_request_bytes, -1);
  EXPECT_EQ(f.list().calls[0].scanned_response_bytes, -1);
}

TEST(TraceStore, CallsOfOneMillisecondDoNotCollide) {
  Fixture f;
  for (std::uint64_t i = 0; i < 20; ++i) f.add(call(kStart, i << 32 | 0xffff));  // one wanted row
  EXPECT_EQ(f.list().calls.size(), 20u);
  for (std::uint64_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(f.find(RequestId::make(kStart, 7, i << 32 | 0xffff)));
  }
}

TEST(TraceStore, PagesNewestFirstWithoutGapsOrRepeats) {
  Fixture f;
  for (int i = 0; i < 25; ++i) f.store->push(0, call(kStart + i * 10));
  ASSERT_TRUE(f.store->flush());
  CallFilter filter;
  filter.at_most = 10;
  std::vector<std::int64_t> seen;
  for (;;) {
    auto page = f.list(filter);
    for (const auto& c : page.calls) seen.push_back(unix_ms(c.at));
    if (!page.next) break;
    filter.before = page.next;
  }
  ASSERT_EQ(seen.size(), 25u);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], kStart + (24 - static_cast<std::int64_t>(i)) * 10);
  }
}

TEST(TraceStore, FiltersEachAndTogether) {
  Fixture f;
  for (int i = 0; i < 60; ++i) {
    auto r = call(kStart + i);
    r.key = {i % 2 + 1};
    r.user = {i % 3 + 1};
    r.unit = {i % 5 + 1};
    r.model = {i % 4 + 1};
    r.outcome = i % 6 ? "ok" : "refused";
    r.session = "s" + std::to_string(i / 10);
    f.store->push(0, std::move(r));
  }
  ASSERT_TRUE(f.store->flush());
  auto count = [&](CallFilter filter) {
    filter.at_most = 1000;
    return f.list(filter).calls.size();
  };
  EXPECT_EQ(count({.key = KeyId{1}}), 30u);
  EXPECT_EQ(count({.user = UserId{3}}), 20u);
  EXPECT_EQ(count({.units = {UnitId{1}, UnitId{2}}}), 24u);
  EXPECT_EQ(count({.model = ModelId{4}}), 15u);
  EXPECT_EQ(count({.outcome = "refused"}), 10u);
  EXPECT_EQ(count({.outcome = "nonsense"}), 0u);
  EXPECT_EQ(count({.session = "s2"}), 10u);
  EXPECT_EQ(count({.session = "unknown"}), 0u);
  EXPECT_EQ(count({.from = at(kStart + 10), .until = at(kStart + 20)}), 10u);
  EXPECT_EQ(count({.user = UserId{1}, .key = KeyId{1}, .outcome = "refused"}), 10u);
  EXPECT_EQ(count({.organisation = OrganisationId{2}}), 0u);
  EXPECT_EQ(count({.key = KeyId{2}, .session = "s0", .from = at(kStart + 5)}), 3u);
}

TEST(TraceStore, WordsAndSessionsOutliveARestart) {
  store::ScratchDirectory dir;
  SystemClock clock;
  for (int round = 0; round < 2; ++round) {
    TraceStore::Options options;
    options.path = dir.file("trace.db");
    auto store = *TraceStore::start(std::move(options), clock);
    auto r = whole_call();
    r.request = RequestId::make(kStart + round, 1, 1);
    store->push(0, std::move(r));
    store->stop();  // writes what is queued
    EXPECT_EQ(store->written(), 1u);
  }
  auto tables = schema();
  auto db = *store::Database::open({.path = dir.file("trace.db")}, std::span(&tables, 1));
  EXPECT_EQ(list_calls(*db, {.session = "cline-01ABC"})->calls.size(), 2u);
  auto row = *db->query("SELECT count(*) FROM session");
  ASSERT_TRUE(*row.step());
  EXPECT_EQ(row.integer(0), 1);
}

TEST(TraceStore, AFullDiskDropsCountsAndRecovers) {
  Fixture f(60, {}, 100);
  auto big = [&](int i) {
    auto r = call(kStart + i);
    r.request_content = std::string(20'000, 'x');
    return r;
  };
  Result<> outcome;
  int pushed = 0;
  for (; outcome && pushed < 50; ++pushed) {
    f.store->push(0, big(pushed));
    outcome = f.store->flush();
  }
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kStoreFailed);
  EXPECT_THAT(f.store->trouble()->detail, testing::HasSubstr("disk full"));
  int dropped = 0;
  for (int i = 0; i < 200; ++i) dropped += !f.store->push(0, call(kStart + 1000 + i));
  EXPECT_EQ(dropped, 100);
  EXPECT_EQ(f.store->dropped(), 100u);
  auto room = f.store->thread().write_now(
      [](store::Database& db) { return delete_calls_before(db, kStart + 1000, 1000); });
  ASSERT_TRUE(room);
  EXPECT_TRUE(f.store->flush());
  EXPECT_FALSE(f.store->trouble());
  EXPECT_EQ(f.list({.from = at(kStart + 1000), .at_most = 1000}).calls.size(), 100u);
  EXPECT_TRUE(f.find(big(pushed - 1).request));  // the one that failed was kept and written
}

TEST(TraceStore, ARecordThatTheTableRefusesDoesNotHoldUpOthers) {
  Fixture f;
  auto r = call(kStart);
  r.request_content = std::string(limits::kStoreValueBytes + 1, 'x');
  f.store->push(0, std::move(r));
  f.add(call(kStart + 1));
  EXPECT_TRUE(f.find(call(kStart + 1).request));
  EXPECT_EQ(f.store->dropped(), 1u);
}

TEST(Retention, ByDaysCutsTheOldest) {
  Fixture f(0, {.days = 30});
  auto now = unix_ms(f.clock.wall());
  constexpr std::int64_t kDay = 86'400'000;
  for (int days : {1, 29, 31, 400}) {
    auto r = call(now - days * kDay);
    r.session = "day " + std::to_string(days);
    r.request_content = "x";
    f.store->push(0, std::move(r));
  }
  ASSERT_TRUE(f.store->flush());
  EXPECT_EQ(f.list().calls.size(), 2u);
  auto left = *f.store->thread().read_now([](store::Database& db) -> Result<std::int64_t> {
    TRY(auto row, db.query("SELECT (SELECT count(*) FROM content) * 10 + (SELECT count(*) FROM"
                           " session)"));
    TRY_VOID(row.step());
    return row.integer(0);
  });
  EXPECT_EQ(left, 22);
}

TEST(Retention, BySizeKeepsTheNewest) {
  constexpr std::int64_t kCap = 1 << 20;
  Fixture f(0, {.bytes = kCap}, 10'000);
  for (int i = 0; i < 400; ++i) {
    auto r = call(kStart + i);
    r.request_content = std::string(8000, 'x');
    f.store->push(0, std::move(r));
  }
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(f.store->flush());
  auto bytes = *f.store->thread().read_now(
      [](store::Database& db) -> Result<std::int64_t> { return db.file_bytes(); });
  EXPECT_LE(bytes, kCap);
  auto calls = f.list({.at_most = 1000}).calls;
  EXPECT_GT(calls.size(), 50u);
  EXPECT_LT(calls.size(), 200u);
  EXPECT_EQ(unix_ms(calls.front().at), kStart + 399);
}

TEST(CallWriter, AnEndlessVocabularyBecomesOther) {
  store::ScratchDirectory dir;
  auto tables = schema();
  auto db =
      *store::Database::open({.path = dir.file("t.db"), .durable = false}, std::span(&tables, 1));
  CallWriter writer(*db);
  auto t = *store::Transaction::begin(*db);
  for (std::size_t i = 0; i < limits::kTraceWords + 50; ++i) {
    auto r = call(kStart + static_cast<std::int64_t>(i));
    r.client = "client " + std::to_string(i);
    ASSERT_TRUE(write(writer, r));
  }
  ASSERT_TRUE(t.commit());
  EXPECT_EQ(list_calls(*db, {.at_most = 1})->calls[0].client, "other");
  auto row = *db->query("SELECT count(*) FROM word");
  ASSERT_TRUE(*row.step());
  EXPECT_LE(row.integer(0), static_cast<std::int64_t>(limits::kTraceWords + 2));
}

TEST(CallQuery, ASparseFilterIsAnsweredInBoundedSteps) {
  store::ScratchDirectory dir;
  auto tables = schema();
  auto db =
      *store::Database::open({.path = dir.file("t.db"), .durable = false}, std::span(&tables, 1));
  CallWriter writer(*db);
  auto t = *store::Transaction::begin(*db);
  auto rows = static_cast<std::int64_t>(limits::kTraceScan) + 1000;
  for (std::int64_t i = 0; i < rows; ++i) {
    auto r = call(kStart + i);
    r.user = {i == 3 ? 42 : 1};
    ASSERT_TRUE(write(writer, r));
  }
  ASSERT_TRUE(t.commit());
  auto page = *list_calls(*db, {.user = UserId{42}});
  EXPECT_TRUE(page.calls.empty());
  ASSERT_TRUE(page.next);
  page = *list_calls(*db, {.user = UserId{42}, .before = page.next});
  EXPECT_EQ(page.calls.size(), 1u);
  EXPECT_FALSE(page.next);
}

TEST(CallDetail, SurvivesAndForeignBytesAreRefused) {
  rc::check([](const std::string& model, const std::string& refusal,
               const std::vector<std::string>& tags, const std::vector<std::string>& dropped) {
    CallRecord in, out;
    in.model_asked = model;
    in.refusal = refusal;
    in.tags = tags;
    in.dropped_fields = dropped;
    in.verdicts = {{model, refusal, "request", 7}};
    std::string bytes;
    encode_detail(in, bytes);
    auto view = [](const std::string& s) {
      return store::Bytes(reinterpret_cast<const std::uint8_t*>(s.data()), s.size());
    };
    RC_ASSERT(decode_detail(view(bytes), out));
    RC_ASSERT(same(in, out));
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      CallRecord partial;
      RC_ASSERT(!decode_detail(view(bytes.substr(0, cut)), partial));
    }
  });
  std::string junk(20, '\xff');
  CallRecord record;
  EXPECT_FALSE(decode_detail(
      store::Bytes(reinterpret_cast<const std::uint8_t*>(junk.data()), junk.size()), record));
}

}  // namespace
}  // namespace sekisho::trace
