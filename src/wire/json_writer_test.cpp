#include "wire/json_writer.h"

#include <gtest/gtest.h>

namespace sekisho::wire {

TEST(JsonWriter, WritesNestedValuesInCallOrder) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().field("z", "1").field("a", std::int64_t{-5}).key("list").begin_array();
  w.number(1).string("x\"y").boolean(true).null().raw("1e2").begin_object().end_object();
  w.begin_array().end_array().end_array().field("stream", false).key("s").raw_string("\\u0041");
  w.end_object();
  EXPECT_EQ(
      out, R"({"z":"1","a":-5,"list":[1,"x\"y",true,null,1e2,{},[]],"stream":false,"s":"\u0041"})");
}

TEST(JsonWriter, AppendsToWhatIsThere) {
  std::string out = "data: ";
  JsonWriter w(out);
  w.begin_object().raw_field("usage", "null").field("n", 3).end_object();
  EXPECT_EQ(out, R"(data: {"usage":null,"n":3})");
}

TEST(JsonWriter, EscapesKeysAndControls) {
  std::string out;
  JsonWriter(out).begin_object().field("a\n", std::string_view("\x01\x1f\x7f\b\f\t\r", 7));
  EXPECT_EQ(out, "{\"a\\n\":\"\\u0001\\u001f\x7f\\b\\f\\t\\r\"");
}

}  // namespace sekisho::wire
