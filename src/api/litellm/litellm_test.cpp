#include <fmt/format.h>

#include <cctype>

#include "api/litellm/durations.h"
#include "api/test_api.h"
#include "api/times.h"

namespace sekisho::api::litellm {
namespace {

using testing::HasSubstr;
using wire::JsonKind;

constexpr Money kDollar{1'000'000'000};

class LiteLlm : public TestApi {
 protected:
  Answer generate(const std::string& body) { return post("administrator", "/key/generate", body); }
  std::string hash(const std::string& text) {
    std::string out;
    for (auto byte : identity::hash_key(text)) out += fmt::format("{:02x}", byte);
    return out;
  }
};

TEST_F(LiteLlm, GenerateGivesTheWholeKey) {
  auto made = generate(R"({"key_alias":"ci","user_id":"alice","models":["sonnet"],
    "max_budget":12.5,"budget_duration":"30d","tpm_limit":1000,"rpm_limit":10,
    "max_parallel_requests":2,"metadata":{"a":1},"tags":["x"],"duration":"30d","spend":0,
    "aliases":{},"config":{},"permissions":{},"guardrails":[],"soft_budget":null})");
  ASSERT_EQ(made.status, 200) << made.body;
  auto text = made.at("key").text();
  EXPECT_EQ(made.at("token").text(), hash(text));
  EXPECT_EQ(made.at("key_name").text(), "sk-..." + text.substr(text.size() - 4));
  EXPECT_EQ(made.at("max_budget").raw(), "12.5");
  EXPECT_EQ(made.at("budget_duration").text(), "30d");
  EXPECT_TRUE(made.at("budget_reset_at").is(JsonKind::kString));
  EXPECT_EQ(made.at("user_id").text(), "alice");
  EXPECT_EQ(made.at("team_id").text(), std::to_string(units["team"].value));
  EXPECT_EQ(made.at("tpm_limit").integer(), 1000);
  EXPECT_EQ(made.at("metadata", "a").integer(), 1);
  auto expires = parse_time(made.at("expires").text());
  EXPECT_NEAR(static_cast<double>(unix_ms(*expires) - unix_ms(clock.wall())), 30 * 86'400e3, 60e3);
  EXPECT_EQ(get(text, "/key/info").at("info", "key_alias").text(), "ci");
}

TEST_F(LiteLlm, WhatIsNotSupportedIsNamed) {
  auto answer = generate(R"({"soft_budget":5})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.message(), HasSubstr("'soft_budget' is not supported"));
  EXPECT_EQ(answer.at("error", "code").text(), "400");
  EXPECT_EQ(answer.at("error", "type").text(), "bad_request_error");
  EXPECT_TRUE(answer.at("error", "param").is(JsonKind::kNull));
  EXPECT_THAT(generate(R"({"budget_duration":"12h"})").message(), HasSubstr("valid are 24h or 1d"));
  EXPECT_THAT(generate(R"({"duration":"soon"})").message(), HasSubstr("duration: must be"));
  EXPECT_THAT(generate(R"({"spend":1})").message(), HasSubstr("booked"));
  EXPECT_THAT(generate(R"({"key_aliass":"x"})").message(), HasSubstr("did you mean 'key_alias'"));
  EXPECT_EQ(generate(R"({"user_id":"nobody"})").status, 404);
}

TEST_F(LiteLlm, InfoByKeyOrHash) {
  auto alice = keys["alice"];
  auto by_text = get("administrator", "/key/info?key=" + alice);
  ASSERT_EQ(by_text.status, 200) << by_text.body;
  EXPECT_EQ(by_text.at("info", "key_alias").text(), "alice-key");
  auto by_hash = get("administrator", "/key/info?key=" + hash(alice));
  EXPECT_EQ(by_hash.at("info", "token").text(), hash(alice));
  EXPECT_EQ(get("bob", "/key/info?key=" + hash(alice)).status, 403);
  EXPECT_EQ(get("administrator", "/key/info?key=sk-nope").status, 404);
}

TEST_F(LiteLlm, UpdateBlockUnblockDelete) {
  auto body = [&](const std::string& more) {
    return "{\"key\":\"" + keys["alice"] + "\"" + more + "}";
  };
  auto updated = post("administrator", "/key/update", body(R"(,"max_budget":1,"rpm_limit":null)"));
  EXPECT_EQ(updated.at("max_budget").raw(), "1");
  EXPECT_EQ(updated.at("key_alias").text(), "alice-key");
  EXPECT_EQ(post("administrator", "/key/block", body("")).at("blocked").raw(), "true");
  auto refused = get("alice", "/key/info");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.at("error", "type").text(), "auth_error");
  EXPECT_THAT(refused.message(), HasSubstr("Authentication Error, "));
  post("administrator", "/key/unblock", body(""));
  EXPECT_EQ(get("alice", "/key/info").status, 200);
  auto gone = post("administrator", "/key/delete", "{\"keys\":[\"" + keys["alice"] + "\"]}");
  EXPECT_EQ(gone.at("deleted_keys", 0).text(), keys["alice"]);
  auto unknown = get("alice", "/key/info");
  EXPECT_EQ(unknown.at("error", "type").text(), "token_not_found_in_db");
  EXPECT_EQ(unknown.at("error", "code").text(), "401");
  EXPECT_EQ(post("administrator", "/key/delete", R"({"key_aliases":["bob-key"]})").status, 200);
  EXPECT_EQ(post("administrator", "/key/delete", R"({"key_aliases":["bob-key"]})").status, 404);
  EXPECT_EQ(post("administrator", "/key/delete", "{}").status, 400);
}

TEST_F(LiteLlm, DeletingIsAllOrNothing) {
  auto answer =
      post("administrator", "/key/delete", R"({"key_aliases":["alice-key","no-such-key"]})");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(get("alice", "/key/info").status, 200);
}

TEST_F(LiteLlm, ListIsPaged) {
  auto page = get("administrator", "/key/list?size=2&page=3");
  EXPECT_EQ(page.count("keys"), 1u);
  EXPECT_EQ(page.at("total_count").integer(), 5);
  EXPECT_EQ(page.at("total_pages").integer(), 3);
  EXPECT_EQ(page.at("current_page").integer(), 3);
  auto full = get("administrator", "/key/list?user_id=alice&return_full_object=true");
  EXPECT_EQ(full.at("keys", 0, "key_alias").text(), "alice-key");
  EXPECT_EQ(get("bob", "/key/list").at("total_count").integer(), 1);
  EXPECT_EQ(get("bob", "/key/list?page=99").count("keys"), 0u);
}

TEST_F(LiteLlm, TeamsAreUnits) {
  auto made = post("administrator", "/team/new",
                   R"({"team_alias":"red","max_budget":10,"budget_duration":"7d"})");
  ASSERT_EQ(made.status, 200) << made.body;
  auto id = made.at("team_id").text();
  auto key = generate("{\"team_id\":\"" + id + "\"}");
  EXPECT_EQ(key.at("team_id").text(), id);
  auto info = get("administrator", "/team/info?team_id=red");
  EXPECT_EQ(info.at("team_info", "team_alias").text(), "red");
  EXPECT_EQ(info.at("team_info", "budget_duration").text(), "7d");
  EXPECT_EQ(info.count("keys"), 1u);
  EXPECT_THAT(get("administrator", "/team/list").body, HasSubstr("\"team_alias\":\"red\""));
  EXPECT_EQ(get("bob", "/team/info?team_id=" + id).status, 403);
  EXPECT_EQ(post("administrator", "/team/new", R"({"team_alias":"a","team_id":"b"})").status, 400);
  EXPECT_EQ(post("hana", "/team/new", R"({"team_alias":"blue"})").status, 200);
  EXPECT_EQ(post("bob", "/team/new", R"({"team_alias":"green"})").status, 403);
}

TEST_F(LiteLlm, AnEmptyTeamIsTheOwners) {
  auto team = std::to_string(units["team"].value);
  auto made = post("hana", "/key/generate", R"({"user_id":"alice"})");
  auto key = made.at("key").text();
  auto after = post("hana", "/key/update", R"({"key":")" + key + R"(","team_id":""})");
  EXPECT_EQ(after.status, 200) << after.body;
  EXPECT_EQ(after.at("team_id").text(), team);
  EXPECT_EQ(get("administrator", "/key/info?key=" + key).at("info", "team_id").text(), team);
}

TEST_F(LiteLlm, UsersComeWithAKey) {
  auto made = post("administrator", "/user/new",
                   fmt::format(R"({{"user_id":"carol","user_email":"c@example.com",
                     "user_role":"internal_user","teams":["{}"],"max_budget":3}})",
                               units["team"].value));
  ASSERT_EQ(made.status, 200) << made.body;
  auto own = get(made.at("key").text(), "/user/info");
  EXPECT_EQ(own.at("user_id").text(), "carol");
  EXPECT_EQ(own.at("user_info", "max_budget").raw(), "3");
  EXPECT_EQ(own.count("keys"), 1u);
  EXPECT_EQ(own.at("teams", 0, "team_alias").text(), "team");
  auto without = post("administrator", "/user/new",
                      R"({"user_email":"d@example.com","auto_create_key":false})");
  EXPECT_EQ(without.at("key").text(), "");
  EXPECT_EQ(without.at("user_id").text(), "d@example.com");
  EXPECT_EQ(post("administrator", "/user/new", R"({"user_id":"e","user_role":"king"})").status,
            400);
  EXPECT_EQ(get("bob", "/user/info?user_id=alice").status, 403);
  EXPECT_EQ(post("hana", "/user/new", R"({"user_id":"f","user_role":"proxy_admin"})").status, 403);
}

TEST_F(LiteLlm, SpendIsTheBooks) {
  auto id = book("alice", "sonnet", kDollar).text();
  book("bob", "sonnet", kDollar);
  EXPECT_EQ(get("alice", "/key/info").at("info", "spend").raw(), "1");
  auto rows = get("administrator", "/spend/logs");
  EXPECT_EQ(std::distance(rows.at().begin(), rows.at().end()), 2);
  auto one = get("administrator", "/spend/logs?request_id=" + id);
  EXPECT_EQ(one.at(0, "spend").raw(), "1");
  EXPECT_EQ(one.at(0, "api_key").text(), hash(keys["alice"]));
  EXPECT_EQ(one.at(0, "prompt_tokens").integer(), 100);
  EXPECT_EQ(one.at(0, "model").text(), "sonnet");
  auto mine = get("alice", "/spend/logs?api_key=" + keys["alice"]);
  EXPECT_EQ(std::distance(mine.at().begin(), mine.at().end()), 1);
  EXPECT_EQ(get("alice", "/spend/logs?user_id=bob").body, "[]");
  EXPECT_EQ(get("bob", "/spend/logs?request_id=" + id).body, "[]");
  auto days = get("administrator", "/spend/logs?start_date=2020-01-01&end_date=2100-01-01");
  EXPECT_EQ(days.at(0, "spend").raw(), "2");
  EXPECT_EQ(days.at(0, "users", "alice").raw(), "1");
  EXPECT_EQ(days.at(0, "models", "sonnet").raw(), "2");
}

TEST_F(LiteLlm, SpendLogsSayWhatTheTraceKnowsAndKeepDeletedKeys) {
  auto id = book("alice", "sonnet", kDollar).text();
  auto token = hash(keys["alice"]);
  remove("administrator", path("keys", key_ids["alice"].value));
  auto one = get("administrator", "/spend/logs?request_id=" + id);
  EXPECT_EQ(one.at(0, "api_key").text(), token);
  EXPECT_EQ(one.at(0, "request_tags", 0).text(), "night");
  EXPECT_FALSE(one.at(0, "endTime").text().empty());
  EXPECT_FALSE(one.at(0, "completionStartTime").text().empty());
  auto of_key = get("administrator", "/spend/logs?api_key=" + token);
  EXPECT_EQ(std::distance(of_key.at().begin(), of_key.at().end()), 1);
}

TEST_F(LiteLlm, SpendLogsArePaged) {
  auto first = book("alice", "sonnet", kDollar).text();
  auto second = book("bob", "sonnet", kDollar).text();
  auto page = get("administrator", "/spend/logs?limit=1");
  EXPECT_EQ(page.at(0, "request_id").text(), second);
  auto next = std::string(page.headers.get("x-sekisho-next"));
  ASSERT_FALSE(next.empty());
  auto rest = get("administrator", "/spend/logs?before=" + next);
  EXPECT_EQ(rest.at(0, "request_id").text(), first);
  EXPECT_TRUE(rest.headers.get("x-sekisho-next").empty());
}

TEST_F(LiteLlm, AChosenKeyIsLongEnough) {
  auto answer = post("administrator", "/key/generate", R"({"key":"sk-1"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.message(), HasSubstr("20 to 200 characters"));
  EXPECT_EQ(answer.message().find("sk-1"), std::string::npos);
  EXPECT_EQ(post("administrator", "/key/generate", R"({"key":"sk-0123456789abcdef0"})").status,
            200);
  EXPECT_EQ(post("administrator", "/key/generate", R"({"key":"pk-0123456789abcdef0"})").status,
            400);
}

TEST(Durations, Spellings) {
  EXPECT_EQ(parse_duration("d", "30s")->count(), 30);
  EXPECT_EQ(parse_duration("d", "2m")->count(), 120);
  EXPECT_EQ(parse_duration("d", "24h")->count(), 86'400);
  EXPECT_EQ(parse_duration("d", "1mo")->count(), 30 * 86'400);
  for (auto text : {"", "d", "0d", "-1d", "1", "1y", "1.5d", "99999999999999999999d", "999999d"}) {
    EXPECT_FALSE(parse_duration("d", text)) << text;
  }
  EXPECT_EQ(window_of("24h").value(), "day");
  EXPECT_EQ(window_of("7d").value(), "week");
  EXPECT_EQ(window_of("1mo").value(), "month");
  EXPECT_FALSE(window_of("31d"));
}

}  // namespace
}  // namespace sekisho::api::litellm
