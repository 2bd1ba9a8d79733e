#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/limits.h"
#include "store/scratch.h"

namespace sekisho::store {
namespace {

using testing::HasSubstr;

constexpr Migration kFirst[] = {
    {1,
     "CREATE TABLE pet(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner INTEGER"
     " REFERENCES pet(id), photo BLOB, legs INTEGER CHECK (legs >= 0)) STRICT"}};
constexpr Migration kSecond[] = {kFirst[0], {2, "ALTER TABLE pet ADD COLUMN food TEXT"}};
const Schema kPetsOne{"pets", kFirst};
const Schema kPetsTwo{"pets", kSecond};

Result<std::unique_ptr<Database>> open(const std::string& path, const Schema& schema = kPetsOne) {
  return Database::open({.path = path}, std::span(&schema, 1));
}

TEST(Database, KeepsEveryTypeAcrossReopening) {
  ScratchDirectory dir;
  std::string path = dir.file("pets.db");
  std::string photo("\0\xff\0", 3);
  {
    auto db = *open(path);
    ASSERT_TRUE(db->run("INSERT INTO pet(name, owner, photo, legs) VALUES (?, ?, ?, ?)", "タマ",
                        UnitId{}, Bytes(reinterpret_cast<const std::uint8_t*>(photo.data()), 3),
                        std::optional<std::int64_t>()));
    EXPECT_EQ(db->last_insert_id(), 1);
    EXPECT_EQ(db->changes(), 1);
  }
  auto db = *open(path);
  auto row = *db->query("SELECT name, owner, photo, legs FROM pet WHERE id = ?", 1);
  ASSERT_TRUE(*row.step());
  EXPECT_EQ(row.text(0), "タマ");
  EXPECT_EQ(row.id<UnitId>(1), UnitId{});
  EXPECT_TRUE(row.null(1));
  ASSERT_EQ(row.blob(2).size(), 3u);
  EXPECT_EQ(row.blob(2)[1], 0xff);
  EXPECT_EQ(row.maybe_integer(3), std::nullopt);
  EXPECT_FALSE(*row.step());
}

TEST(Database, AnEmptyTextIsNotNull) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  ASSERT_TRUE(db->run("INSERT INTO pet(name, photo) VALUES (?, ?)", std::string_view(), Bytes()));
  auto row = *db->query("SELECT name, photo FROM pet");
  ASSERT_TRUE(*row.step());
  EXPECT_FALSE(row.null(0));
  EXPECT_FALSE(row.null(1));
}

TEST(Database, IsReadableByItsOwnerOnly) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  for (const char* name : {"pets.db", "pets.db-wal"}) {
    struct stat info{};
    ASSERT_EQ(::stat(dir.file(name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
}

TEST(Database, ConstraintsAreConflictsOrInvalid) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES ('a')"));
  EXPECT_EQ(db->run("INSERT INTO pet(name) VALUES ('a')").error().code, Code::kConflict);
  EXPECT_EQ(db->run("INSERT INTO pet(name, owner) VALUES ('b', 99)").error().code, Code::kConflict);
  EXPECT_EQ(db->run("INSERT INTO pet(name, legs) VALUES ('c', -1)").error().code,
            Code::kInvalidArgument);
  EXPECT_EQ(db->run("INSERT INTO pet(name) VALUES (NULL)").error().code, Code::kInvalidArgument);
}

TEST(Database, AStatementInUseIsNotShared) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES ('a'), ('b')"));
  const char* sql = "SELECT name FROM pet ORDER BY name";
  auto outer = *db->query(sql);
  ASSERT_TRUE(*outer.step());
  {
    auto inner = *db->query(sql);
    ASSERT_TRUE(*inner.step());
    EXPECT_EQ(inner.view(0), "a");
  }
  ASSERT_TRUE(*outer.step());
  EXPECT_EQ(outer.view(0), "b");
}

TEST(Database, AValueOverTheLimitIsRefused) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  std::string huge(limits::kStoreValueBytes + 1, 'x');
  EXPECT_EQ(db->run("INSERT INTO pet(name) VALUES (?)", huge).error().code, Code::kTooLarge);
  EXPECT_TRUE(db->run("INSERT INTO pet(name) VALUES (?)", "small"));
}

TEST(Database, StatementsBeyondTheCacheStillWork) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  for (std::size_t i = 0; i < limits::kStoreStatements + 10; ++i) {
    auto row = *db->query("SELECT " + std::to_string(i));
    ASSERT_TRUE(*row.step());
    EXPECT_EQ(row.integer(0), static_cast<std::int64_t>(i));
  }
}

TEST(Transactions, RollBackUnlessCommittedAlsoNested) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  auto count = [&] {
    auto row = *db->query("SELECT count(*) FROM pet");
    (void)*row.step();
    return row.integer(0);
  };
  {
    auto t = *Transaction::begin(*db);
    ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES ('lost')"));
  }
  EXPECT_EQ(count(), 0);
  auto outer = *Transaction::begin(*db);
  ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES ('kept')"));
  {
    auto inner = *Transaction::begin(*db);
    ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES ('undone')"));
  }
  {
    auto inner = *Transaction::begin(*db);
    ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES ('kept too')"));
    ASSERT_TRUE(inner.commit());
  }
  ASSERT_TRUE(outer.commit());
  EXPECT_EQ(count(), 2);
}

TEST(Migrations, RunWhatIsMissingAndOnlyOnce) {
  ScratchDirectory dir;
  std::string path = dir.file("pets.db");
  {
    auto db = *open(path);
    ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES ('a')"));
  }
  for (int i = 0; i < 2; ++i) {
    auto db = *open(path, kPetsTwo);
    EXPECT_TRUE(db->run("UPDATE pet SET food = 'fish'"));
  }
}

TEST(Migrations, AFailingStepLeavesTheFileAsItWas) {
  ScratchDirectory dir;
  std::string path = dir.file("pets.db");
  static constexpr Migration kBroken[] = {kFirst[0],
                                          {2, "CREATE TABLE toy(id INTEGER); CREATE NONSENSE"}};
  ASSERT_TRUE(open(path));
  EXPECT_FALSE(open(path, Schema{"pets", kBroken}));
  auto db = *open(path);
  EXPECT_FALSE(db->run("SELECT * FROM toy"));
}

TEST(Migrations, AFileFromANewerProgramIsRefused) {
  ScratchDirectory dir;
  std::string path = dir.file("pets.db");
  ASSERT_TRUE(open(path, kPetsTwo));
  auto error = open(path).error();
  EXPECT_EQ(error.code, Code::kCorrupt);
  EXPECT_THAT(error.detail, HasSubstr("newer Sekisho"));
  EXPECT_THAT(error.detail, HasSubstr(path));
}

TEST(Opening, NamesWhatIsWrongWithTheFile) {
  ScratchDirectory dir;
  std::string text = dir.file("notes.txt");
  std::ofstream(text) << std::string(8192, 'x');
  EXPECT_EQ(open(text).error().code, Code::kCorrupt);

  std::string old = dir.file("old.db");
  {
    ASSERT_TRUE((*open(old))->script("PRAGMA user_version = 0"));
  }
  EXPECT_THAT(open(old).error().detail, HasSubstr("has data format 0"));
  EXPECT_THAT(open(old).error().detail, HasSubstr("too old"));

  std::string future = dir.file("future.db");
  {
    ASSERT_TRUE((*open(future))->script("PRAGMA user_version = 9"));
  }
  EXPECT_THAT(open(future).error().detail, HasSubstr("a newer Sekisho"));

  std::string foreign = dir.file("foreign.db");
  {
    ASSERT_TRUE((*open(foreign))->script("PRAGMA application_id = 7"));
  }
  EXPECT_THAT(open(foreign).error().detail, HasSubstr("of another program"));

  EXPECT_EQ(open(dir.file("no/such/folder.db")).error().code, Code::kStoreFailed);
  auto missing = Database::open({.path = dir.file("none.db"), .read_only = true}, {});
  EXPECT_EQ(missing.error().code, Code::kStoreFailed);
}

TEST(Opening, AFullDiskIsNamedAndNeedsNoRepair) {
  ScratchDirectory dir;
  auto db =
      *Database::open({.path = dir.file("pets.db"), .max_pages = 40}, std::span(&kPetsOne, 1));
  std::string name(3000, 'x');
  Result<> outcome;
  int stored = 0;
  for (; outcome && stored < 1000; ++stored) {
    outcome = db->run("INSERT INTO pet(name) VALUES (? || ?)", stored, name);
  }
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kStoreFailed);
  EXPECT_THAT(outcome.error().detail, HasSubstr("disk full"));
  ASSERT_TRUE(db->run("DELETE FROM pet"));
  EXPECT_TRUE(db->run("INSERT INTO pet(name) VALUES (?)", name));
  EXPECT_TRUE(db->check());
}

TEST(Space, FreedPagesReturnToTheFileSystem) {
  ScratchDirectory dir;
  auto db = *open(dir.file("pets.db"));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(db->run("INSERT INTO pet(name) VALUES (? || ?)", i, std::string(4000, 'x')));
  }
  auto full = db->file_bytes();
  ASSERT_TRUE(db->run("DELETE FROM pet"));
  EXPECT_LT(db->file_bytes(), full / 4);
  ASSERT_TRUE(db->release_free_pages(1000));
  ASSERT_TRUE(db->script("PRAGMA wal_checkpoint(TRUNCATE)"));
  EXPECT_LT(std::filesystem::file_size(dir.file("pets.db")), static_cast<std::uintmax_t>(full / 4));
}

}  // namespace
}  // namespace sekisho::store
