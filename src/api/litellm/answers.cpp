#include "api/litellm/answers.h"

namespace sekisho::api::litellm {
namespace {

using T = ShapeType;
using namespace shapes;

Shapes all_of(T type, std::initializer_list<std::string_view> names, bool nullable = false) {
  Shapes out;
  for (auto name : names) out.push_back({name, type, {}, nullable, false});
  return out;
}
Shapes lists(std::initializer_list<std::string_view> names) {
  Shapes out;
  for (auto name : names) out.push_back(list(name, {"", T::kString, {}}));
  return out;
}

Shapes limits() {
  return all_of(T::kNumber, {"spend"}) + all_of(T::kNumber, {"max_budget"}, true) +
         all_of(T::kString, {"budget_duration"}, true) +
         all_of(T::kTime, {"budget_reset_at"}, true) +
         all_of(T::kInteger, {"tpm_limit", "rpm_limit", "max_parallel_requests"}, true);
}
// Always null here; LiteLLM's clients read them.
Shapes nulls(std::initializer_list<std::string_view> names) {
  return all_of(T::kString, names, true);
}
Shapes free_objects(std::initializer_list<std::string_view> names) {
  return all_of(T::kAnyObject, names);
}

Shapes key_members() {
  return all_of(T::kString, {"token", "key_name"}) +
         all_of(T::kString, {"key_alias", "user_id", "team_id", "organization_id"}, true) +
         all_of(T::kTime, {"expires"}, true) + lists({"models", "tags"}) + limits() +
         all_of(T::kBoolean, {"blocked", "soft_budget_cooldown"}) +
         free_objects({"metadata", "aliases", "config", "permissions", "model_spend",
                       "model_max_budget", "router_settings"}) +
         lists({"allowed_cache_controls", "allowed_routes", "policies", "access_group_ids"}) +
         nulls({"agent_id", "project_id", "budget_id", "object_permission_id",
                "litellm_budget_table", "created_by", "updated_by"}) +
         all_of(T::kTime, {"created_at", "updated_at"});
}
Shape team() {
  auto member = object(
      "", all_of(T::kString, {"user_id", "role"}) + all_of(T::kString, {"user_email"}, true));
  return object(
      "", all_of(T::kString, {"team_id", "team_alias", "organization_id"}) +
              Shapes{list("members_with_roles", std::move(member))} +
              lists({"models", "admins", "members"}) + limits() + all_of(T::kBoolean, {"blocked"}) +
              free_objects({"metadata", "model_spend", "model_max_budget"}) +
              nulls({"model_id", "object_permission_id", "litellm_model_table", "created_at"}));
}
Shapes user_members() {
  return all_of(T::kString, {"user_id", "user_alias", "user_role"}) +
         all_of(T::kString, {"user_email"}, true) + lists({"teams", "models"}) + limits() +
         all_of(T::kBoolean, {"blocked"}) +
         free_objects({"metadata", "model_spend", "model_max_budget"}) +
         nulls({"sso_user_id", "created_at", "updated_at"});
}
Shape named(std::string_view name, Shape shape) {
  shape.name = name;
  return shape;
}

Shape key_list() {
  // Hashes, or whole objects with return_full_object.
  return object("", Shapes{list("keys", {"", T::kAny, {}})} +
                        all_of(T::kInteger, {"total_count", "current_page", "total_pages"}));
}

Shape made_user() {
  Shapes of_key;
  for (auto name : {"token", "key_name", "key_alias"}) {
    of_key.push_back({name, T::kString, {}, true, true});
  }
  of_key.push_back({"expires", T::kTime, {}, true, true});
  return object("", all_of(T::kString, {"key"}) + of_key + user_members());
}

Shape user_info() {
  return object("", all_of(T::kString, {"user_id"}) +
                        Shapes{object("user_info", user_members()),
                               list("keys", object("", key_members())), list("teams", team())});
}

// Single entries, or sums by day.
Shape log_row() {
  Shapes members = all_of(T::kNumber, {"spend"}) + all_of(T::kString, {"startTime"});
  auto may = [&members](Shapes more) {
    for (auto& one : more) members.push_back(optional(std::move(one)));
  };
  may(all_of(T::kString, {"request_id", "call_type", "api_key", "model", "model_group", "user",
                          "cache_hit", "status"}));
  may(all_of(T::kInteger, {"total_tokens", "prompt_tokens", "completion_tokens"}));
  may(all_of(T::kString,
             {"model_id", "team_id", "endTime", "completionStartTime", "session_id", "end_user",
              "api_base"},
             true));
  may(free_objects({"metadata", "users", "models"}));
  may(lists({"request_tags"}));
  return object("", std::move(members));
}

}  // namespace

Shape answer_of(const Route& route) {
  auto key = object("", key_members());
  auto path = route.path;
  if (path == "/key/generate") {
    return object("", all_of(T::kString, {"key", "token_id"}) + key_members());
  }
  if (path == "/key/info") {
    return object("", all_of(T::kString, {"key"}) + Shapes{named("info", key)});
  }
  if (path == "/key/update" || path == "/key/block" || path == "/key/unblock") {
    return object("", all_of(T::kString, {"key"}) + key_members());
  }
  if (path == "/key/delete") return object("", lists({"deleted_keys"}));
  if (path == "/key/list") return key_list();
  if (path == "/team/new") return team();
  if (path == "/team/list") return list("", team());
  if (path == "/team/info") {
    return object("", all_of(T::kString, {"team_id"}) +
                          Shapes{named("team_info", team()), list("keys", key),
                                 list("team_memberships", {"", T::kString, {}})});
  }
  if (path == "/user/new") return made_user();
  if (path == "/user/info") return user_info();
  if (path == "/spend/logs") return list("", log_row());
  return {};
}

}  // namespace sekisho::api::litellm
