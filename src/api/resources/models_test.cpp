#include <fmt/format.h>

#include "api/test_api.h"

namespace sekisho::api {
namespace {

using testing::HasSubstr;

class ModelApi : public TestApi {
 protected:
  const std::string kOpus =
      R"({"name":"opus","aliases":["big"],"deployments":[{"upstream":"aws",
          "upstream_model":"arn:aws:bedrock:us-east-1:111122223333:inference-profile/x",
          "prices":{"input":5,"output":"25","cache_read":0.5,
                    "tiers":[{"above":200000,"input":10,"output":37.5}]}}]})";
  std::string model_path(const Answer& made) {
    return path("models", made.at("id").integer().value_or(0));
  }
};

TEST_F(ModelApi, AModelIsMadeWithPricesOfOnesOwn) {
  auto made = post("administrator", "/api/v1/models", kOpus);
  ASSERT_EQ(made.status, 201) << made.body;
  auto prices = made.at("deployments", 0, "prices");
  EXPECT_EQ(prices.find("input").text(), "5");
  EXPECT_EQ(prices.find("cache_read").text(), "0.5");
  EXPECT_TRUE(prices.find("cache_write_5m").is(wire::JsonKind::kNull));
  EXPECT_EQ(made.at("deployments", 0, "prices", "tiers", 0, "output").text(), "37.5");
  EXPECT_EQ(slot.current()->find_model("big")->name, "opus");  // in force already
}

TEST_F(ModelApi, WhatIsWrongIsNamed) {
  auto message = [&](const std::string& body) {
    return post("administrator", "/api/v1/models", body).message();
  };
  EXPECT_THAT(message(R"({"name":"x","deployments":[{"upstream":"asw","upstream_model":"y"}]})"),
              HasSubstr("did you mean 'aws'"));
  EXPECT_THAT(message(R"({"name":"x","deployments":[{"upstream":"aws","upstream_model":"y",
                          "prices":{"input":1,"outptu":2}}]})"),
              HasSubstr("'deployments[0].prices.outptu'; did you mean 'output'"));
  EXPECT_THAT(message(R"({"name":"x","deployments":[{"upstream":"aws","upstream_model":"y",
                          "prices":{"input":"0.0000001","output":2}}]})"),
              HasSubstr("six decimals"));
  EXPECT_THAT(message(R"({"name":"x","deployments":[]})"), HasSubstr("at least one"));
  EXPECT_THAT(message(R"({"name":"x"})"), HasSubstr("'deployments' is required"));
  EXPECT_EQ(post("administrator", "/api/v1/models",
                 R"({"name":"claude","deployments":[{"upstream":"aws","upstream_model":"y"}]})")
                .status,
            409);
}

TEST_F(ModelApi, TheFilesModelsAreReadOnly) {
  auto id = slot.current()->find_model("sonnet")->id.value;
  auto answer = patch("administrator", path("models", id), R"({"aliases":[]})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.message(), HasSubstr("set in the configuration file"));
  EXPECT_EQ(remove("administrator", path("models", id)).status, 409);
  auto deployment = slot.current()->find_model("sonnet")->deployments.front().id.value;
  EXPECT_EQ(patch("administrator", path("deployments", deployment), R"({"weight":2})").status, 409);
}

TEST_F(ModelApi, DevelopersSeeTheirsWithoutAccounts) {
  post("administrator", "/api/v1/models", kOpus);
  patch("administrator", path("users", users["alice"].value), R"({"models":["opus"]})");
  auto list = get("alice", "/api/v1/models");
  EXPECT_EQ(list.count("models"), 1u);
  EXPECT_EQ(list.at("models", 0, "name").text(), "opus");
  EXPECT_EQ(list.body.find("111122223333"), std::string::npos);
  EXPECT_EQ(get("alice", "/api/v1/deployments").status, 403);
  EXPECT_EQ(get("ann", "/api/v1/deployments").count("deployments"), 2u);
  auto sonnet = slot.current()->find_model("sonnet")->id.value;
  EXPECT_EQ(get("alice", path("models", sonnet)).status, 404);
}

TEST_F(ModelApi, DeploymentsComeAndGo) {
  auto model = model_path(post("administrator", "/api/v1/models", kOpus));
  auto second = post("administrator", model + "/deployments",
                     R"({"upstream":"aws","upstream_model":"us.anthropic.claude-sonnet-4-6",
                         "region":"us-west-2","weight":3})");
  ASSERT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(second.at("model").text(), "opus");
  EXPECT_EQ(second.at("deployment", "own_prices").raw(), "false");
  auto own = path("deployments", second.at("deployment", "id").integer().value());
  auto changed = patch("administrator", own, R"({"weight":5,"prices":{"input":1,"output":2}})");
  EXPECT_EQ(changed.at("deployment", "weight").integer(), 5);
  EXPECT_EQ(changed.at("deployment", "region").text(), "us-west-2");
  EXPECT_EQ(patch("administrator", own, R"({"prices":null})").at("deployment", "own_prices").raw(),
            "false");
  EXPECT_EQ(remove("administrator", own).status, 200);
  EXPECT_EQ(get("administrator", model).count("deployments"), 1u);
  auto last = get("administrator", model).at("deployments", 0, "id").integer().value();
  EXPECT_EQ(remove("administrator", path("deployments", last)).status, 400);
  EXPECT_EQ(get("administrator", "/api/v1/upstreams").at("upstreams", 0, "name").text(), "aws");
}

TEST_F(ModelApi, ADeletedModelIsGoneAtOnce) {
  auto model = model_path(post("administrator", "/api/v1/models", kOpus));
  EXPECT_EQ(remove("administrator", model).status, 200);
  EXPECT_EQ(slot.current()->find_model("opus"), nullptr);
  EXPECT_EQ(get("administrator", model).status, 404);
}

}  // namespace
}  // namespace sekisho::api
