#include "api/openapi.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "wire/json_slice.h"

namespace sekisho::api {
namespace {

class OpenApi : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(document_.parse(text_)); }
  RouteTable table_ = all_routes();
  std::string text_ = openapi_json(table_);
  wire::JsonDocument document_;
};

TEST_F(OpenApi, HasEveryRouteOnce) {
  EXPECT_TRUE(wire::is_unambiguous_object(text_));
  EXPECT_EQ(document_.root().find("openapi").text(), "3.1.0");
  std::size_t operations = 0;
  for (auto path : document_.root().find("paths")) {
    for (auto operation : path) {
      ++operations;
      EXPECT_FALSE(operation.find("summary").text().empty()) << path.name_text();
      EXPECT_TRUE(operation.find("responses").exists()) << path.name_text();
    }
  }
  EXPECT_EQ(operations, table_.size());
}

TEST_F(OpenApi, EveryRouteDeclaresItsAnswer) {
  for (const auto& route : table_) {
    auto operation = document_.root().find("paths").find(route.path);
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c | 0x20);
    auto answers = operation.find(method).find("responses");
    auto content = answers.find(std::to_string(route.status)).find("content");
    bool text = route.path == "/metrics";
    EXPECT_TRUE(content.find(text ? "text/plain" : "application/json").find("schema").exists())
        << route.method << ' ' << route.path;
    EXPECT_TRUE(answers.find("4XX").find("content").exists()) << route.path;
    EXPECT_TRUE(answers.find("5XX").find("content").exists()) << route.path;
  }
}

TEST_F(OpenApi, OperationIdsAreUnique) {
  std::set<std::string> ids;
  for (auto path : document_.root().find("paths")) {
    for (auto operation : path) {
      auto id = operation.find("operationId").text();
      EXPECT_TRUE(ids.insert(id).second) << id;
    }
  }
}

TEST_F(OpenApi, DeclaresWhatThePathNames) {
  for (auto path : document_.root().find("paths")) {
    auto name = path.name_text();
    std::set<std::string> wanted, declared;
    for (auto at = name.find('{'); at != std::string::npos; at = name.find('{', at + 1)) {
      wanted.insert(name.substr(at + 1, name.find('}', at) - at - 1));
    }
    for (auto operation : path) {
      declared.clear();
      for (auto parameter : operation.find("parameters")) {
        if (parameter.find("in").equals("path")) declared.insert(parameter.find("name").text());
      }
      EXPECT_EQ(wanted, declared) << name;
    }
  }
}

TEST_F(OpenApi, OnlyPublicRoutesNeedNoKey) {
  for (const auto& route : table_) {
    auto operation = document_.root().find("paths").find(route.path);
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c | 0x20);
    bool secured = operation.find(method).find("security").exists();
    EXPECT_EQ(secured, route.permission != Permission::kPublic) << route.path;
  }
}

TEST_F(OpenApi, TheReferenceNamesEveryRoute) {
  auto reference = api_reference(table_);
  for (const auto& route : table_) {
    EXPECT_NE(reference.find("`" + std::string(route.path) + "`"), std::string::npos) << route.path;
  }
}

}  // namespace
}  // namespace sekisho::api
