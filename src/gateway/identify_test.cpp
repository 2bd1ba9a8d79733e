#include "gateway/identify.h"

#include <gtest/gtest.h>

#include "gateway/query_string.h"

namespace sekisho::gateway {
namespace {

const std::string kKey = "sk-" + std::string("q7Rk2LmX9bVt4ZsP1wYd8cNf3hGj6TaE");

struct Case {
  Policy policy;
  Case() { policy.keys[identity::hash_key(kKey)].key_name = "alice"; }

  std::string who(std::vector<std::pair<std::string, std::string>> headers,
                  std::string target = "/v1/messages") const {
    http::RequestHead request;
    request.target = std::move(target);
    for (auto& [name, value] : headers) request.headers.add(name, value);
    auto found = identify(request.headers, policy, WallTime{});
    return found ? (*found)->key_name : found.error().rule;
  }
};

TEST(Identify, TakesTheFirstHeaderWhoseKeyIsKnown) {
  Case c;
  using Headers = std::vector<std::pair<std::string, std::string>>;
  for (const Headers& headers :
       {Headers{{"authorization", "Bearer " + kKey}}, Headers{{"authorization", "bearer  " + kKey}},
        Headers{{"authorization", kKey}}, Headers{{"x-litellm-api-key", "Bearer " + kKey}},
        Headers{{"authorization", "Bearer sk-dummy"}, {"x-api-key", kKey}},
        Headers{{"authorization", "Bearer sk-ant-oat01-subscription"}, {"x-litellm-api-key", kKey}},
        Headers{{"x-api-key", "sk-ant-dummy"}, {"authorization", "Bearer " + kKey}},
        Headers{{"authorization", "Bearer "}, {"api-key", kKey}},
        Headers{{"x-goog-api-key", kKey}, {"x-api-key", "dummy"}}}) {
    EXPECT_EQ(c.who(headers), "alice") << headers.front().first << ' ' << headers.front().second;
  }
  EXPECT_EQ(c.who({}), "key_missing");
  EXPECT_EQ(c.who({{"authorization", "Bearer "}}), "key_missing");
  EXPECT_EQ(c.who({{"authorization", "Bearer sk-dummy"}, {"x-api-key", "other"}}), "key_unknown");
}

TEST(Identify, PrefersTheHeaderMadeForGateways) {
  Case c;
  const std::string other = kKey + "2";
  c.policy.keys[identity::hash_key(other)].key_name = "bob";
  EXPECT_EQ(c.who({{"authorization", "Bearer " + kKey}, {"x-litellm-api-key", other}}), "bob");
  EXPECT_EQ(c.who({{"x-api-key", other}, {"authorization", "Bearer " + kKey}}), "alice");
}

TEST(Identify, AKnownKeyThatIsBlockedIsNotPassedOver) {
  Case c;
  const std::string other = kKey + "2";
  auto& blocked = c.policy.keys[identity::hash_key(other)];
  blocked.blocked = true;
  EXPECT_EQ(c.who({{"authorization", "Bearer " + other}, {"x-api-key", kKey}}), "key_blocked");
}

TEST(QueryString, ACredentialInItIsSeenInEverySpelling) {
  for (const std::string_view query :
       {"token=sk%2DabcdEFGH", "authorization=Bearer%20sk-abcdEFGH", "sk-abcdEFGH12",
        "key=AIzaSy&beta=true", "beta=true&api_key=x", "API-KEY=x", "apikey=", "access%5Ftoken=x",
        "%6Bey=1", "foo[]=sk-abcdEFGH", "x=%73k-abcdEFGH", "x=sk%252DabcdEFGH", "a=b+sk-abcdEFGH",
        "x-api-key=1", "Token=1"}) {
    EXPECT_TRUE(credential_parameter(query)) << query;
  }
  for (const std::string_view query :
       {"", "beta=true", "api-version=2024-10-21", "x=task-management", "x=disk-2024", "keys=1",
        "monkey=1", "x=sk-", "max_tokens=5", "page_token=3"}) {
    EXPECT_FALSE(credential_parameter(query)) << query;
  }
}

TEST(QueryString, TheRefusalRepeatsOnlyNamesThatItKnows) {
  EXPECT_EQ(credential_parameter("API_KEY=secret"), "the parameter 'api_key'");
  EXPECT_EQ(credential_parameter("sk-abcdEFGH12=1"), "a virtual key");
}

TEST(QueryString, OnlyWhatProvidersKnowGoesUp) {
  EXPECT_EQ(query_for_upstream("beta=true"), "beta=true");
  EXPECT_EQ(query_for_upstream("x=1&beta=true&api-version=2024-10-21&y"),
            "beta=true&api-version=2024-10-21");
  EXPECT_EQ(query_for_upstream("t=ghp_something&user=me"), "");
  EXPECT_EQ(query_for_upstream("beta=sk-abcdEFGH12"), "");
  EXPECT_EQ(query_for_upstream("beta=a%20b"), "");
}

}  // namespace
}  // namespace sekisho::gateway
