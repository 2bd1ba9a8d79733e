#include "api/answers.h"

#include "api/litellm/answers.h"

namespace sekisho::api {
namespace {

using T = ShapeType;
using namespace shapes;

Shape text(std::string_view name) {
  return {name, T::kString, {}};
}
Shape integer(std::string_view name) {
  return {name, T::kInteger, {}};
}
Shape flag(std::string_view name) {
  return {name, T::kBoolean, {}};
}
Shape money(std::string_view name) {
  return {name, T::kMoney, {}};
}
Shape time(std::string_view name) {
  return {name, T::kTime, {}};
}
Shape day(std::string_view name) {
  return {name, T::kDay, {}};
}
Shape texts(std::string_view name) {
  return list(name, text(""));
}
Shape nullable(Shape shape) {
  shape.nullable = true;
  return shape;
}

Shapes limits() {
  return {nullable(money("budget")), text("window"), nullable(integer("requests_per_minute")),
          nullable(integer("tokens_per_minute")), nullable(integer("parallel"))};
}
Shape organisation() {
  return object("", Shapes{integer("id"), text("name"), text("time_zone"), text("language"),
                           texts("models")} +
                        limits());
}
Shape unit() {
  return object(
      "", Shapes{integer("id"), nullable(integer("parent")), nullable(integer("organisation")),
                 text("name"), text("kind"), texts("models"), nullable(time("deleted"))} +
              limits());
}
Shape user() {
  return object("", Shapes{integer("id"), text("name"), text("email"), nullable(integer("unit")),
                           nullable(integer("organisation")), text("role"), flag("blocked"),
                           texts("models"), nullable(time("deleted"))} +
                        limits());
}
Shape key(std::string_view name) {
  return object(
      name,
      Shapes{integer("id"), text("display"), text("alias"), nullable(integer("user")),
             nullable(integer("unit")), nullable(integer("organisation")), texts("models"),
             texts("tags"), nullable(time("expires")), flag("blocked"), flag("administrator"),
             time("created"), nullable(time("deleted")), Shape{"metadata", T::kAnyObject, {}}} +
          limits());
}
Shape rate(std::string_view name) {
  return object(name, {nullable(integer("used")), nullable(integer("limit"))});
}
Shape budget() {
  return object(
      "", {text("scope"), integer("id"), text("name"), nullable(money("budget")), text("window"),
           money("committed"), nullable(money("remaining")), nullable(time("resets")),
           rate("requests_per_minute"), rate("tokens_per_minute"), rate("parallel")});
}
// An id with its name, or null.
Shape named(std::string_view name) {
  return nullable(object(name, {integer("id"), text("name")}));
}
Shape me() {
  return object("",
                {named("key"), named("user"), named("unit"), named("organisation"), text("role"),
                 nullable(time("expires")), texts("models"), list("limits", budget())});
}

Shapes rates() {
  return {nullable(money("input")),          nullable(money("output")),
          nullable(money("cache_read")),     nullable(money("cache_write_5m")),
          nullable(money("cache_write_1h")), nullable(money("reasoning"))};
}
Shape deployment(std::string_view name) {
  auto tier = object("", Shapes{integer("above")} + rates());
  auto prices = object("prices", rates() + Shapes{list("tiers", std::move(tier)), text("source"),
                                                  text("effective_date"), integer("fast_percent"),
                                                  integer("us_percent")});
  return object(
      name, {integer("id"), text("upstream"), text("upstream_model"), text("priced_as"),
             text("region"), integer("weight"), flag("own_prices"), nullable(std::move(prices))});
}
Shape model() {
  return object("", {integer("id"), text("name"), texts("aliases"), integer("context_window"),
                     integer("max_output"), flag("priced"), flag("allow_unpriced"),
                     flag("auto_prompt_caching"), flag("from_file"),
                     optional(list("deployments", deployment("")))});
}
Shape model_deployment() {
  return object("", {text("model"), flag("from_file"), deployment("deployment")});
}

Shapes totals() {
  return {integer("requests"),
          money("cost"),
          integer("input_tokens"),
          integer("cache_read_tokens"),
          integer("cache_write_5m_tokens"),
          integer("cache_write_1h_tokens"),
          integer("output_tokens"),
          integer("reasoning_tokens"),
          integer("total_tokens"),
          money("cache_saving")};
}
Shape spend() {
  Shapes groups{optional(day("day"))};
  for (auto name : {"unit", "user", "key", "model", "deployment"}) {
    groups.push_back(optional(named(name)));
  }
  return object(
      "", {optional(day("from")), optional(day("to")), text("currency"), object("total", totals()),
           list("rows", object("", groups + totals())), nullable(integer("next_offset"))});
}

Shape signal(std::string_view name) {
  return nullable(object(name, {text("value"), integer("confidence"), text("rule")}));
}

Shapes call() {
  auto usage =
      object("usage", {integer("input"), integer("cache_read"), integer("cache_write_5m"),
                       integer("cache_write_1h"), integer("output"), integer("reasoning")});
  auto verdict = object("", {text("rule"), text("mode"), text("where"), integer("count")});
  auto inspection =
      object("inspection",
             {text("rules_version"), nullable(integer("scanned_request_bytes")),
              nullable(integer("scanned_response_bytes")), list("verdicts", std::move(verdict))});
  auto signals = object("signals", {signal("mode"), signal("client"), signal("session")});
  return {text("request_id"),
          time("at"),
          integer("at_ms"),
          named("unit"),
          named("user"),
          named("key"),
          named("model"),
          named("deployment"),
          text("model_asked"),
          text("client"),
          text("session"),
          text("dialect"),
          text("upstream_dialect"),
          text("operation"),
          flag("streamed"),
          std::move(usage),
          money("cost"),
          text("settlement"),
          text("settlement_note"),
          nullable(money("cache_saving")),
          integer("status"),
          text("outcome"),
          text("refusal"),
          text("stop_reason"),
          integer("attempts"),
          integer("first_byte_us"),
          integer("last_byte_us"),
          integer("own_us"),
          integer("request_bytes"),
          integer("response_bytes"),
          std::move(inspection),
          std::move(signals),
          texts("tags"),
          texts("dropped_fields")};
}
Shape whole_call() {
  auto entry =
      object("ledger_entry", {money("cost"), money("reserved"), text("settlement"), day("day")});
  return object("", call() + Shapes{nullable(std::move(entry)), nullable(text("request_content")),
                                    nullable(text("response_content"))});
}

Shape explanation() {
  auto refusal = object(
      "refusal", {text("code"), text("rule"), text("sentence"), text("scope"), text("figure"),
                  text("limit"), text("resets"), text("who"), nullable(integer("retry_after_s"))});
  auto step = object("", {text("stage"), flag("passed"), text("text")});
  auto route = object("", {text("upstream"), text("region"), optional(text("upstream_model")),
                           flag("resting"), integer("weight")});
  return object("", {flag("allowed"), nullable(std::move(refusal)), list("steps", std::move(step)),
                     money("worst_case"), nullable(money("available")),
                     nullable(integer("lowered_output")), list("routes", std::move(route)),
                     object("signals", {signal("client"), signal("mode")})});
}

Shape page(std::string_view name, Shape item) {
  return object("", {list(name, std::move(item)), nullable(integer("next"))});
}
Shape all(std::string_view name, Shape item) {
  return object("", {list(name, std::move(item))});
}

// By path; a POST to a collection makes one (201), everything else answers 200.
struct Answers {
  std::string_view path;
  Shape get, change;
};

std::vector<Answers> own_answers() {
  auto health = object("", {text("status"), optional(text("reason")), optional(text("version"))});
  auto made_key = object("", {text("key"), key("virtual_key")});
  return {
      {"/health/live", health, {}},
      {"/health/ready", health, {}},
      {"/health/liveliness", health, {}},
      {"/health/liveness", health, {}},
      {"/health/readiness", health, {}},
      {"/api/v1/openapi.json", {"", T::kAnyObject, {}}, {}},
      {"/api/v1/organisations", all("organisations", organisation()), {}},
      {"/api/v1/organisations/{id}", organisation(), organisation()},
      {"/api/v1/units", all("units", unit()), unit()},
      {"/api/v1/units/{id}", unit(), unit()},
      {"/api/v1/users", page("users", user()), user()},
      {"/api/v1/users/{id}", user(), user()},
      {"/api/v1/keys", page("keys", key("")), made_key},
      {"/api/v1/keys/{id}", key(""), key("")},
      {"/api/v1/keys/{id}/block", {}, key("")},
      {"/api/v1/keys/{id}/unblock", {}, key("")},
      {"/api/v1/budgets", all("budgets", budget()), {}},
      {"/api/v1/me", me(), {}},
      {"/api/v1/models", all("models", model()), model()},
      {"/api/v1/models/{id}", model(), model()},
      {"/api/v1/models/{id}/deployments", {}, model_deployment()},
      {"/api/v1/deployments", all("deployments", model_deployment()), {}},
      {"/api/v1/deployments/{id}", model_deployment(), model_deployment()},
      {"/api/v1/upstreams",
       all("upstreams", object("", {integer("id"), text("name"), text("provider")})),
       {}},
      {"/api/v1/spend", spend(), {}},
      {"/api/v1/requests", page("requests", object("", call())), {}},
      {"/api/v1/requests/{id}", whole_call(), {}},
      {"/api/v1/explain", {}, explanation()},
  };
}

bool makes(const Route& route) {
  return route.method == "POST" && route.style == Style::kOwn && !route.path.ends_with("block") &&
         route.path != "/api/v1/explain";
}

}  // namespace

void declare_answers(RouteTable& table) {
  auto own = own_answers();
  for (auto& route : table) {
    if (route.style == Style::kLiteLlm) {
      route.answer = litellm::answer_of(route);
      continue;
    }
    if (makes(route)) route.status = 201;
    for (const auto& known : own) {
      if (known.path == route.path) route.answer = route.method == "GET" ? known.get : known.change;
    }
  }
}

}  // namespace sekisho::api
