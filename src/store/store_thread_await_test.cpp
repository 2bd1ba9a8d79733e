#include <gtest/gtest.h>

#include <latch>

#include "io/epoll_loop.h"
#include "store/scratch.h"
#include "store/store_thread.h"

namespace sekisho::store {
namespace {

constexpr Migration kSteps[] = {
    {1, "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT"}};
const std::vector<Schema> kSchemas{{"notes", kSteps}};

Result<std::int64_t> count(Database& db) {
  TRY(auto row, db.query("SELECT count(*) FROM note"));
  TRY_VOID(row.step());
  return row.integer(0);
}

struct Outcome {
  std::thread::id resumed_on;
  std::vector<Result<std::int64_t>> counts;
};

io::task<void> add_and_count(StoreThread& store, io::Loop& loop, int times, Outcome& outcome) {
  for (int i = 0; i < times; ++i) {
    auto stored = co_await store.write(loop, [i](Database& db) {
      return db.run("INSERT INTO note(text) VALUES (?)", std::to_string(i));
    });
    outcome.resumed_on = std::this_thread::get_id();
    if (!stored) co_return;
    outcome.counts.push_back(co_await store.read(loop, count));
  }
  loop.stop();
}

io::task<void> write_then_tell(StoreThread& store, io::Loop& loop, std::latch& go, bool& resumed) {
  (void)co_await store.write(loop, [&loop, &go](Database& db) {
    loop.stop();
    go.wait();
    return db.run("INSERT INTO note(text) VALUES ('from a caller that left')");
  });
  resumed = true;
}

TEST(StoreThreadAwait, ResumesOnTheCallersLoopAfterTheCommit) {
  ScratchDirectory dir;
  SystemClock clock;
  io::EpollLoop loop(clock);
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas);
  Outcome outcome;
  {
    io::TaskScope scope(loop);
    scope.spawn(add_and_count(*store, loop, 5, outcome));
    loop.run();
  }
  EXPECT_EQ(outcome.resumed_on, std::this_thread::get_id());
  ASSERT_EQ(outcome.counts.size(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(*outcome.counts[static_cast<std::size_t>(i)], i + 1);
  store->stop();
}

TEST(StoreThreadAwait, ACancelledCallerIsNotResumedButItsWriteIsDone) {
  ScratchDirectory dir;
  SystemClock clock;
  io::EpollLoop loop(clock);
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas);
  std::latch go(1);
  bool resumed = false;
  {
    io::TaskScope scope(loop);
    scope.spawn(write_then_tell(*store, loop, go, resumed));
    loop.run();  // until the job runs
  }  // destroyed while it waits
  go.count_down();
  store->stop();
  loop.post([&] { loop.stop(); });  // runs after the store's answer
  loop.run();
  EXPECT_FALSE(resumed);
  auto db = *Database::open({.path = dir.file("a.db")}, kSchemas);
  EXPECT_EQ(*count(*db), 1);
}

TEST(StoreThreadAwait, AFullQueueAnswersWithoutSuspending) {
  ScratchDirectory dir;
  SystemClock clock;
  io::EpollLoop loop(clock);
  auto store = *StoreThread::start({.path = dir.file("a.db")}, kSchemas);
  store->stop();
  Outcome outcome;
  io::TaskScope scope(loop);
  scope.spawn(add_and_count(*store, loop, 1, outcome));
  scope.when_empty([&] { loop.stop(); });
  loop.run();
  EXPECT_TRUE(outcome.counts.empty());
  EXPECT_EQ(outcome.resumed_on, std::this_thread::get_id());
}

}  // namespace
}  // namespace sekisho::store
