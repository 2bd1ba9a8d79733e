#include "api/litellm/keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/litellm/durations.h"
#include "api/litellm/references.h"
#include "api/litellm/shapes.h"
#include "api/resources/limit_fields.h"
#include "api/times.h"

namespace sekisho::api::litellm {
namespace {

using identity::VirtualKey;

std::vector<FieldSpec> key_fields() {
  auto fields = litellm::limit_fields();
  for (FieldSpec spec : std::initializer_list<FieldSpec>{
           {"key_alias", FieldType::kString, "Name, unique"},
           {"user_id", FieldType::kString, "Owner: name, e-mail address or number"},
           {"team_id", FieldType::kString, "Unit: number or name"},
           {"duration", FieldType::kString, "30s, 15m, 24h, 30d, 1mo; none = for ever"},
           {"metadata", FieldType::kJsonObject, "Kept as it is"},
           {"tags", FieldType::kStringList, "Labels for reports"},
           {"blocked", FieldType::kBoolean, ""},
           {"key_type", FieldType::kString, "", false, {"default"}}}) {
    fields.push_back(std::move(spec));
  }
  unsupported(fields, {"agent_id",
                       "project_id",
                       "auto_rotate",
                       "rotation_interval",
                       "send_invite_email",
                       "aliases",
                       "config",
                       "permissions",
                       "allowed_routes",
                       "allowed_passthrough_routes",
                       "allowed_cache_controls",
                       "enforced_params",
                       "router_settings",
                       "access_group_ids",
                       "soft_budget",
                       "budget_id",
                       "budget_limits",
                       "model_max_budget",
                       "tpm_limit_type",
                       "rpm_limit_type",
                       "model_tpm_limit",
                       "model_rpm_limit",
                       "guardrails",
                       "policies",
                       "prompts",
                       "object_permission"});
  return fields;
}

Result<> apply_owner(const Scene& scene, const Fields& body, VirtualKey& key) {
  if (body.has("user_id")) {
    key.user = {};
    if (!body.text("user_id").empty()) {
      TRY(const auto* user, find_user(scene.world, body.text("user_id")));
      key.user = user->id;
      if (!key.unit) key.unit = user->unit;
    }
  }
  if (body.has("team_id")) {
    key.unit = {};
    if (!body.text("team_id").empty()) {
      TRY(const auto* unit, find_team(scene.world, body.text("team_id")));
      key.unit = unit->id;
    }
  }
  return {};
}

Result<> apply_fields(const Scene& scene, const Fields& body, VirtualKey& key) {
  TRY_VOID(check_rest(scene, body));
  TRY_VOID(apply_owner(scene, body, key));
  TRY_VOID(litellm::apply_limits(body, key.limits));
  TRY_VOID(apply_models(body, key.models));
  if (body.has("key_alias")) key.alias = body.text("key_alias");
  if (body.has("metadata")) key.metadata_json = body.text("metadata", "{}");
  if (body.has("tags")) key.tags = body.list("tags");
  if (body.has("blocked")) key.blocked = body.boolean("blocked");
  if (body.has("duration")) {
    key.expires.reset();
    if (body.given("duration")) {
      TRY(auto seconds, parse_duration("duration", body.text("duration")));
      key.expires = scene.now + seconds;
    }
  }
  return {};
}

Result<VirtualKey> visible_key(const Scene& scene, std::string_view text) {
  TRY(const auto* key, find_key(scene.world, text));
  if (scene.sight.sees(*key)) return *key;
  return fail(Code::kPermissionDenied, "key: this key may not see that one");
}

io::task<Result<Response>> generate(Control& control, Request& request) {
  auto job = [body = request.body](Scene& scene) -> Result<Response> {
    VirtualKey key;
    key.organisation = scene.sight.organisation();
    TRY_VOID(apply_fields(scene, body, key));
    auto text = body.text("key");
    if (!text.empty() && !scene.sight.administrator()) {
      return fail(Code::kPermissionDenied, "key: only an administrator may choose a key's text");
    }
    TRY(auto made, issue(scene, key, text));
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().field("key", made.text).field("token_id", token(made.key));
    TRY_VOID(write_key_members(w, scene, made.key));
    w.end_object();
    return json(std::move(out));
  };
  co_return co_await change_scene(control, request, job);
}

Result<Response> key_info(Scene& scene, const VirtualKey& key) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().field("key", token(key)).key("info").begin_object();
  TRY_VOID(write_key_members(w, scene, key));
  w.end_object().end_object();
  return json(std::move(out));
}

io::task<Result<Response>> info(Control& control, Request& request) {
  auto job = [wanted = request.query.text("key")](Scene& scene) -> Result<Response> {
    if (wanted.empty()) {
      const auto* own = scene.world.find(scene.sight.own_key());
      return own ? key_info(scene, *own) : fail(Code::kNotFound, "key: it is gone");
    }
    TRY(auto key, visible_key(scene, wanted));
    return key_info(scene, key);
  };
  co_return co_await read_scene(control, request, job);
}

// Loads the key named in the body, alters it, answers it.
template <class Alter>
io::task<Result<Response>> alter_key(Control& control, Request& request, Alter alter) {
  auto job = [body = request.body, alter](Scene& scene) -> Result<Response> {
    TRY(auto key, visible_key(scene, body.text("key")));
    TRY_VOID(scene.sight.may_manage(key));
    TRY_VOID(alter(scene, body, key));
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().field("key", token(key));
    TRY_VOID(write_key_members(w, scene, key));
    w.end_object();
    return json(std::move(out));
  };
  co_return co_await change_scene(control, request, job);
}

io::task<Result<Response>> update(Control& control, Request& request) {
  auto alter = [](Scene& scene, const Fields& body, VirtualKey& key) -> Result<> {
    TRY_VOID(apply_fields(scene, body, key));
    TRY_VOID(scene.sight.may_give(key));
    TRY(key, scene.identities.update(key));
    return {};
  };
  co_return co_await alter_key(control, request, alter);
}

io::task<Result<Response>> block(Control& control, Request& request) {
  auto alter = [](Scene& scene, const Fields&, VirtualKey& key) {
    key.blocked = true;
    return scene.identities.block(key.id, true);
  };
  co_return co_await alter_key(control, request, alter);
}

io::task<Result<Response>> unblock(Control& control, Request& request) {
  auto alter = [](Scene& scene, const Fields&, VirtualKey& key) {
    key.blocked = false;
    return scene.identities.block(key.id, false);
  };
  co_return co_await alter_key(control, request, alter);
}

Result<> remove_one(Scene& scene, const VirtualKey& key) {
  TRY_VOID(scene.sight.may_manage(key));
  return scene.identities.remove(key.id, scene.now);
}

io::task<Result<Response>> remove(Control& control, Request& request) {
  auto job = [body = request.body](Scene& scene) -> Result<Response> {
    auto keys = body.list("keys"), aliases = body.list("key_aliases");
    if (keys.empty() == aliases.empty()) {
      return fail(Code::kInvalidArgument, "give either keys or key_aliases");
    }
    for (const auto& text : keys) {
      TRY(auto key, visible_key(scene, text));
      TRY_VOID(remove_one(scene, key));
    }
    for (const auto& alias : aliases) {
      auto at = std::ranges::find(scene.world.keys, alias, &VirtualKey::alias);
      if (at == scene.world.keys.end() || !scene.sight.sees(*at)) {
        return fail(Code::kNotFound, "key_aliases: there is no key '" + alias + "'");
      }
      TRY_VOID(remove_one(scene, *at));
    }
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object();
    write_strings(w, "deleted_keys", keys.empty() ? aliases : keys);
    w.end_object();
    return json(std::move(out));
  };
  co_return co_await change_scene(control, request, job);
}

std::vector<FieldSpec> with_key(std::vector<FieldSpec> fields, bool required) {
  fields.insert(fields.begin(), {"key", FieldType::kString, "The key or its hash", required});
  return fields;
}

}  // namespace

Result<identity::NewKey> issue(Scene& scene, const VirtualKey& key, std::string text) {
  TRY_VOID(scene.sight.may_give(key));
  if (!text.empty()) return scene.identities.create(key, std::move(text), scene.now);
  SystemRandom random;
  return scene.identities.create(key, random, scene.now);
}

Result<> write_key_members(wire::JsonWriter& w, Scene& scene, const VirtualKey& key) {
  w.field("token", token(key)).field("key_name", key_name(key));
  write_text(w, "key_alias", key.alias);
  write_text(w, "user_id", user_id(scene.world, key.user));
  write_text(w, "team_id", team_id(key.unit));
  write_text(w, "organization_id", std::to_string(key.organisation.value));
  write_time(w, "expires", key.expires);
  write_strings(w, "models", key.models);
  TRY_VOID(write_limits(w, scene, {ledger::ScopeKind::kKey, key.id.value}, key.limits));
  w.field("blocked", key.blocked).raw_field("metadata", key.metadata_json);
  write_strings(w, "tags", key.tags);
  write_empty_objects(w, {"aliases", "config", "permissions", "model_spend", "model_max_budget",
                          "router_settings"});
  for (auto name : {"allowed_cache_controls", "allowed_routes", "policies", "access_group_ids"}) {
    w.key(name).begin_array().end_array();
  }
  w.field("soft_budget_cooldown", false);
  write_nulls(w, {"agent_id", "project_id", "budget_id", "object_permission_id",
                  "litellm_budget_table", "created_by", "updated_by"});
  w.field("created_at", format_time(key.created)).field("updated_at", format_time(key.created));
  return {};
}

std::vector<Route> key_lists();  // key_list.cpp

std::vector<Route> key_routes() {
  using P = Permission;
  constexpr auto kTag = "litellm";
  constexpr auto kStyle = Style::kLiteLlm;
  std::vector<FieldSpec> only_key{{"key", FieldType::kString, "The key or its hash", true}};
  std::vector<FieldSpec> query{{"key", FieldType::kString, "Default: the calling key"}};
  std::vector<FieldSpec> several{{"keys", FieldType::kStringList, "Keys or their hashes"},
                                 {"key_aliases", FieldType::kStringList, ""}};
  auto updates = with_key(key_fields(), true);
  unsupported(updates, {"temp_budget_increase", "temp_budget_expiry"});
  std::vector<Route> routes{
      {"POST",
       "/key/generate",
       P::kManage,
       kTag,
       "Issue a key",
       generate,
       {},
       with_key(key_fields(), false),
       kStyle},
      {"GET", "/key/info", P::kRead, kTag, "One key", info, query, {}, kStyle},
      {"POST", "/key/update", P::kManage, kTag, "Change a key", update, {}, updates, kStyle},
      {"POST", "/key/delete", P::kManage, kTag, "Delete keys", remove, {}, several, kStyle},
      {"POST", "/key/block", P::kManage, kTag, "Block a key", block, {}, only_key, kStyle},
      {"POST", "/key/unblock", P::kManage, kTag, "Unblock a key", unblock, {}, only_key, kStyle},
  };
  for (auto& route : key_lists()) routes.push_back(std::move(route));
  return routes;
}

}  // namespace sekisho::api::litellm
