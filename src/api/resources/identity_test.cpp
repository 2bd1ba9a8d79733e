#include <fmt/format.h>

#include "api/resources/grants.h"
#include "api/test_api.h"

namespace sekisho::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class IdentityApi : public TestApi {
 protected:
  std::vector<std::string> names(const Answer& answer, const char* list, const char* field) {
    std::vector<std::string> out;
    for (auto item : answer.at(list)) out.push_back(item.find(field).text());
    return out;
  }
  std::int64_t id(const Answer& answer) { return answer.at("id").integer().value_or(0); }
};

TEST_F(IdentityApi, AKeyIsShownOnceAndWorksAtOnce) {
  auto made = post("administrator", "/api/v1/keys",
                   fmt::format(R"({{"alias":"ci","user":{},"budget":5,"window":"day",
                                   "requests_per_minute":10,"tags":["ci"],"models":["sonnet"]}})",
                               users["alice"].value));
  ASSERT_EQ(made.status, 201) << made.body;
  auto text = made.at("key").text();
  EXPECT_THAT(text, testing::StartsWith("sk-"));
  EXPECT_EQ(made.at("virtual_key", "unit").integer(), units["team"].value);
  EXPECT_EQ(made.at("virtual_key", "budget").text(), "5");
  auto mine = get(text, "/api/v1/keys");
  EXPECT_EQ(mine.status, 200);
  EXPECT_THAT(names(mine, "keys", "alias"), UnorderedElementsAre("alice-key", "ci"));
  EXPECT_EQ(mine.body.find(text), std::string::npos);
}

TEST_F(IdentityApi, ABlockHoldsForTheNextRequest) {
  auto key = path("keys", key_ids["alice"].value);
  EXPECT_EQ(post("administrator", key + "/block").at("blocked").raw(), "true");
  auto refused = get("alice", "/api/v1/keys");
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.message(), HasSubstr("blocked"));
  EXPECT_EQ(post("administrator", key + "/unblock").at("blocked").raw(), "false");
  EXPECT_EQ(get("alice", "/api/v1/keys").status, 200);
  EXPECT_EQ(remove("administrator", key).status, 200);
  EXPECT_EQ(get("alice", "/api/v1/keys").status, 401);
  EXPECT_EQ(get("administrator", key).status, 404);
}

TEST_F(IdentityApi, PatchChangesOnlyWhatIsGiven) {
  auto key = path("keys", key_ids["alice"].value);
  patch("administrator", key, R"({"budget":"7.5","window":"month","parallel":3})");
  auto after = patch("administrator", key, R"({"parallel":null})");
  EXPECT_EQ(after.at("budget").text(), "7.5");
  EXPECT_EQ(after.at("window").text(), "month");
  EXPECT_TRUE(after.at("parallel").is(wire::JsonKind::kNull));
  EXPECT_EQ(after.at("alias").text(), "alice-key");
}

// Outside every unit no unit's budget, limit or list of models would hold for it.
TEST_F(IdentityApi, AKeyDoesNotLeaveTheUnitOfItsOwner) {
  auto key = path("keys", key_ids["alice"].value);
  for (const char* who : {"hana", "administrator"}) {
    auto after = patch(who, key, R"({"unit":null})");
    EXPECT_EQ(after.status, 200) << after.body;
    EXPECT_EQ(after.at("unit").integer(), units["team"].value);
    EXPECT_EQ(get("administrator", key).at("unit").integer(), units["team"].value);
  }
}

TEST_F(IdentityApi, PagesOfKeys) {
  auto first = get("administrator", "/api/v1/keys?limit=2");
  EXPECT_EQ(first.count("keys"), 2u);
  auto next = first.at("next").integer().value();
  auto second = get("administrator", fmt::format("/api/v1/keys?limit=100&after={}", next));
  EXPECT_EQ(second.count("keys"), 3u);
  EXPECT_TRUE(second.at("next").is(wire::JsonKind::kNull));
}

TEST_F(IdentityApi, EverybodySeesTheOwn) {
  auto units_of = [&](const char* who) {
    return names(get(who, "/api/v1/units"), "units", "name");
  };
  EXPECT_THAT(units_of("administrator"), UnorderedElementsAre("dev", "team", "sales"));
  EXPECT_THAT(units_of("ann"), UnorderedElementsAre("dev", "team", "sales"));
  EXPECT_THAT(units_of("hana"), UnorderedElementsAre("dev", "team"));
  EXPECT_THAT(units_of("alice"), ElementsAre("team"));
  auto users_of = [&](const char* who) {
    return names(get(who, "/api/v1/users"), "users", "name");
  };
  EXPECT_THAT(users_of("hana"), UnorderedElementsAre("hana", "alice"));
  EXPECT_THAT(users_of("bob"), ElementsAre("bob"));
  EXPECT_EQ(get("bob", path("users", users["alice"].value)).status, 404);
  EXPECT_EQ(get("bob", path("units", units["team"].value)).status, 404);
  EXPECT_EQ(get("bob", path("keys", key_ids["alice"].value)).status, 404);
}

TEST_F(IdentityApi, UnitsAreMadeMovedAndDeleted) {
  auto made =
      post("administrator", "/api/v1/units",
           fmt::format(R"({{"name":"二課","parent":{},"kind":"section"}})", units["sales"].value));
  ASSERT_EQ(made.status, 201) << made.body;
  auto unit = path("units", id(made));
  auto moved = patch("administrator", unit, fmt::format(R"({{"parent":{}}})", units["dev"].value));
  EXPECT_EQ(moved.at("parent").integer(), units["dev"].value);
  auto inside = patch("administrator", path("units", units["dev"].value),
                      fmt::format(R"({{"parent":{}}})", id(made)));
  EXPECT_EQ(inside.status, 409);
  EXPECT_EQ(remove("administrator", path("units", units["dev"].value)).status, 409);
  EXPECT_EQ(remove("administrator", unit).status, 200);
  EXPECT_EQ(get("administrator", unit).status, 404);
}

TEST_F(IdentityApi, AHeadManagesTheOwnSubtreeOnly) {
  auto inside = fmt::format(R"({{"name":"sub","parent":{}}})", units["team"].value);
  auto outside = fmt::format(R"({{"name":"sub","parent":{}}})", units["sales"].value);
  EXPECT_EQ(post("hana", "/api/v1/units", inside).status, 201);
  EXPECT_EQ(post("hana", "/api/v1/units", outside).status, 403);
  EXPECT_EQ(post("hana", "/api/v1/units", R"({"name":"top"})").status, 403);
  EXPECT_EQ(patch("hana", path("units", units["dev"].value), R"({"budget":1000})").status, 403);
  EXPECT_EQ(patch("hana", path("units", units["team"].value), R"({"parent":null})").status, 403);
  EXPECT_EQ(patch("hana", path("units", units["sales"].value), R"({"budget":1})").status, 404);
  EXPECT_EQ(patch("hana", path("users", users["alice"].value),
                  fmt::format(R"({{"unit":{}}})", units["sales"].value))
                .status,
            403);
}

TEST_F(IdentityApi, AHeadGivesNoMoreThanTheUnitHas) {
  patch("administrator", path("units", units["dev"].value),
        R"({"budget":10,"window":"month","requests_per_minute":60,"models":["son*"]})");
  auto team = path("units", units["team"].value);
  EXPECT_EQ(patch("hana", team, R"({"budget":10,"window":"month"})").status, 200);
  auto more = patch("hana", team, R"({"budget":"10.01"})");
  EXPECT_EQ(more.status, 403);
  EXPECT_THAT(more.message(), HasSubstr("more than the $10.00 of unit 'dev'"));
  EXPECT_EQ(patch("hana", team, R"({"requests_per_minute":61})").status, 403);
  EXPECT_EQ(patch("hana", team, R"({"models":["opus"]})").status, 403);
  EXPECT_EQ(patch("hana", team, R"({"models":["*"]})").status, 403);
  EXPECT_EQ(patch("hana", team, R"({"models":["sonnet"]})").status, 200);
}

TEST_F(IdentityApi, AHeadCannotClimb) {
  auto as_user = [&](const char* role) {
    return fmt::format(R"({{"name":"x","unit":{},"role":"{}"}})", units["team"].value, role);
  };
  EXPECT_EQ(post("hana", "/api/v1/users", as_user("administrator")).status, 403);
  EXPECT_EQ(post("hana", "/api/v1/users", as_user("auditor")).status, 403);
  EXPECT_EQ(post("hana", "/api/v1/users", as_user("developer")).status, 201);
  EXPECT_EQ(patch("hana", path("users", users["hana"].value), R"({"role":"auditor"})").status, 403);
  auto key = fmt::format(R"({{"unit":{},"administrator":true}})", units["team"].value);
  EXPECT_EQ(post("hana", "/api/v1/keys", key).status, 403);
  // A key of an administrator who sits in the head's unit would carry that role.
  auto root = post(
      "administrator", "/api/v1/users",
      fmt::format(R"({{"name":"root","unit":{},"role":"administrator"}})", units["team"].value));
  auto owned = fmt::format(R"({{"user":{},"unit":{}}})", id(root), units["team"].value);
  EXPECT_EQ(post("hana", "/api/v1/keys", owned).status, 403);
  auto made = post("administrator", "/api/v1/keys", owned);
  auto root_key = path("keys", made.at("virtual_key", "id").integer().value());
  EXPECT_EQ(post("hana", root_key + "/block").status, 403);
  EXPECT_EQ(patch("hana", path("users", id(root)), R"({"blocked":true})").status, 403);
}

TEST_F(IdentityApi, OrganisationIsTheCallersOwn) {
  auto list = get("alice", "/api/v1/organisations");
  EXPECT_THAT(names(list, "organisations", "name"), ElementsAre("Example"));
  auto own = path("organisations", organisation.value);
  auto changed = patch("administrator", own, R"({"time_zone":"Europe/Berlin","budget":100})");
  EXPECT_EQ(changed.at("time_zone").text(), "Europe/Berlin");
  EXPECT_EQ(patch("administrator", own, R"({"time_zone":"Mars/Olympus"})").status, 400);
  EXPECT_EQ(patch("administrator", own, R"({"language":"fr"})").status, 400);
  EXPECT_EQ(get("administrator", "/api/v1/organisations/99").status, 404);
}

TEST_F(IdentityApi, TheLastAdministratorKeyStays) {
  auto own = path("keys", key_ids["administrator"].value);
  EXPECT_EQ(remove("administrator", own).status, 409);
  EXPECT_EQ(post("administrator", own + "/block").status, 409);
}

TEST_F(IdentityApi, DuplicatesAreConflicts) {
  auto answer = post("administrator", "/api/v1/users", R"({"name":"alice"})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.message(), HasSubstr("alice"));
  EXPECT_EQ(post("administrator", "/api/v1/keys", R"({"alias":"alice-key"})").status, 409);
}

TEST(Grants, ALongerWindowPromisesNothing) {
  identity::LimitSettings day{Money{10}, "day", {}, {}, {}};
  identity::LimitSettings month{Money{100}, "month", {}, {}, {}};
  EXPECT_THAT(more_than(month, day), IsEmpty());
  EXPECT_THAT(more_than(day, month), IsEmpty());
  day.budget = Money{101};
  EXPECT_THAT(more_than(day, month), HasSubstr("budget"));
  EXPECT_EQ(not_covered({"a*"}, {"a?"}), "a*");
  EXPECT_EQ(not_covered({"ab*", "x"}, {"a*", "*"}), "");
}

}  // namespace
}  // namespace sekisho::api
