#include "gateway/routing.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "http/http_date.h"

namespace sekisho::gateway {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = WallTime(std::chrono::seconds(1'795'000'000));

RetryHeaders headers(std::string_view name, std::string_view value) {
  http::Headers out;
  out.add(name, value);
  return read_retry_headers(out, kNow);
}

Next next(int status, std::string type = "", std::optional<bool> should = {}) {
  wire::UpstreamError error{.status = status, .type = std::move(type), .message = "m"};
  return next_after(error, wire::refusal_from_upstream(error).code, should);
}

struct Plan {
  explicit Plan(std::size_t deployments) : rows(deployments) {
    std::vector<const catalog::Deployment*> order;
    for (auto& row : rows) order.push_back(&row);
    plan.emplace(std::move(order));
  }
  // The places of the deployments asked, each failing alike, "-" where somebody waits.
  std::string run(Next fails, Duration wait) {
    std::string out;
    while (auto step = plan->next(now)) {
      if (step->at > now) out += '-';
      now = step->at;
      out += static_cast<char>('0' + (step->deployment - rows.data()));
      plan->failed(fails, now + wait);
    }
    return out;
  }
  std::vector<catalog::Deployment> rows;
  std::optional<AttemptPlan> plan;
  SteadyTime now{1h};
};

}  // namespace

TEST(RetryHeaders, EveryFormIsRead) {
  EXPECT_EQ(headers("retry-after", "7").after, 7s);
  EXPECT_EQ(headers("retry-after", "0.5").after, 500ms);
  EXPECT_EQ(headers("retry-after-ms", "1500").after, 1500ms);
  EXPECT_EQ(headers("Retry-After", http::http_date(kNow + 90s)).after, 90s);
  EXPECT_EQ(headers("retry-after", http::http_date(kNow - 90s)).after, 0s);
  EXPECT_EQ(headers("retry-after", "Wed, 21 Oct 2099 07:28:00 GMT").after,
            limits::kRetryAfterLongest);
  EXPECT_EQ(headers("retry-after", "99999999999999999999").after, limits::kRetryAfterLongest);
  EXPECT_EQ(headers("retry-after", "-3").after, 0s);
  for (auto nonsense : {"", "soon", "5 s", "nan", "Wed, 21 Okt 2099 07:28:00 GMT", "1e3"}) {
    EXPECT_EQ(headers("retry-after", nonsense).after, std::nullopt) << nonsense;
  }
  EXPECT_EQ(headers("x-should-retry", "false").should, false);
  EXPECT_EQ(headers("x-should-retry", "true").should, true);
  EXPECT_EQ(headers("x-should-retry", "perhaps").should, std::nullopt);
  http::Headers both;
  both.add("retry-after", "2");
  both.add("retry-after-ms", "1200");
  EXPECT_EQ(read_retry_headers(both, kNow).after, 1200ms) << "the finer one";
  EXPECT_EQ(whole_seconds(1200ms), 2);
}

TEST(NextAfter, TellsTheRequestTheDeploymentAndTheMomentApart) {
  for (int status : {400, 413, 422}) EXPECT_EQ(next(status), Next::kStop) << status;
  for (int status : {302, 401, 403, 404, 408, 409, 424, 501}) {
    EXPECT_EQ(next(status), Next::kOtherDeployment) << status;
  }
  for (int status : {429, 500, 502, 503, 504, 529}) {
    EXPECT_EQ(next(status), Next::kAgain) << status;
  }
  EXPECT_EQ(next(400, "IncompleteSignature"), Next::kOtherDeployment);
  EXPECT_EQ(next(429, "insufficient_quota"), Next::kOtherDeployment);
  EXPECT_EQ(next(400, "context_length_exceeded"), Next::kStop);
  EXPECT_EQ(next(429, "", false), Next::kOtherDeployment);
  EXPECT_EQ(next(409, "", true), Next::kAgain);
  EXPECT_EQ(next(400, "", true), Next::kStop);
}

TEST(RestAfter, IsTheProvidersWordOrOurs) {
  EXPECT_EQ(rest_after(Code::kUpstreamThrottled, 40s), 40s);
  EXPECT_EQ(rest_after(Code::kUpstreamThrottled, 24h), limits::kDeploymentRestLongest);
  EXPECT_EQ(rest_after(Code::kUpstreamThrottled, {}), limits::kDeploymentRest);
  EXPECT_EQ(rest_after(Code::kPermissionDenied, {}), limits::kDeploymentRestBroken);
}

TEST(AttemptPlan, AsksEachDeploymentOnceBeforeAnyAgain) {
  EXPECT_EQ(Plan(1).run(Next::kAgain, 1s), "0-0-0");
  EXPECT_EQ(Plan(2).run(Next::kAgain, 1s), "01-0");
  EXPECT_EQ(Plan(5).run(Next::kAgain, 1s), "01234");
  EXPECT_EQ(Plan(20).run(Next::kAgain, 1s).size(), limits::kUpstreamDeployments);
  EXPECT_EQ(Plan(3).run(Next::kOtherDeployment, 1s), "012");
  EXPECT_EQ(Plan(1).run(Next::kOtherDeployment, 1s), "0");
  EXPECT_EQ(Plan(3).run(Next::kStop, 1s), "0");
  EXPECT_EQ(Plan(2).run(Next::kAgain, limits::kRetryWait + 1s), "01") << "the client may wait";
  EXPECT_EQ(Plan(2).run(Next::kAgain, limits::kRetryWait), "01-0");
}

TEST(AttemptPlan, AsksAgainWhatMaySooner) {
  Plan two(2);
  EXPECT_EQ(two.plan->next(two.now)->deployment, &two.rows[0]);
  two.plan->failed(Next::kAgain, two.now + 4s);
  EXPECT_EQ(two.plan->next(two.now)->deployment, &two.rows[1]);
  two.plan->failed(Next::kAgain, two.now + 1s);
  auto step = two.plan->next(two.now);
  EXPECT_EQ(step->deployment, &two.rows[1]);
  EXPECT_EQ(step->at, two.now + 1s);
}

TEST(RetryWait, IsSpreadAndNeverTooEarly) {
  SeededRandom random(1);
  Duration least = 1h, most{};
  for (int i = 0; i < 1000; ++i) {
    auto wait = retry_wait(0, 2s, random);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, 2s);
  EXPECT_GT(most - least, 100ms);
  EXPECT_LE(most, 2500ms);
  EXPECT_LE(retry_wait(0, Duration(limits::kRetryWait), random), limits::kRetryWait);
  for (int i = 0; i < 40; ++i) EXPECT_LE(retry_wait(i, {}, random), limits::kRetryWait);
}

}  // namespace sekisho::gateway
