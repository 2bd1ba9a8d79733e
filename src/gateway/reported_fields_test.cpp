#include "gateway/reported_fields.h"

#include <gtest/gtest.h>

#include <vector>

namespace sekisho::gateway {
namespace {

std::string reported(const std::vector<std::string>& names) {
  return reported_fields(names);
}

TEST(ReportedFields, NamesStayReadable) {
  EXPECT_EQ(reported({}), "");
  EXPECT_EQ(reported({"seed", "metadata.a", "tools[web_search]", "reasoning (no room for it)"}),
            "seed,metadata.a,tools[web_search],reasoning (no room for it)");
}

TEST(ReportedFields, WhatAHeaderCannotCarryIsEncoded) {
  EXPECT_EQ(reported({"a\r\nx-evil: 1"}), "a%0D%0Ax-evil: 1");
  EXPECT_EQ(reported({"\x01", "日", "1,2", "5%", " a ", "\x7f", std::string(1, '\0')}),
            "%01,%E6%97%A5,1%2C2,5%25,%20a%20,%7F,%00");
}

TEST(ReportedFields, LengthIsLimited) {
  EXPECT_EQ(reported({std::string(20'000, 'k')}), std::string(100, 'k') + "...");
  const std::string list = reported(std::vector<std::string>(500, std::string(40, 'n')));
  EXPECT_LE(list.size(), 1020u);
  const auto shown = list.find("...+");
  ASSERT_NE(shown, std::string::npos);
  EXPECT_EQ(std::stoul(list.substr(shown + 4)) + shown / 41, 500u);
}

}  // namespace
}  // namespace sekisho::gateway
