#include "base/money.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sekisho {

TEST(Money, ParsesExactDecimals) {
  EXPECT_EQ(Money::parse("12.345")->nano_usd, 12'345'000'000);
  EXPECT_EQ(Money::parse("-0.000000001")->nano_usd, -1);
  EXPECT_FALSE(Money::parse("0.0000000001"));
  EXPECT_FALSE(Money::parse("1e3"));
  EXPECT_FALSE(Money::parse(""));
  EXPECT_FALSE(Money::parse("."));
  EXPECT_FALSE(Money::parse("99999999999999"));
}

TEST(Money, PrintsWhatItParsed) {
  rc::check([](std::int64_t nano) {
    if (nano == std::numeric_limits<std::int64_t>::min()) return;
    RC_ASSERT(Money::parse(Money{nano}.decimal())->nano_usd == nano);
  });
}

TEST(Money, DisplaysForPeople) {
  EXPECT_EQ(Money{12'345'000'000}.display(), "$12.35");
  EXPECT_EQ(Money{123'400}.display(), "$0.000123");
  EXPECT_EQ(Money{0}.display(), "$0.00");
  EXPECT_EQ(Money{-5'000'000'000}.display(), "-$5.00");
}

TEST(Price, ReadsBothSpellings) {
  EXPECT_EQ(Price::parse_per_million("3.00")->pico_usd, 3'000'000);
  EXPECT_EQ(Price::parse_per_unit("3e-06")->pico_usd, 3'000'000);
  EXPECT_EQ(Price::parse_per_unit("3.75E-6")->pico_usd, 3'750'000);
  EXPECT_FALSE(Price::parse_per_unit("1e-13"));
  EXPECT_EQ(Price{300'000}.per_unit(), "0.0000003");
}

TEST(PicoSum, RoundsOnceHalfUp) {
  PicoSum sum;
  sum.add(Price{500}, 1);
  EXPECT_EQ(sum.round().nano_usd, 1);
  EXPECT_EQ(sum.round_up().nano_usd, 1);
  sum.pico_usd = 499;
  EXPECT_EQ(sum.round().nano_usd, 0);
  EXPECT_EQ(sum.round_up().nano_usd, 1);
  sum.pico_usd = 3'000'000;
  sum.scale(11, 10);
  EXPECT_EQ(sum.pico_usd, 3'300'000);
}

}  // namespace sekisho
