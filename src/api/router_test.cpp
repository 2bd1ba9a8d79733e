#include "api/router.h"

#include "api/test_api.h"

namespace sekisho::api {
namespace {

using testing::HasSubstr;

class RouterTest : public TestApi {};

TEST_F(RouterTest, HealthNeedsNoKey) {
  EXPECT_EQ(get("", "/health/live").status, 200);
  EXPECT_EQ(get("", "/health/liveliness").status, 200);
  EXPECT_EQ(get("", "/health/ready").at("status").text(), "ready");
  why_not_ready = "disk full";
  auto answer = get("", "/health/readiness");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.at("reason").text(), "disk full");
  EXPECT_THAT(get("", "/metrics").body, HasSubstr("sekisho_up 1"));
  EXPECT_EQ(get("", "/api/v1/openapi.json").at("openapi").text(), "3.1.0");
}

TEST_F(RouterTest, RefusalsNameTheRequest) {
  auto answer = get("", "/api/v1/keys");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.at("error", "code").text(), "unauthenticated");
  EXPECT_THAT(answer.message(), HasSubstr("no virtual key was sent"));
  EXPECT_EQ(answer.at("error", "request_id").text(), answer.headers.get("x-sekisho-request-id"));
  EXPECT_EQ(get("sk-unknown", "/api/v1/keys").status, 401);
}

TEST_F(RouterTest, RefusalsInTheLanguageThatIsAskedFor) {
  language = "ja";
  auto answer = post("administrator", "/api/v1/keys", R"({"allias":"x"})");
  EXPECT_EQ(answer.message(), "未知の項目「allias」です（「alias」のことでしょうか）");
  EXPECT_EQ(get("", "/api/v1/keys").message().find("no virtual key"), std::string::npos);
  auto explained = post("alice", "/api/v1/explain", R"({"model":"sonnet"})");
  EXPECT_EQ(explained.at("steps", 1, "text").text(), "モデルグループ「sonnet」");
  language = "en-GB";
  explained = post("alice", "/api/v1/explain", R"({"model":"sonnet"})");
  EXPECT_EQ(explained.at("steps", 1, "text").text(), "model group sonnet");
}

TEST_F(RouterTest, ClientsOfLiteLlmReadItsShapeOfErrors) {
  auto answer = post("administrator", "/key/regenerate", "{}");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.at("error", "code").text(), "404");
  EXPECT_EQ(answer.at("error", "type").text(), "not_found_error");
}

TEST_F(RouterTest, AKeyInTheQueryIsRefused) {
  EXPECT_EQ(get("administrator", "/api/v1/keys?alias=" + keys["alice"]).status, 401);
}

TEST_F(RouterTest, UnknownPathsAndMethods) {
  EXPECT_EQ(get("administrator", "/api/v1/nothing").status, 404);
  auto answer = call("administrator", "PUT", "/api/v1/keys", "{}");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.get("allow"), "GET, POST");
  EXPECT_EQ(call("administrator", "HEAD", "/api/v1/keys").status, 200);
  EXPECT_EQ(get("administrator", "/api/v1/keys/").status, 200);
  EXPECT_EQ(get("administrator", "/api/v1/keys/x").status, 400);
}

TEST_F(RouterTest, UnknownFieldsAndBigBodies) {
  auto answer = post("administrator", "/api/v1/keys", R"({"allias":"x"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.message(), HasSubstr("did you mean 'alias'"));
  EXPECT_EQ(get("administrator", "/api/v1/keys?aliass=x").status, 400);
  std::string big(limits::kManagementBodyBytes + 1, ' ');
  EXPECT_EQ(post("administrator", "/api/v1/keys", big).status, 413);
  EXPECT_EQ(call("administrator", "GET", "/api/v1/keys", R"({"x":1})").status, 400);
}

// Every route × every role: the answer is 403 exactly where the table says so.
TEST_F(RouterTest, PermissionMatrix) {
  const std::map<std::string, std::string> roles{{"administrator", "administrator"},
                                                 {"hana", "unit_head"},
                                                 {"alice", "developer"},
                                                 {"ann", "auditor"},
                                                 {"", ""}};
  for (const auto& route : router->table()) {
    for (const auto& [who, role] : roles) {
      std::string target(route.path);
      for (auto at = target.find('{'); at != std::string::npos; at = target.find('{')) {
        target.replace(at, target.find('}') + 1 - at, "0");  // never a real thing
      }
      // A body that no route takes: nothing is changed, whatever is permitted.
      auto answer = call(who, std::string(route.method), target, R"({"\u0000":1})");
      auto where = std::string(route.method) + " " + target + " as " + role;
      if (route.permission == Permission::kPublic) {
        EXPECT_NE(answer.status, 401) << where;
      } else if (who.empty()) {
        EXPECT_EQ(answer.status, 401) << where;
      } else if (permits(route.permission, role)) {
        EXPECT_EQ(answer.status, 400) << where << ": " << answer.body;
      } else {
        EXPECT_EQ(answer.status, 403) << where << ": " << answer.body;
      }
    }
  }
}

TEST(Permissions, WhatEachRoleMay) {
  using P = Permission;
  for (auto role : {"administrator", "unit_head", "developer", "auditor"}) {
    EXPECT_TRUE(permits(P::kPublic, role));
    EXPECT_TRUE(permits(P::kRead, role));
    bool administrator = std::string_view(role) == "administrator";
    EXPECT_EQ(permits(P::kManage, role), administrator || std::string_view(role) == "unit_head");
    EXPECT_EQ(permits(P::kAudit, role), administrator || std::string_view(role) == "auditor");
    EXPECT_EQ(permits(P::kAdminister, role), administrator);
  }
  EXPECT_FALSE(permits(P::kRead, ""));
}

}  // namespace
}  // namespace sekisho::api
