// A text in pieces: the same findings as the whole, nothing let out too early, little held back.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "guard/long_secret.h"
#include "guard/scan_check.h"

namespace sekisho::guard {
namespace {

void expect_same_at_every_cut(std::string_view text) {
  const auto whole = scan(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto parted = stream(text, std::array{cut});
    ASSERT_EQ(parted.broken, "") << "cut at " << cut << '\n' << describe(text, parted.found);
    ASSERT_EQ(parted.found, whole) << "cut at " << cut << '\n'
                                   << describe(text, parted.found) << describe(text, whole);
  }
  for (const std::size_t step : {1, 3, 7}) {
    const auto parted = stream_in_steps(text, step);
    ASSERT_EQ(parted.broken, "") << "step " << step << '\n' << describe(text, parted.found);
    ASSERT_EQ(parted.found, whole) << "step " << step << '\n' << describe(text, parted.found);
  }
}

TEST(TextWindow, FindsTheSamplesOfEachRuleAtEveryCut) {
  SampleDrawer drawer(23);
  for (std::size_t r = 0; r < rules().rules().size(); ++r) {
    for (const auto& carrier : carriers()) {
      expect_same_at_every_cut(carry(drawer.draw(spec_of(r)), carrier).text);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(TextWindow, FindsTokensBrokenOverTwoLinesAtEveryCut) {
  SampleDrawer drawer(59);
  int tried = 0;
  for (std::size_t r = 0; r < rules().rules().size(); ++r) {
    if (spec_of(r).broken.empty()) continue;
    for (const std::string_view line : {"\n", "\r\n", "\n    "}) {
      std::string text = drawer.draw(spec_of(r)).text;
      const std::size_t size = text.size();
      text.insert(size / 2, line);
      text = "a key:\n" + text + "\nand more words\n";
      const auto found = scan(text);
      if (found.empty()) continue;  // another kind of the rule than those of one length
      ++tried;
      EXPECT_EQ(found[0].end - found[0].begin, size + line.size()) << describe(text, found);
      expect_same_at_every_cut(text);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GE(tried, 25);
  for (const std::string_view text :
       {"ghp_0123456789abcdef\nghijABCDEFGHIJ01234567 is none", "xai-grok1234\nis a model\n",
        "sk-proj-some-long-name-1A\nanother line\n", "AIzaSyXXXXXXXXXX\nXXXXXXXXXXXXXXXXXXXXXXX"}) {
    expect_same_at_every_cut(text);
    EXPECT_TRUE(scan(text).empty()) << text;
  }
}

TEST(TextWindow, FindsNothingInCounterExamplesAtEveryCut) {
  for (std::size_t r = 0; r < rules().rules().size(); ++r) {
    for (const auto text : spec_of(r).clean) expect_same_at_every_cut(text);
  }
}

TEST(TextWindow, FindsLongSecretsAtEveryCut) {
  SampleDrawer drawer(29);
  for (const std::string_view newline : {"\n", "\\n", "\r\n", " "}) {
    const auto block = long_key_block(drawer, 30, newline);
    expect_same_at_every_cut("key = " + block + ";\nnext line");
  }
  expect_same_at_every_cut("Cookie: session=" + long_web_token(drawer, 1500) + "; path=/\n");
  expect_same_at_every_cut("Authorization: Bearer " + long_web_token(drawer, 900) + ".\n");
}

// One secret or a beginning of it, or something that resembles one, or prose.
std::string draw_fragment(SampleDrawer& drawer) {
  const auto& spec = spec_of(drawer.below(rules().rules().size()));
  const Sample sample = drawer.draw(spec);
  switch (drawer.below(8)) {
    case 0:
      return sample.text;
    case 1:
      return sample.text.substr(0, drawer.below(sample.text.size()));
    case 2:
      return sample.text.substr(drawer.below(sample.text.size()));
    case 3:
      return carry(sample, carriers()[drawer.below(carriers().size())]).text;
    case 4:
      return drawer.characters("A-Za-z0-9+/=_.-", drawer.below(80));
    case 5:
      return std::string(spec.anchors.substr(0, spec.anchors.find('|')));
    case 6: {
      constexpr std::array<std::string_view, 12> kSigns = {"=", ": ", "\"",  "'", " ",    "\n",
                                                           ":", ".",  "://", "@", "鍵は", "\\n"};
      return std::string(kSigns[drawer.below(kSigns.size())]);
    }
    default:
      return drawer.below(6) == 0 ? long_web_token(drawer, drawer.below(1500))
                                  : std::string(" plain words and no more ");
  }
}

std::vector<std::size_t> draw_cuts(SampleDrawer& drawer, std::size_t size) {
  std::vector<std::size_t> cuts;
  const std::size_t longest = 1 + drawer.below(drawer.below(2) == 0 ? 8 : 200);
  for (std::size_t at = drawer.below(longest); at < size; at += drawer.below(longest + 1)) {
    cuts.push_back(at);
  }
  return cuts;
}

TEST(TextWindow, EqualsTheWholeForAnyText) {
  constexpr int kTextsPerSeed = 40;
  rc::check("random texts of fragments, random chunks", [] {
    SampleDrawer drawer(*rc::gen::arbitrary<std::uint64_t>());
    for (int t = 0; t < kTextsPerSeed; ++t) {
      std::string text;
      for (std::size_t n = 1 + drawer.below(12); n > 0; --n) text += draw_fragment(drawer);
      const auto parted = stream(text, draw_cuts(drawer, text.size()));
      const auto whole = scan(text);
      if (!parted.broken.empty() || parted.found != whole) {
        RC_LOG() << describe(text, whole) << "---- in pieces\n" << describe(text, parted.found);
      }
      RC_ASSERT(parted.broken.empty());
      RC_ASSERT(parted.found == whole);
      RC_ASSERT(parted.most_held <= kHoldBytes);
    }
  });
}

TEST(TextWindow, FinishedWindowTakesNoMore) {
  TextWindow window(shared_rules());
  std::vector<Finding> found;
  window.push("ghp_", found);
  EXPECT_EQ(window.clear_until(), 0u);
  window.finish(found);
  EXPECT_EQ(window.clear_until(), 4u);
  window.push("more", found);
  EXPECT_EQ(window.received(), 4u);
  EXPECT_TRUE(found.empty());
}

// Texts made to be held: each begins like a secret and never ends.
TEST(TextWindow, HoldsABoundedTail) {
  for (const std::string_view start :
       {"sk-proj-", "eyJ", "password=", "token: \"", "postgres://app:", "bearer ", "AKIA",
        "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B",
        "SG.", "glc_eyJ", "secret", "--token ", "xoxb-"}) {
    for (const std::string_view filler : {"A", "a1", "-", " ", "\n", "\\n", "=", "sk-", "eyJ.",
                                          "A1b2 ", "abc\n", "token=", "://a:", "\""}) {
      StreamChecker checker;
      checker.push(start);
      for (int i = 0; i < 6000; ++i) checker.push(filler);
      const auto seen = checker.finish();
      EXPECT_EQ(seen.broken, "") << start << " then " << filler;
      EXPECT_LE(seen.most_held, kHoldBytes) << start << " then " << filler;
    }
  }
}

}  // namespace
}  // namespace sekisho::guard
