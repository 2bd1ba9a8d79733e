#include "api/resources/keys.h"

#include "api/resources/limit_fields.h"
#include "api/resources/scene.h"
#include "api/times.h"

namespace sekisho::api {
namespace {

using identity::VirtualKey;

void apply_fields(const Fields& body, VirtualKey& key) {
  if (body.has("alias")) key.alias = body.text("alias");
  if (body.has("user")) key.user = UserId{body.integer("user").value_or(0)};
  if (body.has("unit")) key.unit = UnitId{body.integer("unit").value_or(0)};
  if (body.has("models")) key.models = body.list("models");
  if (body.has("tags")) key.tags = body.list("tags");
  if (body.has("expires")) key.expires = body.time("expires");
  if (body.has("metadata")) key.metadata_json = body.text("metadata", "{}");
  if (body.has("administrator")) key.administrator = body.boolean("administrator");
  apply_limits(body, key.limits);
}

std::vector<FieldSpec> key_fields() {
  return with_limits({
      {"alias", FieldType::kString, "Name, unique in the organisation"},
      {"user", FieldType::kInteger, "Owner (id)", false, {}, 1},
      {"unit", FieldType::kInteger, "Unit (id); default: the owner's", false, {}, 1},
      {"models", FieldType::kStringList, "Allowed models, * is a wildcard; empty = all"},
      {"tags", FieldType::kStringList, "Labels for reports"},
      {"expires", FieldType::kTime, "End of validity; null = never"},
      {"metadata", FieldType::kJsonObject, "Any JSON object, kept as it is"},
      {"administrator", FieldType::kBoolean, "May use the whole management API"},
  });
}

std::string key_json(const VirtualKey& key) {
  std::string out;
  wire::JsonWriter w(out);
  write_key(w, key);
  return out;
}

identity::KeyFilter key_filter(const Request& request) {
  identity::KeyFilter filter;
  filter.organisation = request.caller->organisation;
  if (auto user = request.query.integer("user")) filter.user = UserId{*user};
  if (auto unit = request.query.integer("unit")) filter.unit = UnitId{*unit};
  if (request.query.has("alias")) filter.alias = request.query.text("alias");
  filter.after = KeyId{request.query.integer("after").value_or(0)};
  filter.at_most = page_size(request.query);
  return filter;
}

io::task<Result<Response>> list_keys(Control& control, Request& request) {
  auto filter = key_filter(request);
  co_return co_await read_scene(control, request, [filter](Scene& scene) -> Result<Response> {
    TRY(auto keys, scene.identities.keys(filter));
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("keys").begin_array();
    for (const auto& key : keys) {
      if (scene.sight.sees(key)) write_key(w, key);
    }
    w.end_array();
    bool more = keys.size() == filter.at_most;
    write_id(w, "next", more ? keys.back().id : KeyId{});
    w.end_object();
    return json(std::move(out));
  });
}

io::task<Result<Response>> create_key(Control& control, Request& request) {
  VirtualKey key;
  key.organisation = request.caller->organisation;
  apply_fields(request.body, key);
  auto aws = control.aws_keys;
  co_return co_await change_scene(control, request, [key, aws](Scene& scene) -> Result<Response> {
    TRY_VOID(scene.sight.may_give(key));
    SystemRandom random;
    TRY(auto made, scene.identities.create(key, random, scene.now));
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().field("key", made.text);
    if (aws) {
      w.field("aws_access_key_id", aws->access_key_id(made.key.id));
      w.field("aws_secret_access_key", aws->secret_access_key(made.key.id, made.key.hash));
    }
    w.key("virtual_key");
    write_key(w, made.key);
    w.end_object();
    return json(std::move(out), 201);
  });
}

io::task<Result<Response>> get_key(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  co_return co_await read_scene(control, request, [id](Scene& scene) -> Result<Response> {
    const auto* key = scene.world.find(KeyId{id});
    if (!key || !scene.sight.sees(*key)) {
      return fail(Code::kNotFound, "there is no such virtual key");
    }
    return json(key_json(*key));
  });
}

// Finds the key, checks that the caller may change it, alters it, answers it.
template <class Alter>
io::task<Result<Response>> alter_key(Control& control, Request& request, Alter alter) {
  CO_TRY(auto id, request.id());
  auto job = [id, alter](Scene& scene) -> Result<Response> {
    const auto* found = scene.world.find(KeyId{id});
    if (!found) return fail(Code::kNotFound, "there is no such virtual key");
    auto key = *found;
    TRY_VOID(scene.sight.may_manage(key));
    TRY_VOID(alter(scene, key));
    return json(key_json(key));
  };
  co_return co_await change_scene(control, request, job);
}

io::task<Result<Response>> update_key(Control& control, Request& request) {
  auto alter = [body = request.body](Scene& scene, VirtualKey& key) -> Result<> {
    apply_fields(body, key);
    TRY_VOID(scene.sight.may_give(key));
    TRY(key, scene.identities.update(key));
    return {};
  };
  co_return co_await alter_key(control, request, alter);
}

Result<> set_blocked(Scene& scene, VirtualKey& key, bool blocked) {
  key.blocked = blocked;
  return scene.identities.block(key.id, blocked);
}

io::task<Result<Response>> block_key(Control& control, Request& request) {
  auto alter = [](Scene& scene, VirtualKey& key) { return set_blocked(scene, key, true); };
  co_return co_await alter_key(control, request, alter);
}

io::task<Result<Response>> unblock_key(Control& control, Request& request) {
  auto alter = [](Scene& scene, VirtualKey& key) { return set_blocked(scene, key, false); };
  co_return co_await alter_key(control, request, alter);
}

io::task<Result<Response>> delete_key(Control& control, Request& request) {
  auto alter = [](Scene& scene, VirtualKey& key) {
    key.deleted = scene.now;
    return scene.identities.remove(key.id, scene.now);
  };
  co_return co_await alter_key(control, request, alter);
}

}  // namespace

void write_key(wire::JsonWriter& w, const VirtualKey& key) {
  w.begin_object();
  w.field("id", key.id.value).field("display", key.display).field("alias", key.alias);
  write_id(w, "user", key.user);
  write_id(w, "unit", key.unit);
  write_id(w, "organisation", key.organisation);
  write_strings(w, "models", key.models);
  write_strings(w, "tags", key.tags);
  write_time(w, "expires", key.expires);
  w.field("blocked", key.blocked).field("administrator", key.administrator);
  write_limits(w, key.limits);
  w.field("created", format_time(key.created));
  write_time(w, "deleted", key.deleted);
  w.raw_field("metadata", key.metadata_json);
  w.end_object();
}

std::vector<Route> key_routes() {
  using P = Permission;
  auto filter = with_page({{"user", FieldType::kInteger, "Owner (id)", false, {}, 1},
                           {"unit", FieldType::kInteger, "Exactly this unit (id)", false, {}, 1},
                           {"alias"}});
  auto fields = key_fields();
  constexpr std::string_view kTag = "keys";
  return {
      {"GET", "/api/v1/keys", P::kRead, kTag, "List virtual keys", list_keys, filter, {}},
      {"POST",
       "/api/v1/keys",
       P::kManage,
       kTag,
       "Issue a virtual key; its text and its AWS credentials are shown once",
       create_key,
       {},
       fields},
      {"GET", "/api/v1/keys/{id}", P::kRead, kTag, "One virtual key", get_key},
      {"PATCH",
       "/api/v1/keys/{id}",
       P::kManage,
       kTag,
       "Change a virtual key and its limits",
       update_key,
       {},
       fields},
      {"DELETE", "/api/v1/keys/{id}", P::kManage, kTag,
       "Delete a virtual key; its entries in the books stay", delete_key},
      {"POST", "/api/v1/keys/{id}/block", P::kManage, kTag, "Block a virtual key", block_key},
      {"POST", "/api/v1/keys/{id}/unblock", P::kManage, kTag, "Unblock a virtual key", unblock_key},
  };
}

}  // namespace sekisho::api
