#include "wire/json_walk.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include "wire/json_text.h"
#include "wire/random_json_test.h"

namespace sekisho::wire {
namespace {

struct Walked {
  bool accepted = false;
  std::string error;
  std::vector<std::string> strings;
};

Walked walk(std::string_view text) {
  Walked out;
  JsonCursor cursor(text);
  cursor.walk([&](const JsonString& s, bool) {
    out.strings.push_back(unescape_json(cursor.of(s.raw)));
    EXPECT_EQ(s.escaped, cursor.of(s.raw).find('\\') != std::string_view::npos);
  });
  out.accepted = cursor.finish();
  if (!out.accepted) out.error = cursor.error().detail;
  return out;
}

void collect(simdjson::dom::element element, std::vector<std::string>& out) {
  if (simdjson::dom::array array; element.get(array) == simdjson::SUCCESS) {
    for (auto child : array) collect(child, out);
  } else if (simdjson::dom::object object; element.get(object) == simdjson::SUCCESS) {
    for (auto member : object) {
      out.emplace_back(member.key);
      collect(member.value, out);
    }
  } else if (std::string_view text; element.get(text) == simdjson::SUCCESS) {
    out.emplace_back(text);
  }
}

// simdjson refuses numbers that do not fit; we pass them on as text.
bool has_a_big_number(std::string_view text) {
  std::size_t digits = 0;
  for (char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 17) return true;
  }
  return text.find_first_of("eE") != std::string_view::npos;
}

std::string error_of(std::string_view text) {
  return walk(text).error;
}

}  // namespace

TEST(JsonWalk, AgreesWithSimdjson) {
  simdjson::dom::parser parser;
  EXPECT_TRUE(rc::check([&](std::uint64_t seed) {
    RandomJson random(seed);
    std::string text = random.blanks() + random.value(5);
    for (auto n = random.below(4); n > 0; --n) text = random.mutate(text);
    Walked ours = walk(text);
    simdjson::dom::element element;
    auto error = parser.parse(text).get(element);
    bool ours_alone = error == simdjson::NUMBER_ERROR && ours.accepted && has_a_big_number(text);
    bool theirs_alone = ours.error.find("lone surrogate") != std::string::npos;
    if (ours_alone || theirs_alone) return;
    RC_ASSERT(ours.accepted == (error == simdjson::SUCCESS));
    if (!ours.accepted) return;
    std::vector<std::string> theirs;
    collect(element, theirs);
    RC_ASSERT(ours.strings == theirs);
  }));
}

TEST(JsonWalk, SaysWhatWasExpectedWhere) {
  EXPECT_EQ(error_of(""), "expected a value at byte 0, where the body ends");
  EXPECT_EQ(error_of("{\"a\" 1}"), "expected ':' behind a key at byte 5");
  EXPECT_EQ(error_of("{\"a\":1 \"b\":2}"), "expected ',' or '}' behind a value at byte 7");
  EXPECT_EQ(error_of("{\"a\":1,}"), "expected a key behind ',' at byte 7");
  EXPECT_EQ(error_of("{1:2}"), "expected a key or '}' at byte 1");
  EXPECT_EQ(error_of("[1,]"), "expected a value at byte 3");
  EXPECT_EQ(error_of("[1 2]"), "expected ',' or ']' behind an element at byte 3");
  EXPECT_EQ(error_of("[NaN]"), "expected a value at byte 1");
  EXPECT_EQ(error_of("[nan]"), "expected true, false or null at byte 1");
  EXPECT_EQ(error_of("[Infinity]"), "expected a value at byte 1");
  EXPECT_EQ(error_of("01"), "expected no digit behind a leading zero at byte 1");
  EXPECT_EQ(error_of("-"), "expected a digit at byte 1, where the body ends");
  EXPECT_EQ(error_of("1.e5"), "expected a digit at byte 2");
  EXPECT_EQ(error_of("1e"), "expected a digit at byte 2, where the body ends");
  EXPECT_EQ(error_of("\"abc"),
            "expected the closing '\"' of a string at byte 4, where the body ends");
  EXPECT_EQ(error_of("\"a\nb\""), "control character in a string (it must be escaped) at byte 2");
  EXPECT_EQ(error_of("\"a\\x\""), "unknown or incomplete escape in a string at byte 2");
  EXPECT_EQ(error_of("\"\\ud800\""), "lone surrogate \\ud800..\\udfff in a string at byte 1");
  EXPECT_EQ(error_of("\"\\udc00\\ud800\""),
            "lone surrogate \\ud800..\\udfff in a string at byte 1");
  EXPECT_EQ(error_of("\"\xc3\""), "invalid UTF-8 in a string at byte 1");
  EXPECT_EQ(error_of("{} {}"), "expected the end of the body at byte 3");
  EXPECT_EQ(error_of(std::string_view("\0", 1)), "expected a value at byte 0");
  EXPECT_EQ(error_of("\xef\xbb\xbf{}"), "expected a value at byte 0");
}

TEST(JsonWalk, PassesNumbersOfAnySize) {
  EXPECT_TRUE(walk("[1e999, 123456789012345678901234567890, -0.0, 1E+2]").accepted);
}

TEST(JsonWalk, RefusesUtf8FaultsOfEveryKind) {
  for (std::string_view bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                               "\x80", "\xf8\x88\x80\x80"}) {
    for (std::size_t before : {0, 1, 31, 32, 33, 100}) {
      std::string text = "\"" + std::string(before, 'a') + std::string(bad) + "tail\"";
      EXPECT_EQ(error_of(text), "invalid UTF-8 in a string at byte " + std::to_string(before + 1));
    }
  }
}

TEST(JsonWalk, RefusesDeepNestingCheaply) {
  auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(walk(nested(limits::kJsonDepth)).accepted);
  EXPECT_EQ(error_of(nested(limits::kJsonDepth + 1)), "nested deeper than 128 levels at byte 128");
  EXPECT_EQ(error_of(nested(10'000)), "nested deeper than 128 levels at byte 128");
}

TEST(StringScan, BothScannersAgreeAtEveryLength) {
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP();
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomJson random(seed);
    std::string text;
    while (text.size() < 150) text += random.string_content() + (random.chance(10) ? "\"" : "");
    if (random.chance(50)) text = random.mutate(text);
    for (std::size_t size = 0; size <= text.size(); ++size) {
      std::vector<char> exact(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
      StringScan a = scan_string_avx2(exact.data(), exact.data() + size);
      StringScan b = scan_string_sse2(exact.data(), exact.data() + size);
      RC_ASSERT(a.at == b.at);
      RC_ASSERT(a.fault == b.fault);
      if (a.fault != StringScan::Fault::kNone) continue;
      RC_ASSERT(a.escaped == b.escaped);
      RC_ASSERT(a.ascii == b.ascii);
    }
  }));
}

}  // namespace sekisho::wire
