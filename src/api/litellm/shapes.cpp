#include "api/litellm/shapes.h"

#include <fmt/format.h>

#include "api/litellm/durations.h"
#include "api/resources/figures.h"
#include "api/resources/limit_fields.h"
#include "ledger/spend.h"

namespace sekisho::api::litellm {

std::vector<FieldSpec> limit_fields() {
  return {
      {"models", FieldType::kStringList, "Allowed models; all-team-models = no list of its own"},
      {"max_budget", FieldType::kMoney, "Cap per budget_duration"},
      {"budget_duration", FieldType::kString, "24h, 1d, 7d, 30d or 1mo; none = once"},
      {"tpm_limit", FieldType::kInteger, "Tokens per minute"},
      {"rpm_limit", FieldType::kInteger, "Requests per minute"},
      {"max_parallel_requests", FieldType::kInteger, "Calls at once"},
      {"spend", FieldType::kMoney, "Only 0"},
      {"organization_id", FieldType::kString, "The caller's own"},
  };
}

void unsupported(std::vector<FieldSpec>& fields, std::initializer_list<std::string_view> names) {
  for (auto name : names) {
    fields.push_back({name, FieldType::kUnsupported, "Not supported: leave it empty"});
  }
}

Result<> apply_limits(const Fields& body, identity::LimitSettings& limits) {
  if (body.has("max_budget")) limits.budget = body.money("max_budget");
  if (body.has("budget_duration")) {
    limits.window = "none";
    if (body.given("budget_duration")) {
      TRY(limits.window, window_of(body.text("budget_duration")));
    }
  }
  if (body.has("tpm_limit")) limits.tokens_per_minute = body.integer("tpm_limit");
  if (body.has("rpm_limit")) limits.requests_per_minute = body.integer("rpm_limit");
  if (body.has("max_parallel_requests")) limits.parallel = body.integer("max_parallel_requests");
  return {};
}

Result<> apply_models(const Fields& body, std::vector<std::string>& models) {
  if (!body.has("models")) return {};
  models.clear();
  for (auto& model : body.list("models")) {
    if (model == "no-default-models") {
      return fail(Code::kInvalidArgument,
                  "models: no-default-models is not supported; block the key instead");
    }
    if (model != "all-team-models" && model != "all-proxy-models") {
      models.push_back(std::move(model));
    }
  }
  return {};
}

Result<> check_rest(const Scene& scene, const Fields& body) {
  if (body.money("spend").value_or(Money{}) != Money{}) {
    return fail(Code::kInvalidArgument, "spend: what was spent is booked, it cannot be set");
  }
  auto wanted = body.text("organization_id");
  if (wanted.empty() || wanted == std::to_string(scene.sight.organisation().value)) return {};
  return fail(Code::kNotFound, "organization_id: there is no such organisation");
}

Result<> write_limits(wire::JsonWriter& w, Scene& scene, ledger::Scope scope,
                      const identity::LimitSettings& limits) {
  const auto* organisation = scene.world.find(scene.sight.organisation());
  const auto& zone = zone_of(organisation ? organisation->time_zone : "UTC");
  auto window = gateway::limits_of(limits).window;
  auto span = zone.window(window, scene.now);
  bool resets = window != ledger::Window::kNone;
  TRY(auto spent,
      ledger::account_spent(scene.db, scope, resets ? ledger::window_day(span.number) : 0));
  w.raw_field("spend", spent.decimal()).key("max_budget");
  if (limits.budget) {
    w.raw(limits.budget->decimal());
  } else {
    w.null();
  }
  write_text(w, "budget_duration", budget_duration_of(limits.window));
  write_time(w, "budget_reset_at", resets ? std::optional(span.end) : std::nullopt);
  write_optional(w, "tpm_limit", limits.tokens_per_minute);
  write_optional(w, "rpm_limit", limits.requests_per_minute);
  write_optional(w, "max_parallel_requests", limits.parallel);
  return {};
}

void write_text(wire::JsonWriter& w, std::string_view name, std::string_view text) {
  w.key(name);
  if (text.empty()) {
    w.null();
  } else {
    w.string(text);
  }
}

void write_nulls(wire::JsonWriter& w, std::initializer_list<std::string_view> names) {
  for (auto name : names) w.key(name).null();
}

void write_empty_objects(wire::JsonWriter& w, std::initializer_list<std::string_view> names) {
  for (auto name : names) w.key(name).begin_object().end_object();
}

}  // namespace sekisho::api::litellm
