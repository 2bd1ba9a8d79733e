#include "sim/scenario.h"

#include <gtest/gtest.h>

#include "sim/tool_arguments.h"

namespace sekisho::sim {
namespace {

TEST(Scenario, MarkerMayHoldBracketsInItsJson) {
  const std::string text =
      R"(do it [[sim:{"scenario":"tools","tools":[{"name":"t","input":{"a":[[1]]}}]}]] now)";
  const auto marker = find_marker(text);
  ASSERT_TRUE(marker);
  const auto scenario = Scenario::parse(*marker);
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->tools[0].input.dump(), R"({"a":[[1]]})");
  EXPECT_EQ(without_markers(text), "do it  now");
}

TEST(Scenario, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(Scenario::parse("dance"));
  EXPECT_FALSE(Scenario::parse(R"({"scenarios":"text"})"));
  EXPECT_FALSE(Scenario::parse(R"({"pace":-1})"));
  EXPECT_FALSE(Scenario::parse(R"({"fault":{"kind":"odd"}})"));
}

TEST(ToolArguments, FillsNestedSchemasByName) {
  const auto schema = Json::parse(R"({"type":"object","required":["command","files"],"properties":{
      "command":{"type":"string","enum":["view","create"]},
      "files":{"type":"array","items":{"type":"object","required":["path"],
        "properties":{"path":{"type":"string"},"start_line":{"type":["integer","null"]}}}},
      "file_text":{"type":"string"},"dry_run":{"type":"boolean"}}})");
  EXPECT_EQ(fill_arguments(*schema, {"/a", "x", true, ""}).dump(),
            R"({"command":"create","files":[{"path":"/a"}],"file_text":"x"})");
  EXPECT_EQ(fill_arguments(*schema, {"/a", "x", false, ""}).dump(),
            R"({"command":"view","files":[{"path":"/a"}]})");
}

TEST(ToolArguments, ShellCommandsQuote) {
  const auto schema = Json::parse(
      R"({"properties":{"commands":{"type":"array","items":{"type":"string"}}},"required":["commands"]})");
  EXPECT_EQ(fill_arguments(*schema, {"/a b", "it's", true, ""}).dump(),
            R"({"commands":["printf %s 'it'\\''s' > '/a b'"]})");
}

}  // namespace
}  // namespace sekisho::sim
