#include <gtest/gtest.h>

#include <set>

#include "catalog/catalog.h"

namespace sekisho::catalog {
namespace {

std::string in_out(const char* provider, const char* model) {
  auto* row = find_starter(provider, model);
  return row ? row->prices.base.input.per_million() + "/" + row->prices.base.output.per_million()
             : "missing";
}

TEST(StarterTable, HasEveryKindOfProvider) {
  std::set<std::string> providers, ids;
  for (const auto& row : starter_table()) {
    providers.insert(row.provider);
    EXPECT_TRUE(ids.insert(row.provider + " " + row.upstream_model).second) << row.upstream_model;
  }
  EXPECT_EQ(providers, (std::set<std::string>{"anthropic", "bedrock", "gemini", "openai"}));
  EXPECT_GE(ids.size(), 60u);
}

TEST(StarterTable, EachRowIsWhole) {
  for (const auto& row : starter_table()) {
    SCOPED_TRACE(row.provider + " " + row.upstream_model);
    EXPECT_GT(row.facts.context_window, 0);
    EXPECT_GT(row.facts.max_output, 0);
    EXPECT_EQ(row.facts.target.max_output, row.facts.max_output);
    EXPECT_GT(row.prices.base.input.pico_usd, 0);
    EXPECT_GT(row.prices.base.output.pico_usd, 0);
    EXPECT_FALSE(row.prices.source.empty());
    EXPECT_EQ(row.prices.effective_date.size(), 10u);
    EXPECT_FALSE(row.facts.target.family.empty());
    std::int64_t above = 0;
    for (const auto& tier : row.prices.tiers) {
      EXPECT_GT(tier.above, above);
      above = tier.above;
      EXPECT_GT(tier.rates.input, row.prices.base.input);
    }
  }
}

TEST(StarterTable, StatesThePublishedFigures) {
  EXPECT_EQ(in_out("bedrock", "global.anthropic.claude-sonnet-4-6"), "3/15");
  EXPECT_EQ(in_out("bedrock", "us.anthropic.claude-sonnet-4-6"), "3.3/16.5");
  EXPECT_EQ(in_out("bedrock", "jp.anthropic.claude-sonnet-4-6"), "3.3/16.5");
  EXPECT_EQ(in_out("bedrock", "global.anthropic.claude-opus-4-7"), "5/25");
  EXPECT_EQ(in_out("bedrock", "us.anthropic.claude-opus-4-8"), "5.5/27.5");
  EXPECT_EQ(in_out("bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0"), "1.1/5.5");
  EXPECT_EQ(in_out("bedrock", "eu.amazon.nova-pro-v1:0"), "1.05/4.2");
  EXPECT_EQ(in_out("bedrock", "us.amazon.nova-premier-v1:0"), "2.5/12.5");
  EXPECT_EQ(in_out("bedrock", "us.meta.llama3-3-70b-instruct-v1:0"), "0.72/0.72");
  EXPECT_EQ(in_out("anthropic", "claude-opus-5-5"), "4/20");
  EXPECT_EQ(in_out("openai", "gpt-5.6"), "4/20");
  EXPECT_EQ(in_out("gemini", "gemini-2.5-pro"), "1.25/10");
  EXPECT_EQ(in_out("gemini", "gemini-3.8-flash"), "0.75/3.75");
  EXPECT_EQ(find_starter("bedrock", "us.anthropic.claude-unknown"), nullptr);
}

TEST(StarterTable, KnowsTheTokensOfAnImage) {
  auto most = [](const char* provider, const char* model) {
    return find_starter(provider, model)->facts.image_tokens;
  };
  EXPECT_EQ(most("openai", "gpt-4o-mini"), 2'833 + 8 * 5'667);  // detail high, 8 tiles
  EXPECT_EQ(most("openai", "gpt-4o"), 85 + 8 * 170);
  EXPECT_EQ(most("anthropic", "claude-opus-5-5"), 4'800);
  EXPECT_EQ(most("bedrock", "us.amazon.nova-pro-v1:0"), 6'000);
  EXPECT_EQ(image_tokens_of("qwen"), kMostImageTokens);
  for (const auto& row : starter_table()) {
    EXPECT_GT(row.facts.image_tokens, 0) << row.upstream_model;
    EXPECT_LE(row.facts.image_tokens, kMostImageTokens) << row.upstream_model;
  }
}

TEST(StarterTable, CacheRatesAreStatedNotDerived) {
  auto rates = [](const char* id) { return find_starter("bedrock", id)->prices.base; };
  EXPECT_EQ(rates("global.anthropic.claude-sonnet-4-6").cache_read->per_million(), "0.3");
  EXPECT_EQ(rates("us.anthropic.claude-opus-5-5").cache_read->per_million(), "0.22");    // 0.05 ×
  EXPECT_EQ(rates("us.anthropic.claude-fable-5-1").cache_read->per_million(), "0.275");  // 0.025 ×
  EXPECT_EQ(rates("us.anthropic.claude-sonnet-4-6").cache_write_1h->per_million(), "6.6");
  EXPECT_FALSE(rates("apac.anthropic.claude-haiku-4-5-20251001-v1:0").cache_write_1h);
  EXPECT_FALSE(rates("amazon.nova-pro-v1:0").cache_write_5m);
}

TEST(StarterTable, LongContextTiersAreThere) {
  auto* sonnet = find_starter("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
  ASSERT_EQ(sonnet->prices.tiers.size(), 1u);
  EXPECT_EQ(sonnet->prices.tiers[0].above, 200'000);
  EXPECT_EQ(sonnet->prices.tiers[0].rates.output.per_million(), "24.75");
  EXPECT_EQ(sonnet->prices.tiers[0].rates.cache_write_1h->per_million(), "13.2");
  EXPECT_EQ(find_starter("openai", "gpt-5.6")->prices.tiers[0].above, 272'000);
  EXPECT_EQ(find_starter("anthropic", "claude-haiku-5-5")->prices.tiers[0].above, 100'000);
  EXPECT_TRUE(find_starter("bedrock", "us.anthropic.claude-sonnet-4-6")->prices.tiers.empty());
}

TEST(StarterTable, KnowsWhatModelsRefuse) {
  auto facts = [](const char* id) { return find_starter("bedrock", id)->facts; };
  auto opus = facts("us.anthropic.claude-opus-5-5");
  EXPECT_TRUE(opus.target.forbids_sampling);
  EXPECT_TRUE(opus.target.forbids_forced_tool);
  EXPECT_TRUE(opus.target.adaptive_thinking);
  EXPECT_TRUE(opus.target.rejects_prefill);
  EXPECT_TRUE(opus.target.always_thinks);
  EXPECT_TRUE(opus.target.reasoning);
  EXPECT_EQ(opus.cache_minimum_tokens, 512);
  EXPECT_FALSE(facts("us.anthropic.claude-opus-5").target.forbids_forced_tool);
  EXPECT_TRUE(facts("us.anthropic.claude-fable-5-1").target.forbids_forced_tool);
  auto sonnet = facts("us.anthropic.claude-sonnet-4-6");
  EXPECT_FALSE(sonnet.target.forbids_sampling);
  EXPECT_TRUE(sonnet.target.adaptive_thinking);
  EXPECT_EQ(sonnet.cache_minimum_tokens, 1024);
  auto haiku = facts("jp.anthropic.claude-haiku-4-5-20251001-v1:0");
  EXPECT_FALSE(haiku.target.adaptive_thinking);
  EXPECT_FALSE(haiku.target.rejects_prefill);
  EXPECT_EQ(haiku.target.family, "claude");
  EXPECT_FALSE(facts("meta.llama3-3-70b-instruct-v1:0").target.prompt_caching);
  EXPECT_EQ(facts("us.amazon.nova-pro-v1:0").target.family, "nova");
  EXPECT_FALSE(facts("us.amazon.nova-pro-v1:0").target.json_schema);
  EXPECT_FALSE(facts("us.anthropic.claude-sonnet-4-20250514-v1:0").target.json_schema);
  EXPECT_TRUE(haiku.target.json_schema);
}

TEST(StarterTable, MultipliersAreForAnthropicsOwnApi) {
  EXPECT_EQ(find_starter("anthropic", "claude-opus-5")->prices.fast_percent, 200);
  EXPECT_EQ(find_starter("anthropic", "claude-opus-5")->prices.us_percent, 110);
  EXPECT_EQ(find_starter("anthropic", "claude-sonnet-4-5")->prices.us_percent, 100);
  EXPECT_EQ(find_starter("bedrock", "us.anthropic.claude-opus-5")->prices.fast_percent, 100);
}

}  // namespace
}  // namespace sekisho::catalog
