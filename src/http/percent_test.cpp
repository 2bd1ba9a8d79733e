#include "http/percent.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace sekisho::http {
namespace {

TEST(Percent, EscapesAreReadWhereTheyAreWhole) {
  EXPECT_EQ(percent_escape("%2D", 0), '-');
  EXPECT_EQ(percent_escape("a%2d", 1), '-');
  for (std::string_view text : {"", "%", "%2", "%2G", "%G2", "% 1", "%-1", "2D"}) {
    EXPECT_EQ(percent_escape(text, 0), std::nullopt) << text;
  }
  EXPECT_EQ(percent_decode("a%2Fb+c%zz%4"), "a/b+c%zz%4");
  EXPECT_EQ(percent_encode("a/b:c~-_.\xff"), "a%2Fb%3Ac~-_.%FF");
}

RC_GTEST_PROP(Percent, DecodingTakesEncodingBack, (const std::string& bytes)) {
  RC_ASSERT(percent_decode(percent_encode(bytes)) == bytes);
}

}  // namespace
}  // namespace sekisho::http
