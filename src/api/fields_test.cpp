#include "api/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sekisho::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<FieldSpec> kSpecs{
    {"alias"},
    {"budget", FieldType::kMoney},
    {"count", FieldType::kInteger, "", false, {}, 1},
    {"open", FieldType::kBoolean},
    {"models", FieldType::kStringList},
    {"expires", FieldType::kTime},
    {"day", FieldType::kDay},
    {"metadata", FieldType::kJsonObject},
    {"window", FieldType::kString, "", false, {"day", "week"}},
    {"part", FieldType::kObject, "", false, {}, 0, {{"name", FieldType::kString, "", true}}},
    {"parts", FieldType::kObjectList, "", false, {}, 0, {{"size", FieldType::kInteger}}},
    {"later", FieldType::kUnsupported},
};

std::string refusal(std::string_view json) {
  auto fields = parse_body(json, kSpecs);
  return fields ? "" : fields.error().detail;
}

TEST(Fields, EveryTypeIsRead) {
  auto f = parse_body(R"({"alias":"é\n","budget":0.1,"count":3,"open":true,"models":["a","b"],
    "expires":"1970-01-01T00:00:05Z","day":"1970-01-03","metadata":{"a":1.50},"window":"day",
    "part":{"name":"x"},"parts":[{"size":1},{}],"later":null})",
                      kSpecs);
  ASSERT_TRUE(f) << f.error().detail;
  EXPECT_EQ(f->text("alias"), "é\n");
  EXPECT_EQ(f->money("budget")->nano_usd, 100'000'000);
  EXPECT_EQ(f->integer("count"), 3);
  EXPECT_TRUE(f->boolean("open"));
  EXPECT_THAT(f->list("models"), ElementsAre("a", "b"));
  EXPECT_EQ(unix_ms(*f->time("expires")), 5000);
  EXPECT_EQ(f->integer("day"), 2);
  EXPECT_EQ(f->text("metadata"), R"({"a":1.50})");
  EXPECT_EQ(f->object("part")->text("name"), "x");
  EXPECT_EQ(f->objects("parts").size(), 2u);
  EXPECT_FALSE(f->has("later"));
}

TEST(Fields, NullIsThereButEmpty) {
  auto f = parse_body(R"({"budget":null})", kSpecs);
  EXPECT_TRUE(f->has("budget"));
  EXPECT_FALSE(f->given("budget"));
  EXPECT_FALSE(f->money("budget"));
}

TEST(Fields, AnEmptyBodyIsAnEmptyObject) {
  EXPECT_EQ(refusal(" \n"), "");
}

TEST(Fields, UnknownNamesTheNearest) {
  EXPECT_EQ(refusal(R"({"budgte":1})"), "unknown field 'budgte'; did you mean 'budget'?");
  EXPECT_THAT(refusal(R"({"zzzzzzzzzzzzzz":1})"), HasSubstr("valid are alias, budget"));
  EXPECT_THAT(refusal(R"({"parts":[{},{"sise":1}]})"),
              HasSubstr("'parts[1].sise'; did you mean 'size'"));
}

TEST(Fields, RepeatedAlsoWhenSpeltDifferently) {
  EXPECT_THAT(refusal(R"({"alias":"a","\u0061lias":"b"})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"later":null,"later":null})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"metadata":{"a":1,"a":2}})"), HasSubstr("repeated keys"));
}

TEST(Fields, WrongTypesNameTheField) {
  EXPECT_THAT(refusal(R"({"alias":1})"), HasSubstr("'alias' must be a string"));
  EXPECT_THAT(refusal(R"({"budget":true})"), HasSubstr("'budget' must be an amount"));
  EXPECT_THAT(refusal(R"({"budget":-1})"), HasSubstr("'budget' must be an amount"));
  EXPECT_THAT(refusal(R"({"count":0})"), HasSubstr("at least 1"));
  EXPECT_THAT(refusal(R"({"count":1.5})"), HasSubstr("integer"));
  EXPECT_THAT(refusal(R"({"open":"true"})"), HasSubstr("true or false"));
  EXPECT_THAT(refusal(R"({"models":"a"})"), HasSubstr("list of strings"));
  EXPECT_THAT(refusal(R"({"window":"year"})"), HasSubstr("one of day, week"));
  EXPECT_THAT(refusal(R"({"part":{}})"), HasSubstr("'part.name' is required"));
  EXPECT_THAT(refusal(R"({"later":1})"), HasSubstr("not supported"));
}

TEST(Fields, BodiesThatAreNoObjects) {
  EXPECT_THAT(refusal("[1]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(refusal("{"), HasSubstr("not JSON"));
  std::string deep(10'000, '[');
  EXPECT_EQ(parse_body(deep, kSpecs).error().code, Code::kTooLarge);
}

TEST(Fields, QueriesHaveTheSameRules) {
  auto f = parse_query("alias=a%20b+c&models=x,,y&count=2&open=false", kSpecs);
  ASSERT_TRUE(f);
  EXPECT_EQ(f->text("alias"), "a b c");
  EXPECT_THAT(f->list("models"), ElementsAre("x", "y"));
  EXPECT_EQ(f->integer("count"), 2);
  EXPECT_FALSE(parse_query("alias=a&alias=b", kSpecs));
  EXPECT_FALSE(parse_query("nope=1", kSpecs));
  EXPECT_FALSE(parse_query("alias=%zz", kSpecs));
  EXPECT_FALSE(parse_query("alias=%4", kSpecs));
  EXPECT_FALSE(parse_query("alias=%ff", kSpecs));
  EXPECT_FALSE(parse_query("count=2x", kSpecs));
}

}  // namespace
}  // namespace sekisho::api
