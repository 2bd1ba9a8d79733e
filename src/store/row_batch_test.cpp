#include "store/row_batch.h"

#include <gtest/gtest.h>

#include "store/database.h"
#include "store/scratch.h"

namespace sekisho::store {
namespace {

constexpr Migration kSteps[] = {
    {1,
     "CREATE TABLE thing(id INTEGER PRIMARY KEY, text TEXT, blob BLOB, place INTEGER,"
     " cost INTEGER NOT NULL) STRICT"}};

constexpr std::optional<std::string_view> kNothing;

struct Fixture {
  Fixture() {
    Schema schema{"test", kSteps};
    database = *Database::open({.path = dir.file("t.db"), .durable = false}, {&schema, 1});
  }
  std::int64_t number(const char* sql) {
    auto row = *database->query(sql);
    EXPECT_TRUE(*row.step());
    return row.integer(0);
  }
  void add(std::int64_t id) { rows.add(id, kNothing, kNothing, UnitId{}, Money{id}); }

  ScratchDirectory dir;
  std::unique_ptr<Database> database;
  RowBatch rows{"thing", 5};
};

TEST(RowBatch, CarriesEveryKindOfValue) {
  Fixture f;
  const std::uint8_t bytes[] = {0, 255, 7};
  const std::string text = "日本";
  f.rows.add(INT64_MIN, text, Bytes(bytes), UnitId{4}, Money{-5});
  f.rows.add(2, std::string_view(), Bytes(), UnitId{}, true);
  f.rows.add(std::optional(3), kNothing, kNothing, std::optional<int>(), Money{});
  ASSERT_TRUE(f.database->insert(f.rows));
  EXPECT_EQ(f.database->changes(), 3);
  auto row = *f.database->query("SELECT * FROM thing ORDER BY id");
  ASSERT_TRUE(*row.step());
  EXPECT_EQ(row.integer(0), INT64_MIN);
  EXPECT_EQ(row.text(1), "日本");
  EXPECT_EQ(std::vector(row.blob(2).begin(), row.blob(2).end()),
            std::vector<std::uint8_t>({0, 255, 7}));
  EXPECT_EQ(row.integer(3), 4);
  EXPECT_EQ(row.money(4), Money{-5});
  ASSERT_TRUE(*row.step());
  EXPECT_FALSE(row.null(1));
  EXPECT_FALSE(row.null(2));
  EXPECT_TRUE(row.null(3));
  EXPECT_EQ(row.integer(4), 1);
  ASSERT_TRUE(*row.step());
  for (int column : {1, 2, 3}) EXPECT_TRUE(row.null(column));
}

TEST(RowBatch, WhatStandsBeforeARefusedRowStaysAndIsCounted) {
  Fixture f;
  ASSERT_TRUE(f.database->run("INSERT INTO thing(id, cost) VALUES (13, 0)"));
  auto transaction = *Transaction::begin(*f.database);
  for (std::int64_t id = 10; id < 20; ++id) f.add(id);
  auto done = f.database->insert(f.rows);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(f.database->changes(), 3);
  ASSERT_TRUE(f.database->insert(f.rows, 4));
  EXPECT_EQ(f.database->changes(), 6);
  done = f.database->insert(f.rows);
  ASSERT_FALSE(done);
  EXPECT_EQ(f.database->changes(), 0);
  ASSERT_TRUE(transaction.commit());
  EXPECT_EQ(f.number("SELECT count(*) FROM thing"), 10);
  EXPECT_EQ(f.number("SELECT cost FROM thing WHERE id = 13"), 0);
}

TEST(RowBatch, AColumnThatMayNotBeNullRefusesTheRow) {
  Fixture f;
  f.add(1);
  f.rows.add(2, kNothing, kNothing, UnitId{}, kNothing);
  auto done = f.database->insert(f.rows);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInvalidArgument);
  EXPECT_EQ(f.database->changes(), 1);
}

TEST(RowBatch, IsUsedAgainOnceItIsCleared) {
  Fixture f;
  for (std::int64_t id = 0; id < 1000; ++id) {
    f.add(id);
    if (!f.rows.full()) continue;
    ASSERT_TRUE(f.database->insert(f.rows));
    f.rows.clear();
  }
  ASSERT_TRUE(f.database->insert(f.rows));
  f.rows.clear();
  ASSERT_TRUE(f.database->insert(f.rows));  // none
  EXPECT_EQ(f.number("SELECT sum(id) FROM thing"), 499'500);
}

}  // namespace
}  // namespace sekisho::store
