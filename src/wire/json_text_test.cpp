#include "wire/json_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace sekisho::wire {

TEST(JsonText, EscapeThenUnescapeIsIdentity) {
  EXPECT_TRUE(rc::check(
      [](const std::string& text) { RC_ASSERT(unescape_json(escape_json(text)) == text); }));
}

TEST(JsonText, FindsTheEscapableByteAtEveryPosition) {
  for (char bad : {'"', '\\', '\n', '\0', '\x1f'}) {
    for (std::size_t at = 0; at < 70; ++at) {
      std::string text(80, 'a');
      text[at] = bad;
      EXPECT_EQ(find_escapable(text), at);
    }
  }
  EXPECT_EQ(find_escapable("\x7f\xff\xe3\x81\x82 plain"), 11U);
}

TEST(JsonText, DecodesEveryEscape) {
  EXPECT_EQ(unescape_json(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(unescape_json(R"(\u0041\u00e9\u3042\ud83d\ude00)"), "A\u00e9\u3042\U0001F600");
  EXPECT_EQ(unescape_json(R"(\u0000)"), std::string(1, '\0'));
}

// Blocks of sixteen bytes are decoded at once.
TEST(JsonText, DecodesAnEscapeAtEveryPosition) {
  for (std::size_t size = 0; size < 50; ++size) {
    for (std::size_t at = 0; at <= size; ++at) {
      std::string before(at, 'a'), after(size - at, 'b');
      EXPECT_EQ(unescape_json(before + R"(\n)" + after), before + "\n" + after);
      EXPECT_EQ(unescape_json(before + R"(\\\")" + after), before + "\\\"" + after);
      EXPECT_EQ(unescape_json(before + R"(\ud83d\ude00)" + after), before + "\U0001F600" + after);
      EXPECT_EQ(unescape_json(before + R"(\x)" + after), before + R"(\x)" + after);
      EXPECT_EQ(unescape_json(before + "\\"), before + "\\");
    }
  }
}

TEST(JsonText, PassesMalformedEscapesThrough) {
  EXPECT_EQ(unescape_json(R"(\x \u12 \)"), R"(\x \u12 \)");
  EXPECT_EQ(unescape_json(R"(\ud83d!)"), "\uFFFD!");
  EXPECT_EQ(unescape_json(R"(\ude00\ud83d\u0041)"),
            "\uFFFD\uFFFD"
            "A");
}

TEST(DecodedText, DoesNotCopyWhatIsNotEscaped) {
  std::string raw = "plain \u3042";
  DecodedText d(raw);
  EXPECT_EQ(d.text().data(), raw.data());
  EXPECT_EQ(d.raw_offset(3), 3U);
  EXPECT_EQ(d.raw_end(d.text().size()), raw.size());
}

TEST(DecodedText, MapsOffsetsBack) {
  std::string raw = R"(a\nb\u3042c\ud83d\ude00\"d)";
  DecodedText d(raw);
  ASSERT_EQ(d.text(), "a\nb\u3042c\U0001F600\"d");
  EXPECT_EQ(d.raw_offset(0), 0U);
  EXPECT_EQ(d.raw_offset(1), 1U);
  EXPECT_EQ(d.raw_offset(2), 3U);
  EXPECT_EQ(d.raw_offset(3), 4U);
  EXPECT_EQ(d.raw_offset(4), 4U);  // inside the three bytes of U+3042
  EXPECT_EQ(d.raw_end(4), 10U);
  EXPECT_EQ(d.raw_offset(6), 10U);
  EXPECT_EQ(d.raw_offset(7), 11U);
  EXPECT_EQ(d.raw_offset(11), 23U);
  EXPECT_EQ(d.raw_offset(12), 25U);
  EXPECT_EQ(d.raw_offset(13), raw.size());
  EXPECT_EQ(d.raw_end(13), raw.size());
}

// What a redaction relies on: the raw bytes between two mapped offsets decode to the text between.
TEST(DecodedText, RawSlicesSpellDecodedSlices) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    std::string raw = escape_json(text);
    DecodedText d(raw);
    RC_ASSERT(d.text() == text);
    for (std::size_t a = 0; a <= text.size(); ++a) {
      RC_ASSERT(unescape_json(std::string_view(raw).substr(0, d.raw_offset(a))) ==
                text.substr(0, a));
      RC_ASSERT(d.raw_end(a) == d.raw_offset(a));  // every escape of escape_json is one byte
    }
  }));
}

}  // namespace sekisho::wire
