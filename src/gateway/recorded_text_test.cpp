#include "gateway/recorded_text.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {
namespace {

const std::string kSecret = "AKIA" + std::string("Q3EGRXHSXYZ4TUVW");

std::string recorded(const std::string& text) {
  return recorded_text(*guard::RuleSet::builtin_secrets(), text);
}

TEST(RecordedText, KeepsShortWordsAsTheyAre) {
  EXPECT_EQ(recorded("claude-sonnet-4-6"), "claude-sonnet-4-6");
  EXPECT_EQ(recorded(""), "");
  EXPECT_EQ(recorded(std::string(200, 'x')), std::string(200, 'x'));
}

TEST(RecordedText, HoldsNoSecretAndNoPartOfOne) {
  EXPECT_EQ(recorded("key " + kSecret), "key [REDACTED:aws-access-key-id]");
  auto at_the_cut = recorded(std::string(190, ' ') + kSecret);
  EXPECT_EQ(at_the_cut.find("AKIA"), std::string::npos) << at_the_cut;
  EXPECT_EQ(at_the_cut.size(), 200u);
}

TEST(RecordedText, IsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 60'000) text += "鍵";
  EXPECT_EQ(recorded(text), text.substr(0, 198));
  EXPECT_EQ(recorded("x" + text).size(), 199u);
}

}  // namespace
}  // namespace sekisho::gateway
