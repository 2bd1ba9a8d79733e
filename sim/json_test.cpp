#include "sim/json.h"

#include <gtest/gtest.h>

namespace sekisho::sim {
namespace {

TEST(Json, KeepsOrderAndNumberSpelling) {
  const std::string text = R"({"z":1.50,"a":[true,false,null,-0,1e9],"s":"日本\n\"x\""})";
  const auto value = Json::parse(text);
  ASSERT_TRUE(value) << value.error().detail;
  EXPECT_EQ(value->dump(), text);
  EXPECT_EQ((*value)["s"].text(), "日本\n\"x\"");
}

TEST(Json, DecodesEscapes) {
  EXPECT_EQ(Json::parse(R"("\u0041\ud83d\ude00\/")")->text(), "A😀/");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* bad : {"", "{", "[1,]", "{\"a\"}", "01", "1.", "NaN", "'x'", "\"\\ud800\"",
                          "\"\x01\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "{} x", "\"a", "+1"}) {
    EXPECT_FALSE(Json::parse(bad)) << bad;
  }
}

TEST(Json, BoundsDepth) {
  EXPECT_TRUE(Json::parse(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(Json::parse(std::string(10'000, '[') + std::string(10'000, ']')));
}

TEST(Json, IntegersOnlyWhenExact) {
  EXPECT_EQ(Json::number("12").as_int(), 12);
  EXPECT_EQ(Json::number("1.5").as_int(), std::nullopt);
  EXPECT_EQ(Json("12").as_int(), std::nullopt);
}

TEST(Json, LastOfRepeatedMembersCounts) {
  EXPECT_EQ(Json::parse(R"({"a":1,"a":2})")->dump(), R"({"a":2})");
}

}  // namespace
}  // namespace sekisho::sim
