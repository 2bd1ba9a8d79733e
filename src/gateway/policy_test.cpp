#include "gateway/policy.h"

#include <gtest/gtest.h>

#include "gateway/policy_builder.h"

namespace sekisho::gateway {
namespace {

TEST(Policy, NearestModelIsOneTheKeyMayUse) {
  Policy policy;
  policy.models.resize(2);
  policy.models[0].name = "claude-sonnet";
  policy.models[1].name = "claude-haiku";
  KeyPolicy key;
  key.model_sets = {{"key a", {"claude-haiku"}}};
  EXPECT_EQ(policy.nearest_model(key, "claude-hiku"), "claude-haiku");
  EXPECT_EQ(policy.nearest_model(key, "zzz"), "");
  EXPECT_EQ(refusing_set(key, policy.models[0]), &key.model_sets[0]);
  EXPECT_FALSE(refusing_set(key, policy.models[1]));
}

catalog::ModelGroup group(std::string name, std::int64_t upstream, std::string upstream_model,
                          std::vector<std::string> aliases = {}) {
  catalog::ModelGroup out;
  out.name = std::move(name);
  out.aliases = std::move(aliases);
  out.deployments.emplace_back();
  out.deployments.back().upstream = {upstream};
  out.deployments.back().upstream_model = std::move(upstream_model);
  return out;
}

PolicyPtr policy_of(std::vector<catalog::ModelGroup> models) {
  Upstream bedrock, anthropic, openai;
  bedrock.id = {1};
  bedrock.kind = UpstreamKind::kBedrock;
  anthropic.id = {2};
  anthropic.kind = UpstreamKind::kAnthropic;
  openai.id = {3};
  openai.kind = UpstreamKind::kOpenAi;
  static const identity::World kNobody;
  return *build_policy({kNobody, std::move(models), {bedrock, anthropic, openai}, {}, {}}, 1);
}

std::string found(const Policy& policy, std::string_view name, const KeyPolicy& key = {}) {
  const auto* group = policy.find_model(name, key);
  return group ? group->name : "";
}

TEST(ProviderNames, FindTheirGroup) {
  auto policy = policy_of({group("sonnet", 1, "us.anthropic.claude-sonnet-4-6"),
                           group("haiku", 2, "claude-haiku-4-5"), group("mini", 3, "gpt-4.1-mini"),
                           group("elsewhere", 9, "lost")});
  for (std::string name :
       {"sonnet", "us.anthropic.claude-sonnet-4-6", "bedrock/us.anthropic.claude-sonnet-4-6"}) {
    EXPECT_EQ(found(*policy, name), "sonnet");
  }
  EXPECT_EQ(found(*policy, "anthropic/claude-haiku-4-5"), "haiku");
  EXPECT_EQ(found(*policy, "openai/gpt-4.1-mini"), "mini");
  EXPECT_EQ(found(*policy, "anthropic/gpt-4.1-mini"), "");
  EXPECT_EQ(found(*policy, "lost"), "") << "no upstream";
  EXPECT_EQ(found(*policy, "openai/"), "");
}

TEST(ProviderNames, NeverShadowANameOrAnAlias) {
  auto policy = policy_of({group("first", 3, "gpt-5", {"openai/gpt-6"}), group("gpt-5", 3, "gpt-6"),
                           group("last", 3, "first")});
  EXPECT_EQ(found(*policy, "gpt-5"), "gpt-5");
  EXPECT_EQ(found(*policy, "openai/gpt-5"), "first");
  EXPECT_EQ(found(*policy, "openai/gpt-6"), "first");
  EXPECT_EQ(found(*policy, "gpt-6"), "gpt-5");
  EXPECT_EQ(found(*policy, "first"), "first");
}

TEST(ProviderNames, OfGroupsThatShareOneTheFirstThatTheKeyMayUse) {
  auto policy = policy_of({group("first", 2, "claude"), group("second", 2, "claude")});
  EXPECT_EQ(found(*policy, "claude"), "first");
  KeyPolicy key;
  key.model_sets = {{"key a", {"second"}}};
  EXPECT_EQ(found(*policy, "anthropic/claude", key), "second");
  EXPECT_EQ(found(*policy, "first", key), "first") << "a name is a name: refused, and said so";
  key.model_sets = {{"key a", {"third"}}};
  EXPECT_EQ(found(*policy, "claude", key), "first");
}

}  // namespace
}  // namespace sekisho::gateway
