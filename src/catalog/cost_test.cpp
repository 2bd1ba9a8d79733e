#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "catalog/catalog.h"

namespace sekisho::catalog {
namespace {

Price usd(const char* per_million) {
  return *Price::parse_per_million(per_million);
}

Prices sonnet() {  // with a long-context tier
  Prices p;
  p.base = {usd("3"), usd("15"), usd("0.3"), usd("3.75"), usd("6"), {}};
  p.tiers = {{200'000, {usd("6"), usd("22.5"), usd("0.6"), usd("7.5"), usd("12"), {}}}};
  return p;
}

TEST(Cost, EveryKindHasItsOwnPrice) {
  wire::Usage usage{.input = 1000,
                    .cache_read = 10'000,
                    .cache_write_5m = 100,
                    .cache_write_1h = 10,
                    .output = 500};
  // 0.003 + 0.003 + 0.000375 + 0.00006 + 0.0075
  EXPECT_EQ(cost_of(sonnet(), usage).total, *Money::parse("0.013935"));
  EXPECT_FALSE(cost_of(sonnet(), usage).unpriced_kind);
}

TEST(Cost, TheTierHoldsForAllTokensOnceThePromptIsLonger) {
  wire::Usage at{.input = 1, .cache_read = 199'999, .output = 1000};
  EXPECT_EQ(cost_of(sonnet(), at).total, *Money::parse("0.0750027"));
  wire::Usage over{.input = 2, .cache_read = 199'999, .output = 1000};  // by cache reads alone
  EXPECT_EQ(cost_of(sonnet(), over).total, *Money::parse("0.1425114"));
}

TEST(Cost, ReasoningIsPartOfOutput) {
  auto p = sonnet();
  wire::Usage usage{.output = 100, .reasoning = 40};
  EXPECT_EQ(cost_of(p, usage).total, *Money::parse("0.0015"));
  p.base.reasoning = usd("30");
  EXPECT_EQ(cost_of(p, usage).total, *Money::parse("0.0021"));
  usage.reasoning = 1000;  // more than there is
  EXPECT_EQ(cost_of(p, usage).total, *Money::parse("0.003"));
}

TEST(Cost, AKindWithoutARateTakesTheDearestAndIsMarked) {
  Prices p;
  p.base = {usd("1.1"), usd("5.5"), {}, usd("1.375"), {}, {}};
  auto cost = cost_of(p, {.cache_write_1h = 1'000'000});
  EXPECT_EQ(cost.total, *Money::parse("1.375"));
  EXPECT_TRUE(cost.unpriced_kind);
  cost = cost_of(p, {.cache_read = 1'000'000});
  EXPECT_EQ(cost.total, *Money::parse("1.1"));
  EXPECT_TRUE(cost.unpriced_kind);
  EXPECT_FALSE(cost_of(p, {.input = 5, .cache_write_5m = 5, .output = 5}).unpriced_kind);
}

TEST(Cost, IsRoundedOnceHalfUp) {
  Prices p;
  p.base = {usd("0.0005"), usd("0.0005"), {}, {}, {}, {}};  // 500 pico-dollars a token
  EXPECT_EQ(cost_of(p, {.input = 1}).total.nano_usd, 1);
  EXPECT_EQ(cost_of(p, {.input = 1, .output = 1}).total.nano_usd, 1);
  EXPECT_EQ(cost_of(p, {.input = 2, .output = 1}).total.nano_usd, 2);
  p.base.input = usd("0.000499");
  EXPECT_EQ(cost_of(p, {.input = 1}).total.nano_usd, 0);
  EXPECT_EQ(worst_case(p, 1, 0, CacheWrites::kNone).nano_usd, 1);
}

TEST(Cost, PercentScalesEveryRate) {
  auto p = sonnet();
  p.fast_percent = 200;
  p.us_percent = 110;
  wire::Usage usage{.input = 1000, .output = 100};
  EXPECT_EQ(cost_of(p, usage, scale_of(p, true, true)).total, *Money::parse("0.0099"));
  EXPECT_EQ(cost_of(p, usage, scale_of(p, true, false)).total, *Money::parse("0.009"));
  EXPECT_EQ(cost_of(p, usage, scale_of(p, false, true)).total, *Money::parse("0.00495"));
  EXPECT_EQ(scale_of(p, false, false), kPlainScale);
}

TEST(Cost, TwoPercentagesMultiplyExactly) {
  auto p = sonnet();
  p.fast_percent = 150;
  p.us_percent = 115;  // 172.5 %
  wire::Usage usage{.input = 1'000'000};
  EXPECT_EQ(cost_of(p, usage, scale_of(p, true, true)).total, *Money::parse("10.35"));
  EXPECT_GE(worst_case(p, 1'000'000, 0, CacheWrites::kNone, scale_of(p, true, true)),
            *Money::parse("10.35"));
  // 499.5 pico-dollars are no nano-dollar: rounded once, not first to 500.
  p.base = {usd("0.000333"), usd("0.000333"), {}, {}, {}, {}};
  p.us_percent = 100;
  EXPECT_EQ(cost_of(p, {.input = 1}, scale_of(p, true, true)).total.nano_usd, 0);
}

TEST(Cost, TheDearestRatesStandInForUnknownOnes) {
  wire::Usage usage{.input = 1000, .output = 100};
  EXPECT_EQ(dearest_cost_of(sonnet(), usage, kPlainScale),
            *Money::parse("0.00825"));  // of the tier
  auto flat = sonnet();
  flat.tiers.clear();
  EXPECT_EQ(dearest_cost_of(flat, usage, kPlainScale), cost_of(flat, usage).total);
}

TEST(Cost, AbsurdCountsDoNotOverflow) {
  Prices p;
  p.base = {usd("9000000000000"), usd("9000000000000"), {}, {}, {}, {}};
  EXPECT_EQ(cost_of(p, {.input = INT64_MAX, .output = INT64_MAX}).total.nano_usd, INT64_MAX);
  EXPECT_EQ(worst_case(p, INT64_MAX, INT64_MAX).nano_usd, INT64_MAX);
  EXPECT_EQ(cost_of(p, {.input = -5, .output = INT64_MIN}).total.nano_usd, 0);
}

rc::Gen<Price> any_price() {
  return rc::gen::map(
      rc::gen::weightedOneOf<std::int64_t>({{1, rc::gen::just<std::int64_t>(0)},
                                            {9, rc::gen::inRange<std::int64_t>(0, 200'000'000)}}),
      [](std::int64_t pico) { return Price{pico}; });
}
rc::Gen<Rates> any_rates() {
  auto maybe = rc::gen::maybe(any_price());
  return rc::gen::apply(
      [](Price in, Price out, auto read, auto w5, auto w1, auto reasoning) {
        auto opt = [](rc::Maybe<Price> m) {
          return m ? std::optional<Price>(*m) : std::optional<Price>();
        };
        return Rates{in, out, opt(read), opt(w5), opt(w1), opt(reasoning)};
      },
      any_price(), any_price(), maybe, maybe, maybe, maybe);
}
Prices any_prices() {
  Prices p;
  p.base = *any_rates();
  std::int64_t above = 0;
  for (int tiers = *rc::gen::inRange(0, 4); tiers > 0; --tiers) {
    above += *rc::gen::inRange<std::int64_t>(1, 3000);
    p.tiers.push_back({above, *any_rates()});
  }
  return p;
}

TEST(WorstCase, IsNeverBelowWhatAnyUsageCosts) {
  rc::check([] {
    auto p = any_prices();
    auto writes = *rc::gen::element(CacheWrites::kNone, CacheWrites::kShort, CacheWrites::kLong);
    auto scale = *rc::gen::element<std::int64_t>(10'000, 11'000, 20'000, 17'250, 13'333);
    auto prompt = *rc::gen::inRange<std::int64_t>(0, 10'000);
    auto output = *rc::gen::inRange<std::int64_t>(0, 10'000);
    wire::Usage u;
    auto left = *rc::gen::inRange<std::int64_t>(0, prompt + 1);
    auto take = [&] {
      auto n = *rc::gen::inRange<std::int64_t>(0, left + 1);
      left -= n;
      return n;
    };
    u.cache_read = take();
    if (writes >= CacheWrites::kShort) u.cache_write_5m = take();
    if (writes >= CacheWrites::kLong) u.cache_write_1h = take();
    u.input = left;
    u.output = *rc::gen::inRange<std::int64_t>(0, output + 1);
    u.reasoning = *rc::gen::inRange<std::int64_t>(0, u.output + 1);
    RC_ASSERT(cost_of(p, u, scale).total <= worst_case(p, prompt, output, writes, scale));
    RC_ASSERT(cost_of(p, u, scale).total <= dearest_cost_of(p, u, scale));
  });
}

TEST(WorstCase, IsReachedByTheDearestUsage) {
  // Tight: without tiers, some usage within the bounds costs exactly the bound (rounded up).
  rc::check([] {
    Prices p;
    p.base = *any_rates();
    auto prompt = *rc::gen::inRange<std::int64_t>(0, 10'000);
    auto output = *rc::gen::inRange<std::int64_t>(0, 10'000);
    Money dearest;
    for (int kind = 0; kind < 4; ++kind) {
      for (auto reasoning : {std::int64_t{0}, output}) {
        wire::Usage u{.output = output, .reasoning = reasoning};
        (kind == 0   ? u.input
         : kind == 1 ? u.cache_read
         : kind == 2 ? u.cache_write_5m
                     : u.cache_write_1h) = prompt;
        dearest = std::max(dearest, cost_of(p, u).total);
      }
    }
    auto bound = worst_case(p, prompt, output);
    RC_ASSERT(bound >= dearest);
    RC_ASSERT(bound.nano_usd - dearest.nano_usd <= 1);
  });
}

TEST(AffordableOutput, IsTheLargestThatFits) {
  rc::check([] {
    auto p = any_prices();
    auto writes = *rc::gen::element(CacheWrites::kNone, CacheWrites::kShort, CacheWrites::kLong);
    auto scale = *rc::gen::element<std::int64_t>(10'000, 11'000, 17'250, 13'333);
    auto prompt = *rc::gen::inRange<std::int64_t>(0, 10'000);
    Money money{*rc::gen::inRange<std::int64_t>(0, 2'000'000'000)};
    auto most = affordable_output(p, prompt, money, writes, scale);
    if (!most) {
      RC_ASSERT(worst_case(p, prompt, 0, writes, scale) > money);
    } else {
      RC_ASSERT(worst_case(p, prompt, *most, writes, scale) <= money);
      if (*most < kMostTokens) {
        RC_ASSERT(worst_case(p, prompt, *most + 1, writes, scale) > money);
      }
    }
  });
}

}  // namespace
}  // namespace sekisho::catalog
