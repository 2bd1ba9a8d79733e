#include "api/resources/budgets.h"

#include <algorithm>

#include "api/resources/figures.h"
#include "api/resources/limit_fields.h"
#include "api/resources/scene.h"

namespace sekisho::api {
namespace {

using ledger::ScopeKind;

// Writes the rows of one answer, reading figures as it goes.
class BudgetList {
 public:
  BudgetList(Scene& scene, const LiveFigures& live, bool all, std::string only)
      : scene_(scene), live_(live), all_(all), only_(std::move(only)) {
    const auto* organisation = scene.world.find(scene.sight.organisation());
    zone_ = &zone_of(organisation ? organisation->time_zone : "UTC");
  }

  Result<> add(ScopeKind kind, std::string_view scope, std::int64_t id, const std::string& name,
               const identity::LimitSettings& settings) {
    if (!only_.empty() && only_ != scope) return {};
    if (!all_ && settings == identity::LimitSettings{}) return {};
    auto limits = gateway::limits_of(settings);
    TRY(auto figures, live_.of(scene_.db, {kind, id}, limits.window, *zone_));
    write_budget(w_, {scope, id, name, limits, figures});
    return {};
  }

  Result<Response> run() {
    const auto& world = scene_.world;
    const auto& sight = scene_.sight;
    w_.begin_object().key("budgets").begin_array();
    for (const auto& o : world.organisations) {
      if (!sight.sees(o.id) || !sight.everything()) continue;
      TRY_VOID(add(ScopeKind::kOrganisation, "organisation", o.id.value, o.name, o.limits));
    }
    for (const auto& unit : world.units) {
      if (!sight.sees(unit)) continue;
      TRY_VOID(add(ScopeKind::kUnit, "unit", unit.id.value, unit.name, unit.limits));
    }
    for (const auto& user : world.users) {
      if (!sight.sees(user)) continue;
      TRY_VOID(add(ScopeKind::kUser, "user", user.id.value, user.name, user.limits));
    }
    for (const auto& key : world.keys) {
      if (!sight.sees(key)) continue;
      const auto& name = key.alias.empty() ? key.display : key.alias;
      TRY_VOID(add(ScopeKind::kKey, "key", key.id.value, name, key.limits));
    }
    w_.end_array().end_object();
    return json(std::move(out_));
  }

 private:
  Scene& scene_;
  const LiveFigures& live_;
  bool all_;
  std::string only_;
  const ledger::TimeZone* zone_ = nullptr;
  std::string out_;
  wire::JsonWriter w_{out_};
};

io::task<Result<Response>> list_budgets(Control& control, Request& request) {
  auto job = [live = LiveFigures(request.policy, control.clock), all = request.query.boolean("all"),
              only = request.query.text("scope")](Scene& scene) {
    return BudgetList(scene, live, all, only).run();
  };
  co_return co_await read_scene(control, request, job);
}

std::string_view scope_name(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::kKey:
      return "key";
    case ScopeKind::kUser:
      return "user";
    case ScopeKind::kUnit:
      return "unit";
    case ScopeKind::kOrganisation:
      return "organisation";
  }
  return "key";
}

void write_owner(wire::JsonWriter& w, std::string_view kind, std::int64_t id,
                 const std::string& name) {
  w.key(kind);
  if (id == 0) {
    w.null();
    return;
  }
  w.begin_object().field("id", id).field("name", name).end_object();
}

// The caller's own levels: exactly those that decide about the caller's next call.
Result<Response> describe(const gateway::PolicyPtr& policy, KeyId id, const LiveFigures& live,
                          store::Database& db) {
  const auto& caller = *policy->find_key(id);
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object();
  write_owner(w, "key", caller.key.value, caller.key_name);
  write_owner(w, "user", caller.user.value, caller.user_name);
  write_owner(w, "unit", caller.unit.value, caller.unit_name);
  write_owner(w, "organisation", caller.organisation.value, caller.organisation_name);
  w.field("role", caller.role);
  write_time(w, "expires", caller.expires);
  w.key("models").begin_array();
  for (const auto* model : policy->allowed_models(caller)) w.string(model->name);
  w.end_array().key("limits").begin_array();
  for (const auto& level : caller.levels) {
    auto scope = level.account->scope();
    TRY(auto figures, live.of(db, scope, level.limits.window, *level.zone));
    auto kind = scope_name(scope.kind);
    auto name = level.name.starts_with(kind) ? level.name.substr(kind.size() + 1) : level.name;
    write_budget(w, {kind, scope.id, name, level.limits, figures});
  }
  w.end_array().end_object();
  return json(std::move(out));
}

io::task<Result<Response>> me(Control& control, Request& request) {
  auto job = [policy = request.policy, id = request.caller->key,
              live = LiveFigures(request.policy, control.clock)](store::Database& db) {
    return describe(policy, id, live, db);
  };
  co_return co_await control.store.read(request.loop(), job);
}

}  // namespace

std::vector<Route> budget_routes() {
  std::vector<FieldSpec> query{
      {"scope", FieldType::kString, "Only these", false, {"organisation", "unit", "user", "key"}},
      {"all", FieldType::kBoolean, "Also scopes without any limit"},
  };
  return {
      {"GET", "/api/v1/budgets", Permission::kRead, "budgets",
       "Every budget and limit that the caller sees, with what is used of it", list_budgets, query},
      {"GET", "/api/v1/me", Permission::kRead, "budgets",
       "Whom this key belongs to, its models, and the limits that bind it", me},
  };
}

}  // namespace sekisho::api
