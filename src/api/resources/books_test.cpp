#include <fmt/format.h>

#include "api/test_api.h"

namespace sekisho::api {
namespace {

using testing::HasSubstr;
using wire::JsonKind;

constexpr Money kDollar{1'000'000'000};
constexpr Money kCent{10'000'000};

// Spend, budgets, requests, explain and me.
class BooksApi : public TestApi {
 protected:
  // The row of one scope and id.
  wire::JsonValue budget(const Answer& answer, const char* scope, std::int64_t id) {
    for (auto row : answer.at("budgets")) {
      if (row.find("scope").equals(scope) && row.find("id").integer() == id) return row;
    }
    return {};
  }
};

TEST_F(BooksApi, SpendInTotalAndByGroups) {
  book("alice", "sonnet", kDollar);
  book("alice", "sonnet", kCent);
  book("bob", "sonnet", kCent);
  auto total = get("administrator", "/api/v1/spend");
  EXPECT_EQ(total.at("total", "cost").text(), "1.02");
  EXPECT_EQ(total.at("total", "requests").integer(), 3);
  EXPECT_EQ(total.at("total", "total_tokens").integer(), 360);
  EXPECT_EQ(total.count("rows"), 0u);
  auto table = get("administrator", "/api/v1/spend?group_by=unit,user,model");
  ASSERT_EQ(table.count("rows"), 2u);
  EXPECT_EQ(table.at("rows", 0, "unit", "name").text(), "team");
  EXPECT_EQ(table.at("rows", 0, "user", "name").text(), "alice");
  EXPECT_EQ(table.at("rows", 0, "model", "name").text(), "sonnet");
  EXPECT_EQ(table.at("rows", 0, "cost").text(), "1.01");
  auto unit = get("administrator", fmt::format("/api/v1/spend?unit={}", units["dev"].value));
  EXPECT_EQ(unit.at("total", "requests").integer(), 2);  // with what is below
  EXPECT_EQ(get("administrator", "/api/v1/spend?to=2020-01-01").at("total", "requests").integer(),
            0);
  EXPECT_EQ(get("administrator", "/api/v1/spend?group_by=day&model=sonnet").count("rows"), 1u);
}

TEST_F(BooksApi, SpendKeepsTheNamesOfTheDeleted) {
  book("alice", "sonnet", kCent);
  remove("administrator", path("users", users["alice"].value));
  auto table = get("administrator", "/api/v1/spend?group_by=user,key");
  EXPECT_EQ(table.at("rows", 0, "user", "name").text(), "alice");
  EXPECT_EQ(table.at("rows", 0, "key", "name").text(), "alice-key");
}

TEST_F(BooksApi, SpendOfOthersIsNotSeen) {
  book("alice", "sonnet", kDollar);
  book("bob", "sonnet", kCent);
  auto total = [&](const char* who, const std::string& query = "") {
    return get(who, "/api/v1/spend" + query).at("total", "cost").text();
  };
  EXPECT_EQ(total("ann"), "1.01");
  EXPECT_EQ(total("hana"), "1");
  EXPECT_EQ(total("alice"), "1");
  EXPECT_EQ(total("bob"), "0.01");
  EXPECT_EQ(total("bob", fmt::format("?user={}", users["alice"].value)), "0");
  EXPECT_EQ(total("bob", fmt::format("?key={}", key_ids["alice"].value)), "0");
  EXPECT_EQ(total("hana", fmt::format("?unit={}", units["sales"].value)), "0");
  EXPECT_EQ(total("hana", fmt::format("?user={}", users["bob"].value)), "0");
}

TEST_F(BooksApi, SpendRefusesWhatItDoesNotKnow) {
  EXPECT_EQ(get("administrator", "/api/v1/spend?group_by=colour").status, 400);
  EXPECT_EQ(get("administrator", "/api/v1/spend?group_by=day,day").status, 400);
  EXPECT_EQ(get("administrator", "/api/v1/spend?from=2026-02-01&to=2026-01-01").status, 400);
  auto answer = get("administrator", "/api/v1/spend?model=sonet");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.message(), HasSubstr("did you mean 'sonnet'"));
}

TEST_F(BooksApi, BudgetsShowWhatIsCommittedNow) {
  patch("administrator", path("units", units["team"].value),
        R"({"budget":5,"window":"month","requests_per_minute":9})");
  book("alice", "sonnet", kDollar);
  auto answer = get("hana", "/api/v1/budgets");
  EXPECT_EQ(answer.count("budgets"), 1u);
  auto row = budget(answer, "unit", units["team"].value);
  EXPECT_EQ(row.find("committed").text(), "1");
  EXPECT_EQ(row.find("remaining").text(), "4");
  EXPECT_EQ(row.find("requests_per_minute").find("used").integer(), 1);
  EXPECT_THAT(row.find("resets").text(), HasSubstr("-01T00:00:00+09:00"));
  auto all = get("administrator", "/api/v1/budgets?all=true&scope=user");
  EXPECT_EQ(all.count("budgets"), 4u);
  auto alice = budget(all, "user", users["alice"].value);
  EXPECT_EQ(alice.find("committed").text(), "1");
  EXPECT_TRUE(alice.find("remaining").is(JsonKind::kNull));
  EXPECT_TRUE(alice.find("requests_per_minute").find("used").is(JsonKind::kNull));
  EXPECT_EQ(get("bob", "/api/v1/budgets?all=true").count("budgets"), 3u);  // key, user, unit
}

TEST_F(BooksApi, ABudgetWithoutAKeyIsReadFromTheBooks) {
  book("alice", "sonnet", kDollar);
  patch("administrator", path("users", users["alice"].value), R"({"budget":5,"window":"day"})");
  remove("administrator", path("keys", key_ids["alice"].value));
  auto answer = get("administrator", "/api/v1/budgets");
  EXPECT_EQ(budget(answer, "user", users["alice"].value).find("remaining").text(), "4");
}

TEST_F(BooksApi, MeSaysWhatBindsTheKey) {
  patch("administrator", path("organisations", organisation.value), R"({"budget":100})");
  auto me = get("alice", "/api/v1/me");
  EXPECT_EQ(me.at("user", "name").text(), "alice");
  EXPECT_EQ(me.at("unit", "name").text(), "team");
  EXPECT_EQ(me.at("role").text(), "developer");
  EXPECT_EQ(me.at("models", 0).text(), "sonnet");
  EXPECT_EQ(me.count("limits"), 5u);  // key, user, team, dev, organisation
  EXPECT_EQ(me.at("limits", 4, "budget").text(), "100");
  EXPECT_TRUE(get("administrator", "/api/v1/me").at("user").is(JsonKind::kNull));
}

TEST_F(BooksApi, RequestsByFilterAndPage) {
  for (int i = 0; i < 3; ++i) book("alice", "sonnet", kCent);
  book("bob", "sonnet", kDollar);
  EXPECT_EQ(get("administrator", "/api/v1/requests").count("requests"), 4u);
  auto page = get("administrator", "/api/v1/requests?limit=3");
  EXPECT_EQ(page.count("requests"), 3u);
  EXPECT_EQ(page.at("requests", 0, "user", "name").text(), "bob");
  auto next = page.at("next").integer().value();
  auto rest = get("administrator", fmt::format("/api/v1/requests?before={}", next));
  EXPECT_EQ(rest.count("requests"), 1u);
  auto count = [&](const char* who, const std::string& query) {
    return get(who, "/api/v1/requests?" + query).count("requests");
  };
  EXPECT_EQ(count("administrator", fmt::format("unit={}", units["dev"].value)), 3u);
  EXPECT_EQ(count("administrator", fmt::format("user={}", users["bob"].value)), 1u);
  EXPECT_EQ(count("administrator", "outcome=refused"), 0u);
  EXPECT_EQ(count("administrator", "until=2020-01-01"), 0u);
  EXPECT_EQ(get("administrator", "/api/v1/requests?from=2026-01-02&until=2026-01-01").status, 400);
  EXPECT_EQ(count("administrator", "model=sonnet"), 4u);
  EXPECT_EQ(count("bob", ""), 1u);
  EXPECT_EQ(count("hana", ""), 3u);
  EXPECT_EQ(count("bob", fmt::format("user={}", users["alice"].value)), 0u);
}

TEST_F(BooksApi, OneRequestWithItsEntry) {
  auto id = book("alice", "sonnet", kCent).text();
  auto one = get("administrator", "/api/v1/requests/" + id);
  EXPECT_EQ(one.at("request_id").text(), id);
  EXPECT_EQ(one.at("ledger_entry", "cost").text(), "0.01");
  EXPECT_EQ(one.at("ledger_entry", "settlement").text(), "reported");
  EXPECT_TRUE(one.at("inspection", "scanned_request_bytes").is(JsonKind::kNull));
  EXPECT_THAT(one.at("deployment", "name").text(), HasSubstr("claude-sonnet"));
  EXPECT_EQ(one.at("tags", 0).text(), "night");
  auto own = get("alice", "/api/v1/requests/" + id);
  EXPECT_EQ(own.at("deployment", "name").text(), "");  // accounts are not everybody's business
  EXPECT_EQ(get("bob", "/api/v1/requests/" + id).status, 404);
  EXPECT_EQ(get("administrator", "/api/v1/requests/nonsense").status, 400);
  EXPECT_EQ(get("administrator", "/api/v1/requests/req_00000000000000000000000000").status, 404);
}

TEST_F(BooksApi, ExplainTakesNothing) {
  auto yes = post("alice", "/api/v1/explain", R"({"model":"sonnet"})");
  ASSERT_EQ(yes.status, 200) << yes.body;
  EXPECT_EQ(yes.at("steps", 0, "stage").text(), "identify");
  auto no = post("alice", "/api/v1/explain", R"({"model":"sonet"})");
  EXPECT_EQ(no.at("allowed").raw(), "false");
  EXPECT_EQ(no.at("refusal", "rule").text(), "model_unknown");
  EXPECT_THAT(no.body, HasSubstr("「sonnet」のことでしょうか"));  // the organisation's language
  language = "en";
  auto english = post("alice", "/api/v1/explain", R"({"model":"sonet"})");
  EXPECT_THAT(english.body, HasSubstr("did you mean 'sonnet'"));
  patch("administrator", path("users", users["alice"].value), R"({"models":["opus"]})");
  auto denied = post("administrator", "/api/v1/explain",
                     fmt::format(R"({{"model":"sonnet","key":{}}})", key_ids["alice"].value));
  EXPECT_EQ(denied.at("refusal", "rule").text(), "models_allowed");
  EXPECT_EQ(denied.at("refusal", "scope").text(), "user alice");
  auto other = fmt::format(R"({{"model":"sonnet","key":{}}})", key_ids["alice"].value);
  EXPECT_EQ(post("bob", "/api/v1/explain", other).status, 404);
}

}  // namespace
}  // namespace sekisho::api
