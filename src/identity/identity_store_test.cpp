#include "identity/identity_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <stdexcept>

#include "base/limits.h"
#include "identity/schema.h"
#include "identity/virtual_key_text.h"
#include "store/scratch.h"

namespace sekisho::identity {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const WallTime kNow{std::chrono::milliseconds(1'764'000'000'000)};

struct Fixture {
  Fixture() {
    auto tables = schema();
    auto opened = store::Database::open({.path = dir.file("sekisho.db"), .durable = false},
                                        std::span(&tables, 1));
    if (!opened) throw std::runtime_error(opened.error().detail);
    db = *std::move(opened);
  }
  OrganisationId organisation(std::string name = "Example") {
    Organisation o;
    o.name = std::move(name);
    return *store().create(o);
  }
  UnitId unit(OrganisationId org, std::string name, UnitId parent = {}) {
    return *store().create(unit_value(org, std::move(name), parent));
  }
  static Unit unit_value(OrganisationId org, std::string name, UnitId parent = {}) {
    Unit u;
    u.organisation = org;
    u.parent = parent;
    u.name = std::move(name);
    u.kind = "team";
    return u;
  }
  UserId user(OrganisationId org, std::string name, UnitId unit = {}) {
    User u;
    u.organisation = org;
    u.name = std::move(name);
    u.unit = unit;
    return *store().create(u);
  }
  NewKey key(VirtualKey key) { return *store().create(std::move(key), random, kNow); }
  IdentityStore store() { return IdentityStore(*db); }

  store::ScratchDirectory dir;
  std::unique_ptr<store::Database> db;
  SystemRandom random;
};

TEST(Keys, AreShownOnceAndStoredAsAHash) {
  Fixture f;
  auto org = f.organisation();
  auto made = f.key({.alias = "alice-laptop", .organisation = org});
  EXPECT_TRUE(looks_like_key(made.text));
  EXPECT_EQ(made.text.size(), 46u);
  EXPECT_EQ(made.key.display, "sk-…" + made.text.substr(42));
  EXPECT_EQ(made.key.hash, hash_key(made.text));

  auto found = *f.store().find_key(hash_key(made.text));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, made.key.id);
  EXPECT_EQ(found->alias, "alice-laptop");
  auto dump = *f.db->query(
      "SELECT group_concat(quote(hash) || display || alias || metadata)"
      " FROM virtual_key");
  ASSERT_TRUE(*dump.step());
  EXPECT_THAT(dump.text(0), testing::Not(HasSubstr(made.text.substr(3, 20))));
}

TEST(Keys, HashIsSha256) {
  auto hash = hash_key("abc");
  EXPECT_EQ(hash[0], 0xba);
  EXPECT_EQ(hash[1], 0x78);
  EXPECT_EQ(hash[31], 0xad);
  auto other = hash;
  EXPECT_TRUE(equal_constant_time(hash, other));
  other[31] ^= 1;
  EXPECT_FALSE(equal_constant_time(hash, other));
}

TEST(Keys, AreAllDifferent) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(make_key_text(random)).second);
}

TEST(Keys, EverythingOfAKeyComesBack) {
  Fixture f;
  auto org = f.organisation();
  auto unit = f.unit(org, "開発部");
  auto user = f.user(org, "alice", unit);
  VirtualKey key{.alias = "a", .organisation = org, .user = user};
  key.models = {"claude-*", "nova-pro"};
  key.tags = {"plan", "日本"};
  key.expires = kNow + std::chrono::hours(1);
  key.limits = {Money{5'000'000'000}, "month", 60, 100'000, 4};
  key.metadata_json = R"({"cost_center":"R&D"})";
  auto made = f.key(key);
  auto back = *f.store().get(made.key.id);
  EXPECT_EQ(back.unit, unit);  // the owner's
  EXPECT_EQ(back.user, user);
  EXPECT_EQ(back.models, key.models);
  EXPECT_EQ(back.tags, key.tags);
  EXPECT_EQ(back.expires, key.expires);
  EXPECT_EQ(back.limits, key.limits);
  EXPECT_EQ(back.metadata_json, key.metadata_json);
  EXPECT_EQ(back.created, kNow);
  back.limits = {};
  back.expires.reset();
  back.alias = "b";
  back.unit = {};
  ASSERT_TRUE(f.store().update(back));
  EXPECT_EQ(f.store().get(made.key.id)->unit, unit);  // never outside the owner's
  EXPECT_EQ(f.store().get(made.key.id)->limits, LimitSettings{});
  EXPECT_EQ(f.store().get(made.key.id)->alias, "b");
}

TEST(Keys, AliasIsUniquePerOrganisationWhileItLives) {
  Fixture f;
  auto org = f.organisation(), other = f.organisation("Other");
  auto first = f.key({.alias = "laptop", .organisation = org});
  auto again = f.store().create({.alias = "laptop", .organisation = org}, f.random, kNow);
  EXPECT_EQ(again.error().code, Code::kConflict);
  EXPECT_THAT(again.error().detail, HasSubstr("alias: there is a key 'laptop'"));
  EXPECT_TRUE(f.store().create({.alias = "laptop", .organisation = other}, f.random, kNow));
  EXPECT_TRUE(f.store().create({.organisation = org}, f.random, kNow));
  EXPECT_TRUE(f.store().create({.organisation = org}, f.random, kNow));  // no alias twice is fine
  ASSERT_TRUE(f.store().remove(first.key.id, kNow));
  EXPECT_TRUE(f.store().create({.alias = "laptop", .organisation = org}, f.random, kNow));
}

TEST(Keys, ADeletedOneLeavesTheWorldButNotTheReports) {
  Fixture f;
  auto org = f.organisation();
  auto made = f.key({.alias = "laptop", .organisation = org});
  ASSERT_TRUE(f.store().remove(made.key.id, kNow));
  EXPECT_TRUE(f.store().load_world()->keys.empty());
  EXPECT_EQ(f.store().get(made.key.id).error().code, Code::kNotFound);
  EXPECT_EQ(f.store().remove(made.key.id, kNow).error().code, Code::kNotFound);
  auto kept = *f.store().find_key(made.key.hash);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->deleted, kNow);
  EXPECT_EQ(f.store().keys({.with_deleted = true})->size(), 1u);
  EXPECT_EQ(f.store().keys({})->size(), 0u);
}

TEST(Keys, ListIsFilteredAndPaged) {
  Fixture f;
  auto org = f.organisation();
  auto alice = f.user(org, "alice");
  for (int i = 0; i < 5; ++i) f.key({.organisation = org, .user = i % 2 ? alice : UserId{}});
  EXPECT_EQ(f.store().keys({.user = alice})->size(), 2u);
  auto page = *f.store().keys({.at_most = 3});
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(f.store().keys({.after = page.back().id, .at_most = 3})->size(), 2u);
}

TEST(Keys, RefuseWhatIsWrongByName) {
  Fixture f;
  auto org = f.organisation();
  auto refusal = [&](VirtualKey key) {
    key.organisation = key.organisation ? key.organisation : org;
    return f.store().create(std::move(key), f.random, kNow).error().detail;
  };
  EXPECT_THAT(refusal({.expires = kNow}), HasSubstr("expires: is in the past"));
  EXPECT_THAT(refusal({.user = UserId{99}}), HasSubstr("user: user 99 does not exist"));
  EXPECT_THAT(refusal({.unit = UnitId{99}}), HasSubstr("unit: unit 99 does not exist"));
  EXPECT_THAT(refusal({.organisation = OrganisationId{9}}), HasSubstr("organisation 9"));
  EXPECT_THAT(refusal({.models = {"a", "a"}}), HasSubstr("models[1]: 'a' is there twice"));
  EXPECT_THAT(refusal({.models = {""}}), HasSubstr("models[0]: must not be empty"));
  EXPECT_THAT(refusal({.tags = {"x\ny"}}), HasSubstr("tags[0]: has a control character"));
  EXPECT_THAT(refusal({.alias = "\xff"}), HasSubstr("alias: is not valid UTF-8"));
  EXPECT_THAT(refusal({.limits = {.window = "months"}}), HasSubstr("did you mean 'month'?"));
  EXPECT_THAT(refusal({.limits = {.budget = Money{-1}}}), HasSubstr("limits.budget"));
  EXPECT_THAT(refusal({.limits = {.parallel = -1}}), HasSubstr("limits.parallel"));
  EXPECT_THAT(refusal({.metadata_json = "[1]"}), HasSubstr("metadata: must be a JSON object"));
  EXPECT_THAT(refusal({.metadata_json = "{"}), HasSubstr("metadata: must be a JSON object"));
  EXPECT_EQ(f.store().load_world()->keys.size(), 0u);
}

TEST(Keys, RefuseWhatIsTooLarge) {
  Fixture f;
  auto org = f.organisation();
  auto code = [&](VirtualKey key) {
    key.organisation = org;
    return f.store().create(std::move(key), f.random, kNow).error().code;
  };
  EXPECT_EQ(code({.alias = std::string(limits::kNameBytes + 1, 'a')}), Code::kTooLarge);
  VirtualKey models, tags;
  for (std::size_t i = 0; i <= limits::kModelPatterns; ++i)
    models.models.push_back(std::to_string(i));
  for (std::size_t i = 0; i <= limits::kTags; ++i) tags.tags.push_back(std::to_string(i));
  EXPECT_EQ(code(models), Code::kTooLarge);
  EXPECT_EQ(code(tags), Code::kTooLarge);
  EXPECT_EQ(code({.metadata_json = "{\"a\":\"" + std::string(limits::kMetadataBytes, 'x') + "\"}"}),
            Code::kTooLarge);
}

TEST(Keys, TheLastAdministratorStays) {
  Fixture f;
  auto boot = *f.store().bootstrap({.name = "Example"}, f.random, kNow);
  ASSERT_TRUE(boot.administrator);
  auto first = boot.administrator->key;
  EXPECT_TRUE(first.administrator);
  EXPECT_EQ(first.alias, "administrator");
  EXPECT_EQ(f.store().remove(first.id, kNow).error().code, Code::kConflict);
  EXPECT_EQ(f.store().block(first.id, true).error().code, Code::kConflict);
  auto demoted = first;
  demoted.administrator = false;
  EXPECT_EQ(f.store().update(demoted).error().code, Code::kConflict);
  f.key({.organisation = boot.organisation, .administrator = true});
  EXPECT_TRUE(f.store().block(first.id, true));
}

TEST(Bootstrap, MakesOneOrganisationAndOneKeyOnly) {
  Fixture f;
  auto first = *f.store().bootstrap({.name = "Example"}, f.random, kNow);
  auto second = *f.store().bootstrap({.name = "Example"}, f.random, kNow);
  EXPECT_EQ(first.organisation, second.organisation);
  EXPECT_FALSE(second.administrator);
  EXPECT_EQ(f.store().load_world()->keys.size(), 1u);
}

TEST(Units, FormATreeWithoutCycles) {
  Fixture f;
  auto org = f.organisation();
  auto dept = f.unit(org, "開発部"), team = f.unit(org, "基盤", dept),
       squad = f.unit(org, "A", team);
  auto moved = *f.store().get(dept);
  moved.parent = squad;
  EXPECT_EQ(f.store().update(moved).error().code, Code::kConflict);
  moved.parent = dept;
  EXPECT_EQ(f.store().update(moved).error().code, Code::kConflict);
  auto up = *f.store().get(squad);
  up.parent = {};
  EXPECT_TRUE(f.store().update(up));
  EXPECT_FALSE(f.store().get(squad)->parent);
}

TEST(Units, StayWithinTheirDepth) {
  Fixture f;
  auto org = f.organisation();
  UnitId at;
  for (std::size_t i = 0; i < limits::kUnitDepth; ++i) at = f.unit(org, "u", at);
  auto deeper = f.store().create(Fixture::unit_value(org, "too deep", at));
  EXPECT_EQ(deeper.error().code, Code::kTooLarge);
  // Moving a subtree counts what hangs below it.
  auto top = f.unit(org, "top");
  f.unit(org, "below", top);
  auto moved = *f.store().get(top);
  auto chain = unit_chain(*f.store().load_world(), at);
  ASSERT_EQ(chain.size(), limits::kUnitDepth);
  moved.parent = f.store().get(at)->parent;
  EXPECT_EQ(f.store().update(moved).error().code, Code::kTooLarge);
}

TEST(Units, SiblingsHaveDifferentNames) {
  Fixture f;
  auto org = f.organisation();
  auto a = f.unit(org, "a");
  f.unit(org, "x", a);
  EXPECT_TRUE(f.store().create(Fixture::unit_value(org, "x")));
  EXPECT_EQ(f.store().create(Fixture::unit_value(org, "x", a)).error().code, Code::kConflict);
  EXPECT_EQ(f.store().create(Fixture::unit_value(org, "x")).error().code, Code::kConflict);
}

TEST(Units, AreDeletedOnlyWhenEmpty) {
  Fixture f;
  auto org = f.organisation();
  auto dept = f.unit(org, "dept"), team = f.unit(org, "team", dept);
  auto alice = f.user(org, "alice", team);
  auto key = f.key({.organisation = org, .user = alice});
  EXPECT_THAT(f.store().remove(dept, kNow).error().detail, HasSubstr("still has units"));
  EXPECT_THAT(f.store().remove(team, kNow).error().detail, HasSubstr("still has users"));
  ASSERT_TRUE(f.store().remove(alice, kNow));
  EXPECT_TRUE(f.store().find_key(key.key.hash)->value().deleted);  // the key went with its owner
  EXPECT_TRUE(f.store().remove(team, kNow));
  EXPECT_TRUE(f.store().remove(dept, kNow));
  EXPECT_EQ(f.store().units(org)->size(), 0u);
  EXPECT_EQ(f.store().units(org, true)->size(), 2u);
}

TEST(Units, OfAnotherOrganisationAreNoParents) {
  Fixture f;
  auto org = f.organisation(), other = f.organisation("Other");
  auto theirs = f.unit(other, "theirs");
  EXPECT_THAT(f.store().create(Fixture::unit_value(org, "mine", theirs)).error().detail,
              HasSubstr("belongs to another organisation"));
  EXPECT_THAT(f.store().create({.organisation = org, .unit = theirs, .name = "bob"}).error().detail,
              HasSubstr("belongs to another organisation"));
}

TEST(Users, RefuseWhatIsWrongByName) {
  Fixture f;
  auto org = f.organisation();
  auto refusal = [&](User user) {
    user.organisation = org;
    return f.store().create(user).error().detail;
  };
  EXPECT_THAT(refusal({.name = ""}), HasSubstr("name: must not be empty"));
  EXPECT_THAT(refusal({.name = " x"}), HasSubstr("name: begins or ends with a space"));
  EXPECT_THAT(refusal({.name = "x", .email = "nobody"}), HasSubstr("email: is not"));
  EXPECT_THAT(refusal({.name = "x", .role = "admin"}), HasSubstr("role: 'admin' is not one of"));
  EXPECT_THAT(refusal({.name = "x", .role = "develper"}), HasSubstr("did you mean 'developer'?"));
  f.user(org, "alice");
  EXPECT_THAT(refusal({.name = "alice"}), HasSubstr("name: there is a user 'alice'"));
  ASSERT_TRUE(f.store().create({.organisation = org, .name = "bob", .email = "b@example.jp"}));
  EXPECT_THAT(refusal({.name = "rob", .email = "b@example.jp"}), HasSubstr("email: there is"));
}

TEST(Organisations, CheckTheirSettings) {
  Fixture f;
  EXPECT_THAT(f.store().create({.name = "A", .time_zone = "../etc"}).error().detail,
              HasSubstr("time_zone"));
  EXPECT_THAT(f.store().create({.name = "A", .language = "jp"}).error().detail,
              HasSubstr("did you mean 'ja'?"));
  auto org = *f.store().get(f.organisation());
  org.limits.budget = Money{1};
  org.models = {"claude-*"};
  ASSERT_TRUE(f.store().update(org));
  EXPECT_EQ(f.store().get(org.id)->limits.budget, Money{1});
  EXPECT_EQ(f.store().get(org.id)->models, org.models);
  f.organisation("B");
  EXPECT_EQ(f.store().create(Organisation{.name = "B"}).error().code, Code::kConflict);
}

TEST(Models, NarrowFromTheOrganisationDownToTheKey) {
  Fixture f;
  auto org = *f.store().get(f.organisation());
  org.models = {"claude-*", "nova-*"};
  ASSERT_TRUE(f.store().update(org));
  auto dept = Fixture::unit_value(org.id, "開発部");
  dept.models = {"claude-*"};
  auto dept_id = *f.store().create(dept);
  auto team = f.unit(org.id, "team", dept_id);
  auto alice = f.user(org.id, "alice", team);
  auto made = f.key(
      {.alias = "k", .organisation = org.id, .user = alice, .models = {"*sonnet*", "nova-pro"}});
  auto world = *f.store().load_world();
  auto sets = model_sets(world, *world.find(made.key.id));
  ASSERT_EQ(sets.size(), 3u);
  EXPECT_EQ(sets[0].owner, "key k");
  EXPECT_EQ(sets[1].owner, "unit 開発部");
  EXPECT_EQ(sets[2].owner, "organisation Example");
  auto allowed = [&](std::string_view model) {
    return std::ranges::all_of(sets, [&](const ModelSet& set) { return set.admits(model); });
  };
  EXPECT_TRUE(allowed("claude-sonnet-4-6"));
  EXPECT_FALSE(allowed("claude-opus-4-6"));  // not the key's
  EXPECT_FALSE(allowed("nova-pro"));         // not the department's
  EXPECT_FALSE(allowed("my-sonnet"));        // not the organisation's
}

bool matches_by_definition(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') {
    return matches_by_definition(pattern.substr(1), name) ||
           (!name.empty() && matches_by_definition(pattern, name.substr(1)));
  }
  return !name.empty() && pattern[0] == name[0] &&
         matches_by_definition(pattern.substr(1), name.substr(1));
}

TEST(Models, PatternsMeanWhatTheirDefinitionSays) {
  rc::check([] {
    auto letters = [](std::string alphabet) {
      return rc::gen::resize(8, rc::gen::container<std::string>(rc::gen::elementOf(alphabet)));
    };
    auto pattern = *letters("ab*"), name = *letters("ab");
    RC_ASSERT(matches_pattern(pattern, name) == matches_by_definition(pattern, name));
  });
}

TEST(World, HoldsOnlyWhatResolves) {
  Fixture f;
  auto org = f.organisation();
  auto unit = f.unit(org, "team");
  auto user = f.user(org, "alice", unit);
  f.key({.organisation = org, .user = user});
  auto world = *f.store().load_world();
  for (const auto& key : world.keys) {
    EXPECT_NE(world.find(key.organisation), nullptr);
    EXPECT_NE(world.find(key.user), nullptr);
    EXPECT_NE(world.find(key.unit), nullptr);
  }
  EXPECT_EQ(world.find(KeyId{}), nullptr);
  EXPECT_EQ(world.find(UnitId{77}), nullptr);
}

}  // namespace
}  // namespace sekisho::identity
