#include "store/store_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "store/scratch.h"

namespace sekisho::store {
namespace {

constexpr Migration kSteps[] = {
    {1, "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT"}};
const std::vector<Schema> kSchemas{{"notes", kSteps}};

Result<std::int64_t> add(Database& db, std::string_view text) {
  TRY_VOID(db.run("INSERT INTO note(text) VALUES (?)", text));
  return db.last_insert_id();
}
Result<std::int64_t> count(Database& db) {
  TRY(auto row, db.query("SELECT count(*) FROM note"));
  TRY_VOID(row.step());
  return row.integer(0);
}

TEST(StoreThread, WhatWasAnsweredIsThereForReaders) {
  ScratchDirectory dir;
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas);
  for (int i = 1; i <= 50; ++i) {
    ASSERT_TRUE(store->write_now([i](Database& db) { return add(db, std::to_string(i)); }));
    EXPECT_EQ(*store->read_now(count), i);
  }
}

TEST(StoreThread, AFailingJobUndoesItselfOnly) {
  ScratchDirectory dir;
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas);
  std::latch go(1);
  std::vector<std::thread> threads;
  std::atomic<int> conflicts = 0, stored = 0;
  threads.emplace_back([&] {  // holds the writer so that the others share one batch
    (void)store->write_now([&](Database& db) {
      go.wait();
      return add(db, "first");
    });
  });
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      auto result = store->write_now([i](Database& db) -> Result<std::int64_t> {
        TRY_VOID(add(db, "own " + std::to_string(i)));
        return add(db, "same for all");
      });
      result ? ++stored : ++conflicts;
    });
  }
  go.count_down();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(conflicts, 7);
  EXPECT_EQ(*store->read_now(count), 3);  // first, one own, the same
}

TEST(StoreThread, AFullQueueAnswersAtOnce) {
  ScratchDirectory dir;
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas, {.queue = 2, .batch = 1});
  std::latch running(1), go(1);
  std::thread holder([&] {
    (void)store->write_now([&](Database&) -> Result<> {
      running.count_down();
      go.wait();
      return {};
    });
  });
  running.wait();
  std::atomic<int> overloaded = 0;
  std::latch refused(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto result = store->write_now([](Database&) -> Result<> { return {}; });
      if (!result && result.error().code == Code::kOverloaded) {
        ++overloaded;
        refused.count_down();
      }
    });
  }
  refused.wait();
  go.count_down();
  holder.join();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(overloaded, 2);
}

TEST(StoreThread, AFullDiskFailsTheWriteAndRecoversByItself) {
  ScratchDirectory dir;
  auto store = *StoreThread::start({.path = dir.file("a.db"), .max_pages = 30}, kSchemas);
  Result<std::int64_t> outcome = 0;
  for (int i = 0; outcome && i < 1000; ++i) {
    outcome = store->write_now(
        [i](Database& db) { return add(db, std::to_string(i) + std::string(3000, 'x')); });
  }
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kStoreFailed);
  ASSERT_TRUE(store->trouble());
  EXPECT_THAT(store->trouble()->detail, testing::HasSubstr("disk full"));
  EXPECT_TRUE(store->read_now(count));
  ASSERT_TRUE(store->write_now([](Database& db) { return db.run("DELETE FROM note"); }));
  EXPECT_FALSE(store->trouble());
  EXPECT_TRUE(store->write_now([](Database& db) { return add(db, "room again"); }));
}

TEST(StoreThread, TicksAtItsIntervalAndOnceMoreAtTheEnd) {
  ScratchDirectory dir;
  std::latch twice(2);
  std::atomic<int> ticks = 0, good = 0;
  StoreThread::Options options;
  options.interval = std::chrono::milliseconds(1);
  options.tick = [&](Database& db) -> Result<> {
    int n = ++ticks;
    TRY_VOID(add(db, std::to_string(n)));
    if (n == 1) return fail(Code::kInternal, "undone");
    return {};
  };
  options.ticked = [&](const Result<>& outcome) {
    if (outcome) ++good;
    if (!twice.try_wait()) twice.count_down();
  };
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas, std::move(options));
  twice.wait();
  store->stop();
  auto db = *Database::open({.path = dir.file("a.db")}, kSchemas);
  EXPECT_EQ(*count(*db), ticks - 1);
  EXPECT_EQ(good, ticks - 1);
}

TEST(StoreThread, ReadersCannotWrite) {
  ScratchDirectory dir;
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas);
  EXPECT_FALSE(store->read_now([](Database& db) { return add(db, "x"); }));
  EXPECT_EQ(*store->read_now(count), 0);
}

TEST(StoreThread, StoppingFinishesWhatIsQueuedAndRefusesTheRest) {
  ScratchDirectory dir;
  std::string path = dir.file("a.db");
  {
    auto store = *StoreThread::start({.path = path}, kSchemas);
    ASSERT_TRUE(store->write_now([](Database& db) { return add(db, "kept"); }));
    store->stop();
    auto late = store->write_now([](Database& db) { return add(db, "late"); });
    EXPECT_EQ(late.error().code, Code::kOverloaded);
  }
  auto db = *Database::open({.path = path}, kSchemas);
  EXPECT_EQ(*count(*db), 1);
}

}  // namespace
}  // namespace sekisho::store
