#include "base/nearest.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sekisho {
namespace {

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("budgte", {"budget", "window", "models"}), "budget");
  EXPECT_EQ(nearest("Modls", {"budget", "window", "models"}), "models");
  EXPECT_EQ(nearest("months", {"none", "day", "week", "month"}), "month");
  EXPECT_EQ(nearest("claude-sonet-4-6", {"claude-opus-4-6", "claude-sonnet-4-6"}),
            "claude-sonnet-4-6");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("zebra", {"budget", "window"}), "");
  EXPECT_EQ(nearest("xy", {"ja", "en"}), "");
  EXPECT_EQ(nearest("x", std::span<const std::string>()), "");
}

TEST(EditDistance, IsAMetricUpToItsBound) {
  rc::check([](const std::string& a, const std::string& b, std::uint8_t bound) {
    RC_ASSERT(edit_distance(a, a, 5) == (a.size() > 256 ? 6u : 0u));
    RC_ASSERT(edit_distance(a, b, bound) == edit_distance(b, a, bound));
    auto exact = edit_distance(a, b, 1000);
    RC_PRE(a.size() <= 256 && b.size() <= 256);
    RC_ASSERT(edit_distance(a, b, bound) == std::min<std::size_t>(exact, bound + 1u));
    RC_ASSERT(exact <= std::max(a.size(), b.size()));
  });
}

}  // namespace
}  // namespace sekisho
