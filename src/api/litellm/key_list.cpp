#include <algorithm>

#include "api/litellm/keys.h"
#include "api/litellm/references.h"
#include "api/resources/limit_fields.h"
#include "base/limits.h"

namespace sekisho::api::litellm {

std::vector<Route> key_lists();

namespace {

using identity::VirtualKey;

struct Filter {
  std::string user, team, alias, hash;
  bool full = false;
  std::size_t page = 1, size = 10;
};

Result<std::vector<const VirtualKey*>> matching(const Scene& scene, const Filter& filter) {
  UserId user;
  UnitId team;
  if (!filter.user.empty()) {
    TRY(const auto* found, find_user(scene.world, filter.user));
    user = found->id;
  }
  if (!filter.team.empty()) {
    TRY(const auto* found, find_team(scene.world, filter.team));
    team = found->id;
  }
  std::vector<const VirtualKey*> out;
  for (const auto& key : scene.world.keys) {
    bool fits = scene.sight.sees(key) && (!user || key.user == user) &&
                (!team || key.unit == team) &&
                (filter.alias.empty() || key.alias == filter.alias) &&
                (filter.hash.empty() || token(key) == filter.hash);
    if (fits) out.push_back(&key);
  }
  return out;
}

Result<Response> answer(Scene& scene, const Filter& filter) {
  TRY(auto keys, matching(scene, filter));
  auto begin = std::min(keys.size(), (filter.page - 1) * filter.size);
  auto end = std::min(keys.size(), begin + filter.size);
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().key("keys").begin_array();
  for (auto i = begin; i < end; ++i) {
    if (!filter.full) {
      w.string(token(*keys[i]));
      continue;
    }
    w.begin_object();
    TRY_VOID(write_key_members(w, scene, *keys[i]));
    w.end_object();
  }
  w.end_array();
  w.field("total_count", static_cast<std::int64_t>(keys.size()));
  w.field("current_page", static_cast<std::int64_t>(filter.page));
  w.field("total_pages", static_cast<std::int64_t>((keys.size() + filter.size - 1) / filter.size));
  w.end_object();
  return json(std::move(out));
}

io::task<Result<Response>> list(Control& control, Request& request) {
  const auto& query = request.query;
  Filter filter{query.text("user_id"),
                query.text("team_id"),
                query.text("key_alias"),
                query.text("key_hash"),
                query.boolean("return_full_object"),
                1,
                10};
  constexpr std::int64_t kMostPages = 1'000'000;
  filter.page = static_cast<std::size_t>(std::min(kMostPages, query.integer("page").value_or(1)));
  filter.size =
      std::min(limits::kListPage, static_cast<std::size_t>(query.integer("size").value_or(10)));
  auto job = [filter](Scene& scene) { return answer(scene, filter); };
  co_return co_await read_scene(control, request, job);
}

}  // namespace

std::vector<Route> key_lists() {
  std::vector<FieldSpec> query{
      {"page", FieldType::kInteger, "From 1", false, {}, 1},
      {"size", FieldType::kInteger, "At most 1000; default 10", false, {}, 1},
      {"user_id"},
      {"team_id"},
      {"key_alias"},
      {"key_hash"},
      {"return_full_object", FieldType::kBoolean, "Objects instead of hashes"},
  };
  return {{"GET",
           "/key/list",
           Permission::kRead,
           "litellm",
           "List keys by page",
           list,
           query,
           {},
           Style::kLiteLlm}};
}

}  // namespace sekisho::api::litellm
