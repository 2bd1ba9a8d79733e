#include "base/phrase.h"

#include <gtest/gtest.h>

namespace sekisho {
namespace {

constexpr Phrase kPhrases[] = {
    {"{*}; did you mean '{}'?", "{}（「{}」のことでしょうか）"},
    {"there is no {} '{}'", "{1} という {0} はありません"},
    {"busy", "混雑"},
};

std::string japanese(std::string_view text) {
  return find_phrase(kPhrases, text).value_or("-");
}

TEST(Phrase, WholeSentencesWithWhatVaries) {
  EXPECT_EQ(japanese("busy"), "混雑");
  EXPECT_EQ(japanese("busy now"), "-");
  EXPECT_EQ(japanese(""), "-");
  EXPECT_EQ(japanese("there is no unit 'a'"), "a という unit はありません");
  EXPECT_EQ(japanese("there is no unit 'a"), "-");
  EXPECT_EQ(japanese("there is no unit 'it's'"), "it's という unit はありません");
}

TEST(Phrase, SentencesInsideSentences) {
  EXPECT_EQ(japanese("there is no key 'a'; did you mean 'b'?"),
            "a という key はありません（「b」のことでしょうか）");
  EXPECT_EQ(japanese("unknown; did you mean 'b'?"), "unknown（「b」のことでしょうか）");
}

TEST(Phrase, WhatIsPutInIsNoPattern) {
  EXPECT_EQ(japanese("there is no {} '{0}'"), "{0} という {} はありません");
}

}  // namespace
}  // namespace sekisho
