#include "api/litellm/teams.h"

#include "api/litellm/keys.h"
#include "api/litellm/references.h"
#include "api/litellm/shapes.h"
#include "api/resources/limit_fields.h"

namespace sekisho::api::litellm {
namespace {

using identity::Unit;

std::vector<FieldSpec> team_fields() {
  auto fields = litellm::limit_fields();
  fields.push_back({"team_alias", FieldType::kString, "Name of the unit"});
  fields.push_back({"team_id", FieldType::kString, "Taken as the name; ids are given here"});
  unsupported(fields, {"members_with_roles",
                       "members",
                       "admins",
                       "metadata",
                       "soft_budget",
                       "blocked",
                       "model_aliases",
                       "tags",
                       "guardrails",
                       "policies",
                       "prompts",
                       "object_permission",
                       "model_rpm_limit",
                       "model_tpm_limit",
                       "team_member_budget",
                       "team_member_budget_duration",
                       "team_member_rpm_limit",
                       "team_member_tpm_limit",
                       "team_member_key_duration",
                       "secret_manager_settings",
                       "router_settings",
                       "tpm_limit_type",
                       "rpm_limit_type",
                       "team_member_permissions"});
  return fields;
}

Result<std::string> team_name(const Fields& body) {
  auto alias = body.text("team_alias"), id = body.text("team_id");
  if (!alias.empty() && !id.empty() && alias != id) {
    return fail(Code::kInvalidArgument,
                "team_id: ids are given here; leave it out, or give the same as team_alias");
  }
  auto name = alias.empty() ? id : alias;
  if (name.empty()) return fail(Code::kInvalidArgument, "team_alias: is required");
  return name;
}

Result<const Unit*> visible_team(const Scene& scene, std::string_view id) {
  TRY(const auto* unit, find_team(scene.world, id));
  if (scene.sight.sees(*unit)) return unit;
  return fail(Code::kPermissionDenied, "team_id: this key may not see that team");
}

void write_members(wire::JsonWriter& w, const Scene& scene, UnitId unit) {
  w.key("members_with_roles").begin_array();
  for (const auto& user : scene.world.users) {
    if (user.unit != unit) continue;
    w.begin_object().field("user_id", user.name);
    write_text(w, "user_email", user.email);
    w.field("role", user.role == "unit_head" ? "admin" : "user").end_object();
  }
  w.end_array();
}

io::task<Result<Response>> create(Control& control, Request& request) {
  auto job = [body = request.body](Scene& scene) -> Result<Response> {
    Unit unit;
    unit.organisation = scene.sight.organisation();
    unit.kind = "team";
    if (!scene.sight.administrator()) unit.parent = scene.sight.own_unit();
    TRY_VOID(check_rest(scene, body));
    TRY(unit.name, team_name(body));
    TRY_VOID(litellm::apply_limits(body, unit.limits));
    TRY_VOID(apply_models(body, unit.models));
    TRY_VOID(scene.sight.may_create_in(unit.parent));
    TRY_VOID(scene.sight.within_own(unit.limits, unit.models));
    TRY(auto id, scene.identities.create(unit));
    unit.id = id;
    std::string out;
    wire::JsonWriter w(out);
    TRY_VOID(write_team(w, scene, unit));
    return json(std::move(out));
  };
  co_return co_await change_scene(control, request, job);
}

Result<> write_keys_of(wire::JsonWriter& w, Scene& scene, UnitId unit) {
  w.key("keys").begin_array();
  for (const auto& key : scene.world.keys) {
    if (key.unit != unit || !scene.sight.sees(key)) continue;
    w.begin_object();
    TRY_VOID(write_key_members(w, scene, key));
    w.end_object();
  }
  w.end_array();
  return {};
}

io::task<Result<Response>> info(Control& control, Request& request) {
  auto job = [id = request.query.text("team_id")](Scene& scene) -> Result<Response> {
    TRY(const auto* unit, visible_team(scene, id));
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().field("team_id", team_id(unit->id)).key("team_info");
    TRY_VOID(write_team(w, scene, *unit));
    TRY_VOID(write_keys_of(w, scene, unit->id));
    w.key("team_memberships").begin_array().end_array().end_object();
    return json(std::move(out));
  };
  co_return co_await read_scene(control, request, job);
}

io::task<Result<Response>> list(Control& control, Request& request) {
  auto job = [name = request.query.text("user_id")](Scene& scene) -> Result<Response> {
    UnitId only;
    if (!name.empty()) {
      TRY(const auto* user, find_user(scene.world, name));
      if (!scene.sight.sees(*user)) return fail(Code::kNotFound, "user_id: there is no such user");
      only = user->unit;
    }
    std::string out;
    wire::JsonWriter w(out);
    w.begin_array();
    for (const auto& unit : scene.world.units) {
      if (!scene.sight.sees(unit) || (!name.empty() && unit.id != only)) continue;
      TRY_VOID(write_team(w, scene, unit));
    }
    w.end_array();
    return json(std::move(out));
  };
  co_return co_await read_scene(control, request, job);
}

}  // namespace

Result<> write_team(wire::JsonWriter& w, Scene& scene, const Unit& unit) {
  w.begin_object().field("team_id", team_id(unit.id)).field("team_alias", unit.name);
  w.field("organization_id", std::to_string(unit.organisation.value));
  write_members(w, scene, unit.id);
  write_strings(w, "models", unit.models);
  TRY_VOID(write_limits(w, scene, {ledger::ScopeKind::kUnit, unit.id.value}, unit.limits));
  w.field("blocked", false);
  for (auto name : {"admins", "members"}) w.key(name).begin_array().end_array();
  write_empty_objects(w, {"metadata", "model_spend", "model_max_budget"});
  write_nulls(w, {"model_id", "object_permission_id", "litellm_model_table", "created_at"});
  w.end_object();
  return {};
}

std::vector<Route> team_routes() {
  using P = Permission;
  constexpr auto kTag = "litellm";
  constexpr auto kStyle = Style::kLiteLlm;
  std::vector<FieldSpec> one{{"team_id", FieldType::kString, "Number or name", true}};
  std::vector<FieldSpec> filter{{"user_id", FieldType::kString, "Teams of this user"}};
  return {
      {"POST", "/team/new", P::kManage, kTag, "Make a unit", create, {}, team_fields(), kStyle},
      {"GET", "/team/info", P::kRead, kTag, "One unit with its keys", info, one, {}, kStyle},
      {"GET", "/team/list", P::kRead, kTag, "List units", list, filter, {}, kStyle},
  };
}

}  // namespace sekisho::api::litellm
