#include "catalog/catalog_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "base/limits.h"
#include "catalog/schema.h"
#include "store/scratch.h"

namespace sekisho::catalog {
namespace {

using testing::HasSubstr;

struct Fixture {
  Fixture() {
    auto tables = schema();
    auto opened =
        store::Database::open({.path = dir.file("a.db"), .durable = false}, std::span(&tables, 1));
    if (!opened) throw std::runtime_error(opened.error().detail);
    db = *std::move(opened);
    bedrock = *store().upstream("bedrock-tokyo", "bedrock");
    local = *store().upstream("vllm", "openai");
  }
  CatalogStore store() { return CatalogStore(*db); }
  GroupSettings sonnet(std::string name = "claude-sonnet") {
    GroupSettings g;
    g.name = std::move(name);
    g.deployments = {{.upstream = bedrock,
                      .upstream_model = "jp.anthropic.claude-sonnet-4-6",
                      .region = "ap-northeast-1"}};
    return g;
  }
  GroupSettings own(std::string name = "qwen") {
    GroupSettings g;
    g.name = std::move(name);
    g.deployments = {{.upstream = local, .upstream_model = "qwen3-coder"}};
    return g;
  }
  const ModelGroup* find(const std::vector<ModelGroup>& all, std::string_view name) {
    auto it = std::ranges::find(all, name, &ModelGroup::name);
    return it == all.end() ? nullptr : &*it;
  }
  store::ScratchDirectory dir;
  std::unique_ptr<store::Database> db;
  UpstreamId bedrock, local;
};

Prices own_prices() {
  Prices p;
  p.base = {*Price::parse_per_million("0.5"), *Price::parse_per_million("1"), {}, {}, {}, {}};
  p.tiers = {{100'000,
              {*Price::parse_per_million("1"),
               *Price::parse_per_million("2"),
               *Price::parse_per_million("0.1"),
               {},
               {},
               {}}}};
  p.effective_date = "2026-11-01";
  return p;
}

TEST(Catalog, TheStarterTableFillsInFactsAndPrices) {
  Fixture f;
  ASSERT_TRUE(f.store().create(f.sonnet()));
  auto all = *f.store().load_catalog();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].facts.name, "claude-sonnet-4-6");
  EXPECT_EQ(all[0].facts.context_window, 1'000'000);
  EXPECT_EQ(all[0].facts.target.family, "claude");
  EXPECT_EQ(all[0].deployments[0].upstream_name, "bedrock-tokyo");
  EXPECT_EQ(all[0].deployments[0].prices->base.input.per_million(), "3.3");
}

TEST(Catalog, AnUnknownModelStaysUnpricedUntilTheOperatorSetsAPrice) {
  Fixture f;
  auto id = *f.store().create(f.own());
  EXPECT_FALSE((*f.store().load_catalog())[0].deployments[0].prices);
  auto group = *f.store().get(id);
  group.max_output = 8192;
  group.context_window = 131'072;
  group.deployments[0].prices = own_prices();
  ASSERT_TRUE(f.store().update(group));
  auto resolved = (*f.store().load_catalog())[0];
  auto expected = own_prices();
  expected.source = "operator";
  EXPECT_EQ(resolved.deployments[0].prices, expected);
  EXPECT_EQ(resolved.facts.max_output, 8192);
  EXPECT_EQ(resolved.facts.target.max_output, 8192);
  EXPECT_EQ(resolved.deployments[0].id, group.deployments[0].id);
  group.deployments[0].prices.reset();
  ASSERT_TRUE(f.store().update(group));
  EXPECT_FALSE((*f.store().load_catalog())[0].deployments[0].prices);
}

TEST(Catalog, AnOpaqueArnIsDescribedByItsBaseModel) {
  Fixture f;
  auto group = f.sonnet();
  group.deployments[0].upstream_model =
      "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
  group.deployments[0].priced_as = "us.anthropic.claude-opus-5-5";
  ASSERT_TRUE(f.store().create(group));
  auto resolved = (*f.store().load_catalog())[0];
  EXPECT_TRUE(resolved.facts.target.forbids_forced_tool);
  EXPECT_EQ(resolved.deployments[0].prices->base.input.per_million(), "4.4");
}

TEST(Catalog, NamesAndAliasesAreUnique) {
  Fixture f;
  auto group = f.sonnet();
  group.aliases = {"sonnet"};
  ASSERT_TRUE(f.store().create(group));
  EXPECT_EQ(f.store().create(f.own("sonnet")).error().code, Code::kConflict);
  EXPECT_EQ(f.store().create(f.own("claude-sonnet")).error().code, Code::kConflict);
  auto other = f.own();
  other.aliases = {"claude-sonnet"};
  EXPECT_THAT(f.store().create(other).error().detail,
              HasSubstr("belongs to model 'claude-sonnet'"));
  other.aliases = {"x", "x"};
  EXPECT_EQ(f.store().create(other).error().code, Code::kInvalidArgument);
}

TEST(Catalog, AModelThatComesBackKeepsItsId) {
  Fixture f;
  auto id = *f.store().create(f.sonnet());
  ASSERT_TRUE(f.store().remove(id));
  EXPECT_TRUE(f.store().groups()->empty());
  EXPECT_EQ(f.store().get(id).error().code, Code::kNotFound);
  EXPECT_EQ(*f.store().create(f.sonnet()), id);
}

TEST(Catalog, DeploymentsLeftOutGoAndTheOrderIsKept) {
  Fixture f;
  auto group = f.sonnet();
  group.deployments.push_back({.upstream = f.local, .upstream_model = "b"});
  auto id = *f.store().create(group);
  group = *f.store().get(id);
  auto second = group.deployments[1].id;
  std::swap(group.deployments[0], group.deployments[1]);
  group.deployments.pop_back();
  group.deployments.push_back({.upstream = f.local, .upstream_model = "c", .weight = 5});
  ASSERT_TRUE(f.store().update(group));
  auto now = *f.store().get(id);
  ASSERT_EQ(now.deployments.size(), 2u);
  EXPECT_EQ(now.deployments[0].id, second);
  EXPECT_EQ(now.deployments[1].upstream_model, "c");
  EXPECT_EQ(now.deployments[1].weight, 5);
  group.deployments[0].id = DeploymentId{999};
  EXPECT_EQ(f.store().update(group).error().code, Code::kNotFound);
}

TEST(CatalogFile, GroupsAreReadOnlyAndKeepTheirIds) {
  Fixture f;
  ASSERT_TRUE(f.store().sync_file({f.sonnet(), f.own()}));
  auto before = *f.store().groups();
  ASSERT_EQ(before.size(), 2u);
  EXPECT_THAT(f.store().update(before[0]).error().detail, HasSubstr("configuration file"));
  EXPECT_EQ(f.store().remove(before[0].id).error().code, Code::kConflict);
  EXPECT_EQ(f.store().create(f.own()).error().code, Code::kConflict);

  auto changed = f.sonnet();
  changed.aliases = {"s"};
  changed.deployments.insert(changed.deployments.begin(),
                             {.upstream = f.local, .upstream_model = "cheap"});
  ASSERT_TRUE(f.store().sync_file({changed}));
  auto after = *f.store().groups();
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].id, before[0].id);
  EXPECT_EQ(after[0].deployments[1].id, before[0].deployments[0].id);
  EXPECT_EQ(after[0].aliases, changed.aliases);
  ASSERT_TRUE(f.store().sync_file({f.sonnet(), f.own()}));
  EXPECT_EQ((*f.store().groups())[1].id, before[1].id);
}

TEST(CatalogFile, AliasesMayMoveBetweenItsGroups) {
  Fixture f;
  auto a = f.sonnet(), b = f.own();
  a.aliases = {"fast"};
  ASSERT_TRUE(f.store().sync_file({a, b}));
  std::swap(a.aliases, b.aliases);
  EXPECT_TRUE(f.store().sync_file({a, b}));
}

TEST(CatalogFile, ANameOfTheApiIsAConflictAndChangesNothing) {
  Fixture f;
  ASSERT_TRUE(f.store().sync_file({f.sonnet()}));
  ASSERT_TRUE(f.store().create(f.own()));
  EXPECT_EQ(f.store().sync_file({f.own()}).error().code, Code::kConflict);
  EXPECT_EQ(f.store().groups()->size(), 2u);
}

TEST(Catalog, RefusesWhatIsWrongByName) {
  Fixture f;
  auto refusal = [&](auto change) {
    auto group = f.own();
    change(group);
    return f.store().create(group).error().detail;
  };
  EXPECT_THAT(refusal([](auto& g) { g.name = ""; }), HasSubstr("name: must not be empty"));
  EXPECT_THAT(refusal([](auto& g) { g.name = "a*"; }), HasSubstr("name: may hold"));
  EXPECT_THAT(refusal([](auto& g) { g.aliases = {"a b"}; }), HasSubstr("aliases[0]"));
  EXPECT_THAT(refusal([](auto& g) { g.deployments.clear(); }), HasSubstr("deployments"));
  EXPECT_THAT(refusal([](auto& g) { g.deployments[0].upstream = UpstreamId{77}; }),
              HasSubstr("deployments[0].upstream: upstream 77 does not exist"));
  EXPECT_THAT(refusal([](auto& g) { g.deployments[0].upstream_model = ""; }),
              HasSubstr("deployments[0].upstream_model"));
  EXPECT_THAT(refusal([](auto& g) { g.deployments[0].weight = -1; }), HasSubstr("weight"));
  EXPECT_THAT(refusal([](auto& g) { g.max_output = 0; }), HasSubstr("max_output"));
  EXPECT_THAT(refusal([](auto& g) {
                g.deployments[0].prices = own_prices();
                g.deployments[0].prices->base.input = Price{-1};
              }),
              HasSubstr("deployments[0].prices: a price must not be negative"));
  EXPECT_THAT(refusal([](auto& g) {
                g.deployments[0].prices = own_prices();
                g.deployments[0].prices->tiers[0].above = 0;
              }),
              HasSubstr("ascending"));
}

TEST(Catalog, RefusesWhatIsTooMuch) {
  Fixture f;
  auto code = [&](auto change) {
    auto group = f.own();
    change(group);
    return f.store().create(group).error().code;
  };
  EXPECT_EQ(code([](auto& g) { g.name = std::string(limits::kNameBytes + 1, 'a'); }),
            Code::kTooLarge);
  EXPECT_EQ(code([](auto& g) { g.aliases.resize(limits::kAliases + 1, "a"); }), Code::kTooLarge);
  EXPECT_EQ(code([](auto& g) { g.deployments.resize(limits::kDeployments + 1, g.deployments[0]); }),
            Code::kTooLarge);
  EXPECT_EQ(code([](auto& g) {
              g.deployments[0].prices = own_prices();
              g.deployments[0].prices->tiers.resize(limits::kPriceTiers + 1);
            }),
            Code::kTooLarge);
  EXPECT_EQ(code([](auto& g) {
              g.deployments[0].upstream_model.assign(limits::kUpstreamModelBytes + 1, 'a');
            }),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace sekisho::catalog
