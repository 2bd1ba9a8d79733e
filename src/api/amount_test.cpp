#include "api/amount.h"

#include <gtest/gtest.h>

namespace sekisho::api {
namespace {

TEST(Amount, IsExactInEverySpelling) {
  EXPECT_EQ(parse_amount("5")->nano_usd, 5'000'000'000);
  EXPECT_EQ(parse_amount("0.1")->nano_usd, 100'000'000);
  EXPECT_EQ(parse_amount("10.50")->nano_usd, 10'500'000'000);
  EXPECT_EQ(parse_amount("1e-05")->nano_usd, 10'000);
  EXPECT_EQ(parse_amount("1.25E2")->nano_usd, 125'000'000'000);
  EXPECT_EQ(parse_amount("12.5e-1")->nano_usd, 1'250'000'000);
  EXPECT_EQ(parse_amount("9007199.254740993")->nano_usd, 9'007'199'254'740'993);
  EXPECT_EQ(parse_amount("0.0")->nano_usd, 0);
}

TEST(Amount, RefusesTheRest) {
  for (auto text : {"", "-1", "1e", "e5", "1e99", "1e-31", "0.0000000001", "NaN", "1,5", ".5",
                    "99999999999999", "true", "--1", "1.2.3"}) {
    EXPECT_FALSE(parse_amount(text)) << text;
  }
}

}  // namespace
}  // namespace sekisho::api
