#include "gateway/policy.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {

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

}  // namespace sekisho::gateway
