// The spellings in which values are assigned to names, and the values that are none.
#include <gtest/gtest.h>

#include "guard/scan_check.h"

namespace sekisho::guard {
namespace {

constexpr std::string_view kKey = "q7Rk2LmX9bVt4ZsP1wYd8cNf3hGj6TaE";

// §: the secret. At every cut the same is found.
void expect_found(std::string_view pattern) {
  const std::size_t mark = pattern.find("§");
  const std::string text = std::string(pattern.substr(0, mark)) + std::string(kKey) +
                           std::string(pattern.substr(mark + 2));
  const auto found = scan(text);
  ASSERT_EQ(found.size(), 1u) << describe(text, found);
  EXPECT_EQ(text.substr(found[0].begin, found[0].end - found[0].begin), kKey) << text;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto parted = stream(text, std::array{cut});
    ASSERT_EQ(parted.broken, "") << text << " cut at " << cut;
    ASSERT_EQ(parted.found, found) << text << " cut at " << cut;
  }
}

void expect_clean(std::string_view text) {
  const auto found = scan(text);
  EXPECT_TRUE(found.empty()) << describe(text, found);
}

TEST(Assignment, IsFoundInManySpellings) {
  for (const std::string_view pattern : {"API_KEY=§\n",
                                         "export API_KEY='§'",
                                         "api_key: §\n",
                                         "apiKey = \"§\";",
                                         "apiKey := `§`",
                                         "$config['api_key'] => \"§\",",
                                         "api_key ||= '§'",
                                         "api_key ?= §\n",
                                         "api_key ::= \"§\"",
                                         "$apiKey .= \"§\"",
                                         "apiKey: string = '§'",
                                         "var apiKey string = \"§\"",
                                         "api_key += \"§\"",
                                         "setApiKey(\"§\")",
                                         "put(\"api_key\", \"§\")",
                                         "<apiKey>§</apiKey>",
                                         "<apiKey>\n    §\n</apiKey>",
                                         "deploy --api-key §",
                                         "deploy --api-key=§ -v",
                                         "{\"api_key\":\"§\"}",
                                         "{\\\"api_key\\\":\\\"§\\\"}",
                                         "| api_key | § |",
                                         "[{\"name\": \"API_KEY\", \"value\": \"§\"}]",
                                         "- name: API_KEY\n  value: §\n",
                                         "- name: API_KEY\n  value: \"§\"\n",
                                         "<add key=\"ApiKey\" value=\"§\" />",
                                         "The api key is §.",
                                         "APIキー：§",
                                         "APIキーは「§」です",
                                         "シークレット→§",
                                         "api_key=b'§'",
                                         "curl -H \"X-Api-Key: §\" https://api.example.net",
                                         "?api_key=§&page=2",
                                         "machine api.example.net login bob password §\n",
                                         "machine x\n  login bob\n  password §\n",
                                         "PWは §\n",
                                         "PW：§\n",
                                         "パスワードは §\n",
                                         "curl -u admin:§ https://api.example.net",
                                         "curl -uadmin:§ https://api.example.net",
                                         "curl --user 'admin:§' https://api.example.net",
                                         "mysql -h db -u root -p§ shop",
                                         "mysqldump -p'§' shop",
                                         "//api_key:§,"}) {
    expect_found(pattern);
  }
}

TEST(Assignment, LeavesReferencesAndPlaceholders) {
  for (const std::string_view text :
       {"API_KEY=${API_KEY_2}",
        "api_key: ${{ secrets.API_KEY_2024 }}",
        "api_key: <your-key-1>",
        "api_key = process.env.API_KEY_V2_PRODUCTION",
        "token = os.environ['TOKEN_2024_LIVE']",
        "api_key: changeme-changeme-1234",
        "API_KEY=your-api-key-goes-here-1234",
        "secret = getSecret('prod/db1/password2024')",
        "token = tokens[17].accessTokenValue2",
        "api_key: xxxxxxxxxxxxxxxxxxxxxxxx1234",
        "token: $TOKEN_FROM_VAULT_2024",
        "password: {{ vault_db_password_2 }}",
        "token: %s1234567890abcdefgh",
        "secret: arn:aws:secretsmanager:us-west-2:123456789012:secret:MyDatabaseSecret-a1b2c3",
        "secret: vault:secret/data/prod/db1#password2",
        "token: \"eyJ2IjoiMSIsInMiOjE...\"",
        "credential-provider-ini\": \"^0.1.0-preview.1\"",
        "\"passwordLastUsed\": \"2026-09-08T21\"",
        "PrivateKey: testRSA2048PrivateKey,",
        "token = 'token-efficient-tools-2025-02-19'",
        "X_METADATA_TOKEN = \"x-aws-ec2-metadata-token\"",
        "SECRET_NAME = \"prod-gpt4-k8s-2024-1\"",
        "\"credentialId\": \"B9mTcFSck2LzJO2S3ols63\"",
        "token = r\"[-!#$%&'*+.^_`|~0-9a-zA-Z]+\"",
        ":param Ed25519PrivateKey|Ed25519PublicKey1|Ed448:",
        "password_encryption = scram-sha-256",
        "token: 9f3a7c1e-8b2d-4f6a-9c0e-1d2b3a4c5e6f",
        "max_tokens: 4096, tokens = 128000",
        "docker run -u 1000:1000 -p8080:8080 mysql",
        "git push -u origin main:feature-2024a",
        "java -url:jdbc2019a -port:abcd1234",
        "login with a password Kx9mQ2vLp7wq",
        "mkdir -pKx9mQ2vLp7wq",
        "beta: 'token-counting-2024-11-01', 'files-api-2025-04-14'",
        "password_hash = '$2b$12$abcdefghijklmnopqrstuv'",
        "token_type: Bearer2048RSAwithSHA256x"}) {
    expect_clean(text);
  }
}

}  // namespace
}  // namespace sekisho::guard
