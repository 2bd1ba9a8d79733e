#include "api/times.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sekisho::api {
namespace {

std::int64_t seconds(std::string_view text) {
  return unix_ms(*parse_time(text)) / 1000;
}

TEST(Times, OffsetsAndDates) {
  EXPECT_EQ(seconds("1970-01-02"), 86'400);
  EXPECT_EQ(seconds("1970-01-01T09:00:00+09:00"), 0);
  EXPECT_EQ(seconds("1970-01-01 00:00:01Z"), 1);
  EXPECT_EQ(seconds("1970-01-01T00:00:01.999"), 1);
  EXPECT_EQ(seconds("1970-01-01T00:00:00-0130"), 5'400);
}

TEST(Times, RefusesWhatIsNoTime) {
  for (auto text : {"", "2026", "2026-13-01", "2026-02-30", "2026-11-25T", "2026-11-25T25:00:00",
                    "2026-11-25T10:00", "2026-11-25T10:00:00+9", "2026-11-25T10:00:00Zjunk",
                    "2026-11-25T10:00:00.", "tomorrow", "-001-01-01"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
  EXPECT_FALSE(parse_day("2026-11-25T00:00:00Z"));
}

TEST(Times, WhatIsPrintedIsReadBack) {
  rc::check([] {
    auto second = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000);
    auto text = format_time(WallTime(std::chrono::seconds(second)));
    RC_ASSERT(seconds(text) == second);
    RC_ASSERT(*parse_day(std::string_view(text).substr(0, 10)) == second / 86'400);
    RC_ASSERT(format_day(second / 86'400) == text.substr(0, 10));
  });
}

}  // namespace
}  // namespace sekisho::api
