#include "api/resources/keys.h"

#include "api/control.h"
#include "api/resources/limit_fields.h"
#include "api/resources/visibility.h"
#include "api/times.h"
#include "identity/identity_store.h"

namespace sekisho::api {
namespace {

using identity::IdentityStore;
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

io::task<Result<Response>> list_keys(Control& control, Request& request) {
  auto caller = *request.caller;
  identity::KeyFilter filter;
  filter.organisation = caller.organisation;
  if (auto user = request.query.integer("user")) filter.user = UserId{*user};
  if (auto unit = request.query.integer("unit")) filter.unit = UnitId{*unit};
  if (request.query.has("alias")) filter.alias = request.query.text("alias");
  filter.after = KeyId{request.query.integer("after").value_or(0)};
  filter.at_most = static_cast<std::size_t>(
      std::min<std::int64_t>(1000, request.query.integer("limit").value_or(100)));
  co_return co_await control.store.read(request.loop(),
                                        [caller, filter](store::Database& db) -> Result<Response> {
                                          IdentityStore identities(db);
                                          TRY(auto world, identities.load_world());
                                          Visibility sight(world, caller);
                                          TRY(auto keys, identities.keys(filter));
                                          std::string out;
                                          wire::JsonWriter w(out);
                                          w.begin_object().key("keys").begin_array();
                                          for (const auto& key : keys) {
                                            if (sight.sees(key)) write_key(w, key);
                                          }
                                          w.end_array();
                                          bool more = keys.size() == filter.at_most;
                                          write_id(w, "next", more ? keys.back().id : KeyId{});
                                          w.end_object();
                                          return json(std::move(out));
                                        });
}

io::task<Result<Response>> create_key(Control& control, Request& request) {
  auto caller = *request.caller;
  VirtualKey key;
  key.organisation = caller.organisation;
  apply_fields(request.body, key);
  auto now = control.clock.wall();
  co_return co_await change(control, request.loop(),
                            [caller, key, now](store::Database& db) -> Result<Response> {
                              IdentityStore identities(db);
                              TRY(auto world, identities.load_world());
                              Visibility sight(world, caller);
                              TRY_VOID(sight.may_give(key));
                              SystemRandom random;
                              TRY(auto made, identities.create(key, random, now));
                              std::string out;
                              wire::JsonWriter w(out);
                              w.begin_object().field("key", made.text);
                              w.key("virtual_key");
                              write_key(w, made.key);
                              w.end_object();
                              return json(std::move(out), 201);
                            });
}

io::task<Result<Response>> get_key(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto caller = *request.caller;
  co_return co_await control.store.read(
      request.loop(), [caller, id](store::Database& db) -> Result<Response> {
        IdentityStore identities(db);
        TRY(auto world, identities.load_world());
        TRY(auto key, identities.get(KeyId{id}));
        if (!Visibility(world, caller).sees(key)) {
          return fail(Code::kNotFound, "there is no such virtual key");
        }
        return json(key_json(key));
      });
}

// Loads the key, checks that the caller may change it, applies `alter`, stores, answers it.
template <class Alter>
io::task<Result<Response>> alter_key(Control& control, Request& request, Alter alter) {
  CO_TRY(auto id, request.id());
  auto caller = *request.caller;
  co_return co_await change(control, request.loop(),
                            [caller, id, alter](store::Database& db) -> Result<Response> {
                              IdentityStore identities(db);
                              TRY(auto world, identities.load_world());
                              TRY(auto key, identities.get(KeyId{id}));
                              Visibility sight(world, caller);
                              TRY_VOID(sight.may_manage(key));
                              TRY_VOID(alter(identities, sight, key));
                              TRY(auto now, identities.get(KeyId{id}));
                              return json(key_json(now));
                            });
}

io::task<Result<Response>> update_key(Control& control, Request& request) {
  auto body = request.body;
  co_return co_await alter_key(
      control, request,
      [body](IdentityStore& identities, const Visibility& sight, VirtualKey& key) -> Result<> {
        apply_fields(body, key);
        TRY_VOID(sight.may_give(key));
        return identities.update(key);
      });
}

io::task<Result<Response>> block_key(Control& control, Request& request) {
  co_return co_await alter_key(
      control, request,
      [](IdentityStore& identities, const Visibility&, VirtualKey& key) -> Result<> {
        return identities.block(key.id, true);
      });
}

io::task<Result<Response>> unblock_key(Control& control, Request& request) {
  co_return co_await alter_key(
      control, request,
      [](IdentityStore& identities, const Visibility&, VirtualKey& key) -> Result<> {
        return identities.block(key.id, false);
      });
}

io::task<Result<Response>> delete_key(Control& control, Request& request) {
  auto now = control.clock.wall();
  co_return co_await alter_key(
      control, request,
      [now](IdentityStore& identities, const Visibility&, VirtualKey& key) -> Result<> {
        return identities.remove(key.id, now);
      });
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
  w.key("expires");
  key.expires ? w.string(format_time(*key.expires)) : w.null();
  w.field("blocked", key.blocked).field("administrator", key.administrator);
  write_limits(w, key.limits);
  w.field("created", format_time(key.created));
  w.key("deleted");
  key.deleted ? w.string(format_time(*key.deleted)) : w.null();
  w.raw_field("metadata", key.metadata_json);
  w.end_object();
}

std::vector<Route> key_routes() {
  using P = Permission;
  std::vector<FieldSpec> filter{{"user", FieldType::kInteger, "", false, {}, 1},
                                {"unit", FieldType::kInteger, "", false, {}, 1},
                                {"alias", FieldType::kString, ""},
                                {"after", FieldType::kInteger, "Id to go on behind"},
                                {"limit", FieldType::kInteger, "At most 1000", false, {}, 1}};
  auto fields = key_fields();
  return {
      {"GET", "/api/v1/keys", P::kRead, "keys", "List virtual keys", list_keys, filter, {}},
      {"POST",
       "/api/v1/keys",
       P::kManage,
       "keys",
       "Issue a virtual key; its text is shown once",
       create_key,
       {},
       fields},
      {"GET", "/api/v1/keys/{id}", P::kRead, "keys", "One virtual key", get_key, {}, {}},
      {"PATCH",
       "/api/v1/keys/{id}",
       P::kManage,
       "keys",
       "Change a virtual key",
       update_key,
       {},
       fields},
      {"DELETE",
       "/api/v1/keys/{id}",
       P::kManage,
       "keys",
       "Delete a virtual key (the ledger stays)",
       delete_key,
       {},
       {}},
      {"POST",
       "/api/v1/keys/{id}/block",
       P::kManage,
       "keys",
       "Block a virtual key",
       block_key,
       {},
       {}},
      {"POST",
       "/api/v1/keys/{id}/unblock",
       P::kManage,
       "keys",
       "Unblock a virtual key",
       unblock_key,
       {},
       {}},
  };
}

}  // namespace sekisho::api
