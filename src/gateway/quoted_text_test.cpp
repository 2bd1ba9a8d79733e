#include "gateway/quoted_text.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sekisho::gateway {
namespace {

constexpr std::string_view kBody = R"({"content":"my very private words","model":"gpt"})";

TEST(WithoutQuotes, StretchesOfTheRequestAreTakenOut) {
  EXPECT_EQ(without_quotes("bad value: my very private words, see the manual", kBody),
            "bad value: …, see the manual");
  EXPECT_EQ(without_quotes("my very private words", kBody), "…");
  EXPECT_EQ(without_quotes("a very private word", kBody), "a…");
}

TEST(WithoutQuotes, WhatIsTheProvidersOwnStays) {
  EXPECT_EQ(without_quotes("the model gpt is busy", kBody), "the model gpt is busy");
  EXPECT_EQ(without_quotes("", kBody), "");
  EXPECT_EQ(without_quotes("the whole message", ""), "the whole message");
}

TEST(WithoutQuotes, TwoQuotesThatTouchAreOne) {
  EXPECT_EQ(without_quotes("private words|my very priv|", kBody), "…|…|");
}

TEST(WithoutQuotes, LongMessagesAreCut) {
  std::string message(limits::kUpstreamMessageBytes + 100, 'x');
  EXPECT_EQ(without_quotes(message, kBody).size(), limits::kUpstreamMessageBytes);
}

}  // namespace
}  // namespace sekisho::gateway
