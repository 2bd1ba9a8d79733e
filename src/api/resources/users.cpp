#include "api/resources/users.h"

#include <algorithm>

#include "api/resources/limit_fields.h"
#include "api/resources/scene.h"

namespace sekisho::api {
namespace {

using identity::User;

std::vector<FieldSpec> user_fields(bool creating) {
  return with_limits({
      {"name", FieldType::kString, "Unique in the organisation", creating},
      {"email"},
      {"unit", FieldType::kInteger, "Unit (id); null = none", false, {}, 1},
      {"role",
       FieldType::kString,
       "Rights of this user's keys; default developer",
       false,
       {"administrator", "unit_head", "developer", "auditor"}},
      {"models", FieldType::kStringList, "Allowed models, * is a wildcard; empty = the unit's"},
      {"blocked", FieldType::kBoolean, "Blocks all keys of this user"},
  });
}

void apply_fields(const Fields& body, User& user) {
  if (body.has("name")) user.name = body.text("name");
  if (body.has("email")) user.email = body.text("email");
  if (body.has("unit")) user.unit = UnitId{body.integer("unit").value_or(0)};
  if (body.has("role")) user.role = body.text("role", "developer");
  if (body.has("models")) user.models = body.list("models");
  if (body.has("blocked")) user.blocked = body.boolean("blocked");
  apply_limits(body, user.limits);
}

std::string user_json(const User& user) {
  std::string out;
  wire::JsonWriter w(out);
  write_user(w, user);
  return out;
}

struct UserFilter {
  std::optional<std::int64_t> unit;
  std::string name;
  std::int64_t after = 0;
  std::size_t at_most = 0;
  bool matches(const User& user) const {
    return user.id.value > after && (!unit || user.unit.value == *unit) &&
           (name.empty() || user.name == name);
  }
};

io::task<Result<Response>> list_users(Control& control, Request& request) {
  const auto& query = request.query;
  UserFilter filter{query.integer("unit"), query.text("name"), query.integer("after").value_or(0),
                    page_size(query)};
  co_return co_await read_scene(control, request, [filter](Scene& scene) -> Result<Response> {
    std::string out;
    wire::JsonWriter w(out);
    UserId last;
    std::size_t count = 0;
    w.begin_object().key("users").begin_array();
    for (const auto& user : scene.world.users) {
      if (count == filter.at_most) break;
      if (!filter.matches(user) || !scene.sight.sees(user)) continue;
      write_user(w, user);
      last = user.id;
      ++count;
    }
    w.end_array();
    write_id(w, "next", count == filter.at_most ? last : UserId{});
    w.end_object();
    return json(std::move(out));
  });
}

io::task<Result<Response>> create_user(Control& control, Request& request) {
  User user;
  user.organisation = request.caller->organisation;
  apply_fields(request.body, user);
  co_return co_await change_scene(control, request, [user](Scene& scene) -> Result<Response> {
    TRY_VOID(scene.sight.may_give(user));
    TRY(auto id, scene.identities.create(user));
    TRY(auto made, scene.identities.get(id));
    return json(user_json(made), 201);
  });
}

io::task<Result<Response>> get_user(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  co_return co_await read_scene(control, request, [id](Scene& scene) -> Result<Response> {
    const auto* user = scene.world.find(UserId{id});
    if (!user || !scene.sight.sees(*user)) return fail(Code::kNotFound, "there is no such user");
    return json(user_json(*user));
  });
}

template <class Alter>
io::task<Result<Response>> alter_user(Control& control, Request& request, Alter alter) {
  CO_TRY(auto id, request.id());
  auto job = [id, alter](Scene& scene) -> Result<Response> {
    const auto* found = scene.world.find(UserId{id});
    if (!found) return fail(Code::kNotFound, "there is no such user");
    auto user = *found;
    TRY_VOID(scene.sight.may_manage(user));
    TRY_VOID(alter(scene, user));
    return json(user_json(user));
  };
  co_return co_await change_scene(control, request, job);
}

io::task<Result<Response>> update_user(Control& control, Request& request) {
  auto alter = [body = request.body](Scene& scene, User& user) -> Result<> {
    apply_fields(body, user);
    TRY_VOID(scene.sight.may_give(user));
    return scene.identities.update(user);
  };
  co_return co_await alter_user(control, request, alter);
}

io::task<Result<Response>> delete_user(Control& control, Request& request) {
  auto alter = [](Scene& scene, User& user) {
    user.deleted = scene.now;
    return scene.identities.remove(user.id, scene.now);
  };
  co_return co_await alter_user(control, request, alter);
}

}  // namespace

void write_user(wire::JsonWriter& w, const User& user) {
  w.begin_object().field("id", user.id.value).field("name", user.name).field("email", user.email);
  write_id(w, "unit", user.unit);
  write_id(w, "organisation", user.organisation);
  w.field("role", user.role).field("blocked", user.blocked);
  write_strings(w, "models", user.models);
  write_limits(w, user.limits);
  write_time(w, "deleted", user.deleted);
  w.end_object();
}

std::vector<Route> user_routes() {
  using P = Permission;
  constexpr std::string_view kTag = "users";
  auto filter = with_page({{"unit", FieldType::kInteger, "Exactly this unit (id)", false, {}, 1},
                           {"name", FieldType::kString, "Exactly this name"}});
  return {
      {"GET", "/api/v1/users", P::kRead, kTag, "List users", list_users, filter},
      {"POST",
       "/api/v1/users",
       P::kManage,
       kTag,
       "Make a user",
       create_user,
       {},
       user_fields(true)},
      {"GET", "/api/v1/users/{id}", P::kRead, kTag, "One user", get_user},
      {"PATCH",
       "/api/v1/users/{id}",
       P::kManage,
       kTag,
       "Change a user and the limits, or move to another unit",
       update_user,
       {},
       user_fields(false)},
      {"DELETE", "/api/v1/users/{id}", P::kManage, kTag, "Delete a user and the user's keys",
       delete_user},
  };
}

}  // namespace sekisho::api
