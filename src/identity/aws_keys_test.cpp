#include "identity/aws_keys.h"

#include <gtest/gtest.h>

namespace sekisho::identity {

TEST(AwsKeys, TheIdSaysTheKey) {
  EXPECT_EQ(AwsKeys::access_key_id(KeyId{42}), "SEKISHO0000000000042");
  EXPECT_EQ(AwsKeys::key_of("SEKISHO0000000000042"), KeyId{42});
  for (auto other : {"", "SEKISHO", "AKIA0000000000000042", "SEKISHO000000000042",
                     "SEKISHO00000000000042", "SEKISHO000000000004x", "SEKISHO-000000000042"}) {
    EXPECT_EQ(AwsKeys::key_of(other), std::nullopt) << other;
  }
}

TEST(AwsKeys, TheSecretDependsOnServerKeyAndText) {
  const AwsKeys keys(std::string(32, 'a')), others(std::string(32, 'b'));
  const auto hash = hash_key("sk-one"), rotated = hash_key("sk-two");
  const auto secret = keys.secret_access_key(KeyId{1}, hash);
  EXPECT_EQ(secret.size(), 40U);
  EXPECT_EQ(secret, keys.secret_access_key(KeyId{1}, hash));
  EXPECT_NE(secret, keys.secret_access_key(KeyId{2}, hash));
  EXPECT_NE(secret, keys.secret_access_key(KeyId{1}, rotated));
  EXPECT_NE(secret, others.secret_access_key(KeyId{1}, hash));
}

}  // namespace sekisho::identity
