// Scanning the content of a JSON string where it stands finds what scanning its decoded text finds.
#include "guard/json_scan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "guard/escaped_words.h"
#include "guard/long_secret.h"
#include "guard/scan_check.h"
#include "wire/json_text.h"

namespace sekisho::guard {
namespace {

std::vector<Finding> decoded_first(std::string_view raw) {
  const wire::DecodedText decoded(raw);
  std::vector<Finding> found;
  scan_whole(rules(), decoded.text(), found);
  for (auto& f : found) {
    f.begin = decoded.raw_offset(f.begin);
    f.end = decoded.raw_end(f.end);
  }
  return found;
}

std::vector<Finding> in_place(std::string_view raw) {
  std::vector<Finding> found;
  scan_json(rules(), raw, found);
  return found;
}

// `text` as a client may write it: what must be escaped, and now and then what need not be.
std::string spell(SampleDrawer& drawer, std::string_view text, std::size_t odd_every) {
  std::string raw;
  for (const char c : text) {
    const bool odd = odd_every > 0 && drawer.below(odd_every) == 0;
    if (odd && c == '/') {
      raw += "\\/";
    } else if (odd && static_cast<unsigned char>(c) < 0x80) {
      raw += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      wire::append_escaped(raw, {&c, 1});
    }
  }
  return raw;
}

TEST(JsonScan, FindsTheSamplesOfEachRuleHoweverTheyAreSpelled) {
  SampleDrawer drawer(37);
  for (std::size_t r = 0; r < rules().rules().size(); ++r) {
    for (const auto& carrier : carriers()) {
      const std::string text = "one line\n\tand \"another\"\n" +
                               carry(drawer.draw(spec_of(r)), carrier).text + "\n} // the end\n";
      for (const std::size_t odd_every : {0, 40, 5}) {
        const std::string raw = spell(drawer, text, odd_every);
        ASSERT_EQ(in_place(raw), decoded_first(raw)) << raw;
        ASSERT_EQ(in_place(raw).empty(), scan(text).empty()) << raw;
      }
    }
  }
}

TEST(JsonScan, FindsNothingInCounterExamples) {
  SampleDrawer drawer(41);
  for (std::size_t r = 0; r < rules().rules().size(); ++r) {
    for (const auto text : spec_of(r).clean) {
      EXPECT_TRUE(in_place(spell(drawer, "a\n" + std::string(text) + "\nb", 0)).empty()) << text;
    }
  }
}

// A tab is written \t: its t is no letter of "token", and backslashes in a row are read in pairs.
TEST(JsonScan, TellsLettersFromEscapes) {
  const std::string value = " = \\\"q7Rk2LmX9bVt4ZsP1wYd\\\"";
  EXPECT_EQ(in_place("\\token" + value), decoded_first("\\token" + value));
  EXPECT_TRUE(in_place("\\token" + value).empty());
  for (int backslashes = 0; backslashes < 140; ++backslashes) {
    const std::string raw = "a\\n" + std::string(2 * static_cast<std::size_t>(backslashes), '\\') +
                            "token" + value + " b";
    ASSERT_EQ(in_place(raw), decoded_first(raw)) << raw;
    ASSERT_EQ(in_place(raw).size(), 1u) << raw;
  }
}

// Zero-width space and joiners, word joiner, byte order mark, soft hyphen.
TEST(JsonScan, ReadsOverCharactersWithoutWidth) {
  const std::string token = "glpat-" + std::string("q7Rk2LmX9bVt4ZsP1wYd");
  for (const std::string_view silent :
       {"\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00AD"}) {
    for (const std::size_t at : {1, 5, 6, 15, 25}) {
      for (const int times : {1, 3}) {
        std::string text = token;
        for (int i = 0; i < times; ++i) text.insert(at, silent);
        text = "use " + text + " here";
        std::vector<Finding> found;
        scan_whole(rules(), text, found);
        ASSERT_EQ(found.size(), 1u) << text;
        EXPECT_EQ(redact(text, found, rules()), "use [REDACTED:gitlab-token] here");
        const std::string raw = "line\\n" + text;
        ASSERT_EQ(in_place(raw), decoded_first(raw));
        ASSERT_EQ(in_place(raw).size(), 1u);
      }
    }
  }
  for (const std::string_view plain :
       {"\uFEFFimport os", "inter\u00ADnational co\u00ADoperation", "👨\u200D👩\u200D👧 family",
        "pass\u200Bword: see the manual"}) {
    std::vector<Finding> found;
    scan_whole(rules(), plain, found);
    EXPECT_TRUE(found.empty()) << plain;
  }
}

TEST(JsonScan, FindsLongSecrets) {
  SampleDrawer drawer(43);
  for (const std::string_view newline : {"\n", "\r\n", "\\n"}) {
    const std::string raw =
        spell(drawer, "key = \"" + long_key_block(drawer, 90, newline) + "\";\nnext line", 0);
    EXPECT_EQ(in_place(raw), decoded_first(raw));
    EXPECT_GT(in_place(raw).size(), 1u);
  }
}

TEST(JsonScan, EqualsDecodingFirstForAnyText) {
  rc::check("fragments of samples, spelled at random", [] {
    SampleDrawer drawer(*rc::gen::arbitrary<std::uint64_t>());
    for (int t = 0; t < 20; ++t) {
      std::string text;
      for (std::size_t n = 1 + drawer.below(10); n > 0; --n) {
        const std::string sample = drawer.draw(spec_of(drawer.below(rules().rules().size()))).text;
        const std::size_t begin = drawer.below(3) == 0 ? drawer.below(sample.size()) : 0;
        text += sample.substr(begin, drawer.below(2) == 0 ? sample.size() : drawer.below(12));
        text += drawer.characters("\t\n\r \"%/\\nrtbu=:-", drawer.below(4));
        if (drawer.below(6) == 0) text.insert(drawer.below(text.size() + 1), "\u200B");
      }
      std::string raw = spell(drawer, text, drawer.below(2) * 30);
      // What a validating walk refuses does not come here; it must do no harm either.
      if (drawer.below(4) == 0) raw.insert(drawer.below(raw.size() + 1), 1, '\\');
      RC_ASSERT(in_place(raw) == decoded_first(raw));
    }
  });
}

}  // namespace
}  // namespace sekisho::guard
