#include "api/litellm/users.h"

#include "api/litellm/durations.h"
#include "api/litellm/keys.h"
#include "api/litellm/references.h"
#include "api/litellm/shapes.h"
#include "api/litellm/teams.h"
#include "api/resources/limit_fields.h"

namespace sekisho::api::litellm {
namespace {

using identity::User;
using identity::VirtualKey;

std::vector<FieldSpec> user_fields() {
  auto fields = litellm::limit_fields();
  for (FieldSpec spec : std::initializer_list<FieldSpec>{
           {"user_id", FieldType::kString, "Name"},
           {"user_alias", FieldType::kString, "Name, where there is no user_id"},
           {"user_email"},
           {"user_role", FieldType::kString, "proxy_admin, proxy_admin_viewer, internal_user"},
           {"teams", FieldType::kStringList, "At most one"},
           {"team_id", FieldType::kString, "Unit: number or name"},
           {"auto_create_key", FieldType::kBoolean, "Default true"},
           {"key_alias", FieldType::kString, "Of the key"},
           {"duration", FieldType::kString, "Of the key"},
           {"metadata", FieldType::kJsonObject, "Of the key"},
           {"blocked", FieldType::kBoolean, ""}}) {
    fields.push_back(std::move(spec));
  }
  unsupported(fields, {"organizations", "sso_user_id", "password", "send_invite_email",
                       "soft_budget", "aliases", "config", "permissions", "guardrails", "policies",
                       "prompts", "allowed_cache_controls", "model_max_budget", "model_rpm_limit",
                       "model_tpm_limit", "object_permission", "budget_id", "agent_id"});
  return fields;
}

Result<std::string> user_name(const Fields& body) {
  auto id = body.text("user_id"), alias = body.text("user_alias");
  if (!id.empty() && !alias.empty() && id != alias) {
    return fail(Code::kInvalidArgument,
                "user_alias: a user has one name here; leave it out, or give the same as user_id");
  }
  for (auto& name : {id, alias, body.text("user_email")}) {
    if (!name.empty()) return name;
  }
  return fail(Code::kInvalidArgument, "user_id: is required, or user_alias, or user_email");
}

Result<UnitId> unit_of(const Scene& scene, const Fields& body) {
  auto teams = body.list("teams");
  auto id = body.text("team_id");
  if (id.empty() && teams.size() == 1) id = teams.front();
  if (teams.size() > 1 || (!teams.empty() && teams.front() != id)) {
    return fail(Code::kInvalidArgument, "teams: a user belongs to one unit here");
  }
  if (id.empty()) return UnitId{};
  TRY(const auto* unit, find_team(scene.world, id));
  return unit->id;
}

Result<User> read_user(const Scene& scene, const Fields& body) {
  User user;
  user.organisation = scene.sight.organisation();
  TRY_VOID(check_rest(scene, body));
  TRY(user.name, user_name(body));
  user.email = body.text("user_email");
  TRY(user.unit, unit_of(scene, body));
  if (body.given("user_role")) {
    TRY(user.role, role_of(body.text("user_role")));
  }
  user.blocked = body.boolean("blocked");
  TRY_VOID(litellm::apply_limits(body, user.limits));
  TRY_VOID(apply_models(body, user.models));
  return user;
}

Result<VirtualKey> key_for(const Scene& scene, const Fields& body, const User& user) {
  VirtualKey key;
  key.organisation = user.organisation;
  key.user = user.id;
  key.unit = user.unit;
  key.alias = body.text("key_alias");
  key.metadata_json = body.text("metadata", "{}");
  if (body.given("duration")) {
    TRY(auto seconds, parse_duration("duration", body.text("duration")));
    key.expires = scene.now + seconds;
  }
  return key;
}

Result<> write_user_members(wire::JsonWriter& w, Scene& scene, const User& user) {
  w.field("user_id", user.name);
  write_text(w, "user_email", user.email);
  w.field("user_alias", user.name).field("user_role", role_name(user.role));
  w.key("teams").begin_array();
  if (user.unit) w.string(team_id(user.unit));
  w.end_array();
  write_strings(w, "models", user.models);
  TRY_VOID(write_limits(w, scene, {ledger::ScopeKind::kUser, user.id.value}, user.limits));
  w.field("blocked", user.blocked);
  write_empty_objects(w, {"metadata", "model_spend", "model_max_budget"});
  write_nulls(w, {"sso_user_id", "created_at", "updated_at"});
  return {};
}

io::task<Result<Response>> create(Control& control, Request& request) {
  auto job = [body = request.body](Scene& scene) -> Result<Response> {
    TRY(auto user, read_user(scene, body));
    TRY_VOID(scene.sight.may_give(user));
    TRY(auto id, scene.identities.create(user));
    user.id = id;
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object();
    if (body.boolean("auto_create_key", true)) {
      TRY(auto key, key_for(scene, body, user));
      SystemRandom random;
      TRY(auto made, scene.identities.create(key, random, scene.now));
      w.field("key", made.text).field("token", token(made.key));
      w.field("key_name", key_name(made.key));
      write_text(w, "key_alias", made.key.alias);
      write_time(w, "expires", made.key.expires);
    } else {
      w.field("key", "");
    }
    TRY_VOID(write_user_members(w, scene, user));
    w.end_object();
    return json(std::move(out));
  };
  co_return co_await change_scene(control, request, job);
}

Result<Response> user_info(Scene& scene, const User& user) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().field("user_id", user.name).key("user_info").begin_object();
  TRY_VOID(write_user_members(w, scene, user));
  w.end_object().key("keys").begin_array();
  for (const auto& key : scene.world.keys) {
    if (key.user != user.id) continue;
    w.begin_object();
    TRY_VOID(write_key_members(w, scene, key));
    w.end_object();
  }
  w.end_array().key("teams").begin_array();
  if (const auto* unit = scene.world.find(user.unit)) TRY_VOID(write_team(w, scene, *unit));
  w.end_array().end_object();
  return json(std::move(out));
}

io::task<Result<Response>> info(Control& control, Request& request) {
  auto job = [wanted = request.query.text("user_id")](Scene& scene) -> Result<Response> {
    const auto* user = scene.world.find(scene.sight.own_user());
    if (!wanted.empty()) {
      TRY(user, find_user(scene.world, wanted));
    }
    if (!user) return fail(Code::kNotFound, "user_id: this key belongs to no user; name one");
    if (!scene.sight.sees(*user)) {
      return fail(Code::kPermissionDenied, "user_id: this key may not see that user");
    }
    return user_info(scene, *user);
  };
  co_return co_await read_scene(control, request, job);
}

}  // namespace

std::vector<Route> user_routes() {
  using P = Permission;
  constexpr auto kTag = "litellm";
  constexpr auto kStyle = Style::kLiteLlm;
  std::vector<FieldSpec> one{{"user_id", FieldType::kString, "Default: the caller"}};
  return {
      {"POST",
       "/user/new",
       P::kManage,
       kTag,
       "Make a user, and a key unless told not to",
       create,
       {},
       user_fields(),
       kStyle},
      {"GET", "/user/info", P::kRead, kTag, "One user with keys and team", info, one, {}, kStyle},
  };
}

}  // namespace sekisho::api::litellm
