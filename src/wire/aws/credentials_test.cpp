#include "wire/aws/credentials.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/limits.h"
#include "wire/aws/profile_file.h"

namespace sekisho::wire::aws {
namespace {

class Home : public testing::Test {
 protected:
  Home() {
    std::string pattern = testing::TempDir() + "sekisho-aws-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    std::filesystem::create_directory(directory_ / ".aws");
    variables_["HOME"] = directory_.string();
  }
  ~Home() override { std::filesystem::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / ".aws" / name) << text;
  }
  EnvironmentLookup env() {
    return [this](std::string_view name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
  }
  std::string key_of(const CredentialSource& source = {}) {
    const auto keys = load_credentials(source, env());
    return keys ? keys->access_key_id : "error: " + keys.error().detail;
  }

  std::filesystem::path directory_;
  std::map<std::string, std::string, std::less<>> variables_;
};

TEST_F(Home, StaticKeysWin) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(key_of({.access_key_id = "STATIC",
                    .secret_access_key = "s",
                    .session_token = "",
                    .profile = "p"}),
            "STATIC");
}

TEST_F(Home, EnvironmentBeatsTheDefaultProfile) {
  write("credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n");
  EXPECT_EQ(key_of(), "FILE");
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  variables_["AWS_SESSION_TOKEN"] = "t";
  const auto keys = load_credentials({}, env());
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->access_key_id, "ENV");
  EXPECT_EQ(keys->session_token, "t");
}

TEST_F(Home, ANamedProfileRemovesTheEnvironment) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  write("credentials", "[team]\naws_access_key_id = TEAM\naws_secret_access_key = s\n");
  EXPECT_EQ(key_of({.profile = "team"}), "TEAM");
  EXPECT_NE(key_of({.profile = "absent"}).find("is in neither"), std::string::npos);
}

TEST_F(Home, AwsProfileNamesTheProfileOfTheConfigFile) {
  write("config",
        "[profile work]\nregion = ap-northeast-1\naws_access_key_id = WORK\n"
        "aws_secret_access_key = s\n");
  variables_["AWS_PROFILE"] = "work";
  EXPECT_EQ(key_of(), "WORK");
  EXPECT_EQ(load_region({}, env()), "ap-northeast-1");
  variables_["AWS_REGION"] = "us-west-2";
  EXPECT_EQ(load_region({}, env()), "us-west-2");
}

TEST_F(Home, SharedCredentialsBeatTheConfigFile) {
  write("credentials", "[default]\naws_access_key_id=SHARED\naws_secret_access_key=s\n");
  write("config", "[default]\naws_access_key_id=CONFIG\naws_secret_access_key=s\n");
  EXPECT_EQ(key_of(), "SHARED");
}

TEST_F(Home, FilesMayLieElsewhere) {
  write("other", "[default]\naws_access_key_id=OTHER\naws_secret_access_key=s\n");
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = "~/.aws/other";
  EXPECT_EQ(key_of(), "OTHER");
}

TEST_F(Home, ErrorsNameWhatWasLookedAtAndNoSecret) {
  EXPECT_NE(key_of().find("AWS_ACCESS_KEY_ID is not set"), std::string::npos);
  EXPECT_NE(key_of().find(".aws/credentials"), std::string::npos);
  write("config", "[default]\nsso_session = corp\n");
  EXPECT_NE(key_of().find("sso_session"), std::string::npos);
  write("credentials", "[default]\naws_secret_access_key = hunter2hunter2\n");
  EXPECT_NE(key_of().find("only one of"), std::string::npos);
  EXPECT_EQ(key_of().find("hunter2"), std::string::npos);
  write("credentials", "[default]\nhunter2hunter2\n");
  EXPECT_NE(key_of().find("line 2"), std::string::npos);
  EXPECT_EQ(key_of().find("hunter2"), std::string::npos);
}

TEST_F(Home, NothingIsLookedUpWhenTheEnvironmentIsOff) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(load_credentials({.environment = false}, env()).error().code, Code::kUnauthenticated);
}

TEST_F(Home, BearerKeyIsASourceOfItsOwn) {
  EXPECT_FALSE(load_bearer_key(env()));
  variables_["AWS_BEARER_TOKEN_BEDROCK"] = "";
  EXPECT_FALSE(load_bearer_key(env()));
  variables_["AWS_BEARER_TOKEN_BEDROCK"] = "bedrock-api-key-x";
  EXPECT_EQ(load_bearer_key(env()), "bedrock-api-key-x");
}

TEST(ProfileFile, Grammar) {
  const auto profiles = parse_profile_file(
      "\xef\xbb\xbf# comment\r\n; comment\r\n[default]\r\nRegion = us-east-1 # here\r\n"
      "s3 =\r\n  max_concurrent_requests = 20\r\n[profile  \"a b\"]\r\nkey=v#not;comment\r\n"
      "[sso-session corp]\r\nkey=hidden\r\n[default]\r\nregion=eu-west-1\r\n",
      ProfileFileKind::kConfig);
  ASSERT_TRUE(profiles) << profiles.error().detail;
  EXPECT_EQ(*profiles, (Profiles{{"default", {{"region", "eu-west-1"}, {"s3", ""}}},
                                 {"a b", {{"key", "v#not;comment"}}}}));
}

TEST(ProfileFile, RefusesWhatItCannotRead) {
  EXPECT_FALSE(parse_profile_file("[open\n", ProfileFileKind::kConfig));
  EXPECT_FALSE(parse_profile_file("a = b\n", ProfileFileKind::kConfig));
  EXPECT_FALSE(parse_profile_file("[a]\n= b\n", ProfileFileKind::kConfig));
  EXPECT_TRUE(parse_profile_file("", ProfileFileKind::kConfig));
  const std::string large(limits::kProfileFileBytes + 1, '#');
  EXPECT_EQ(parse_profile_file(large, ProfileFileKind::kConfig).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace sekisho::wire::aws
