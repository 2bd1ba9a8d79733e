#include "sim/bill.h"

#include <gtest/gtest.h>

namespace sekisho::sim {
namespace {

TEST(Bill, RoundsOncePerCallHalfUp) {
  const Model& nova = *find_model(Provider::kBedrock, "amazon.nova-lite-v1:0");
  // 60'000 pico-dollars per input token; cache reads 15'000.
  EXPECT_EQ(charge(nova, {.input = 1}), 60);
  EXPECT_EQ(charge(nova, {.input = 3, .cache_read = 1, .output = 7}), 180 + 15 + 1680);
}

TEST(Bill, LongPromptsPayTheLongRates) {
  const Model& sonnet =
      *find_model(Provider::kBedrock, "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
  EXPECT_EQ(charge(sonnet, {.input = 200'000}), 200'000LL * 3300);
  EXPECT_EQ(charge(sonnet, {.input = 1, .cache_read = 200'000}), 6600 + 200'000LL * 660);
}

TEST(Bill, PrintsExactDollars) {
  EXPECT_EQ(dollars(0), "0");
  EXPECT_EQ(dollars(1), "0.000000001");
  EXPECT_EQ(dollars(1'500'000'000), "1.5");
}

TEST(Bill, EachModelIsNamedOncePerProvider) {
  for (const Model& model : models()) {
    EXPECT_EQ(find_model(model.provider, model.id), &model) << model.id;
    EXPECT_GT(model.rates.input, 0) << model.id;
  }
}

}  // namespace
}  // namespace sekisho::sim
