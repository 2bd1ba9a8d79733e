#include "wire/json_slice.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/limits.h"
#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

bool parses(std::string_view text) {
  JsonDocument document;
  return document.parse(text).has_value();
}

TEST(JsonSlice, ValuesAreSlicesOfTheText) {
  const std::string text =
      R"( { "a" : 12345678901234567890.50e+1 , "b":[ 1, {"c" : "x\ny"} ,null], "\u0061b": true } )";
  JsonDocument document;
  ASSERT_TRUE(document.parse(text));
  const JsonValue root = document.root();
  EXPECT_EQ(root.find("a").raw(), "12345678901234567890.50e+1");
  EXPECT_EQ(root.find("b").raw(), R"([ 1, {"c" : "x\ny"} ,null])");
  EXPECT_TRUE(root.find("ab").is(JsonKind::kTrue)) << "escaped keys are found";
  EXPECT_FALSE(root.find("c").exists());
  EXPECT_FALSE(root.find("x").find("y").find("z").exists());
  std::vector<std::string> elements;
  for (const JsonValue element : root.find("b")) elements.emplace_back(element.raw());
  EXPECT_EQ(elements, (std::vector<std::string>{"1", R"({"c" : "x\ny"})", "null"}));
  std::vector<std::string> names;
  for (const JsonValue member : root) names.push_back(member.name_text());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "ab"}));
}

TEST(JsonSlice, Scalars) {
  JsonDocument document;
  ASSERT_TRUE(
      document.parse(R"(["t\u00e9\"", 9223372036854775807, 9223372036854775808, 1.5, 1e2])"));
  auto it = document.root().begin();
  EXPECT_EQ((*it).text(), "té\"");
  EXPECT_EQ((*it).string(), R"(t\u00e9\")");
  EXPECT_TRUE((*it).equals("té\""));
  EXPECT_EQ((*++it).integer(), 9223372036854775807);
  EXPECT_EQ((*++it).integer(), std::nullopt);
  EXPECT_EQ((*++it).number(), 1.5);
  EXPECT_EQ((*it).integer(), std::nullopt);
  EXPECT_EQ((*++it).number(), 100);
}

TEST(JsonSlice, RefusesWhatIsNotJson) {
  for (const auto* bad :
       {"",      " ",   "{",       "[1,]",     "{\"a\":1,}", "{a:1}",       "{\"a\" 1}",
        "[1 2]", "01",  "1.",      ".5",       "-",          "+1",          "1e",
        "NaN",   "nul", "tru",     "\"a",      "\"\\x\"",    "\"\\u12g4\"", "\"\t\"",
        "[1]x",  "]",   "{\"a\"}", "\"\xff\"", "[,1]",       "{,}",         "\"\\"}) {
    EXPECT_FALSE(parses(bad)) << bad;
  }
  for (const auto* good : {"0", "-0.5E-3", "[]", "{}", " [ ] ", "\"\"", "[[],{}]", "{\"\":{}}"}) {
    EXPECT_TRUE(parses(good)) << good;
  }
}

TEST(JsonSlice, DepthIsLimited) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parses(nested(limits::kJsonDepth)));
  JsonDocument document;
  for (const std::string& text : {nested(limits::kJsonDepth + 1), nested(100'000)}) {
    EXPECT_EQ(document.parse(text).error().code, Code::kTooLarge);
  }
}

TEST(JsonSlice, EveryPrefixIsRefused) {
  const std::string text = R"({"a":[1,{"b":"\u00e9"}],"c":null})";
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_FALSE(parses(text.substr(0, i))) << i;
}

TEST(JsonSlice, AmbiguousObjects) {
  EXPECT_TRUE(is_unambiguous_object(R"({"a":1,"b":{"a":1}})"));
  EXPECT_FALSE(is_unambiguous_object(R"({"a":1,"\u0061":2})"));
  EXPECT_FALSE(is_unambiguous_object(R"({"x":[{"a":1,"a":2}]})"));
  EXPECT_FALSE(is_unambiguous_object("[]"));
  EXPECT_FALSE(is_unambiguous_object("{"));
}

TEST(JsonSlice, StringsOfAnyTextAreRead) {
  rc::check([](const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const auto byte : bytes) text += static_cast<char>(byte & 0x7f);
    const std::string json = "{\"k\":\"" + escape_json(text) + "\"}";
    JsonDocument document;
    RC_ASSERT(document.parse(json).has_value());
    RC_ASSERT(document.root().find("k").text() == text);
  });
}

}  // namespace
}  // namespace sekisho::wire
