#include "base/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sekisho {

TEST(RequestId, TextRoundTrips) {
  rc::check([](std::uint32_t ms, std::uint64_t high, std::uint64_t low) {
    auto id = RequestId::make(ms, high, low);
    RC_ASSERT(RequestId::parse(id.text()) == id);
  });
}

TEST(RequestId, SortsByTime) {
  EXPECT_LT(RequestId::make(1000, ~0ULL, ~0ULL).text(), RequestId::make(1001, 0, 0).text());
}

TEST(RequestId, RefusesForeignText) {
  EXPECT_FALSE(RequestId::parse("req_"));
  EXPECT_FALSE(RequestId::parse("req_zzzzzzzzzzzzzzzzzzzzzzzzzz"));
  EXPECT_FALSE(RequestId::parse("abc_00000000000000000000000000"));
}

}  // namespace sekisho
