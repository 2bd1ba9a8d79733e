#include "api/litellm/spend_logs.h"

#include <array>
#include <map>

#include "api/litellm/references.h"
#include "api/litellm/shapes.h"
#include "api/resources/limit_fields.h"
#include "api/resources/names.h"
#include "api/resources/scene.h"
#include "api/resources/spend.h"
#include "api/times.h"
#include "base/limits.h"
#include "ledger/spend.h"

namespace sekisho::api::litellm {
namespace {

using ledger::Entry;
using ledger::SpendFilter;

struct Question {
  std::string api_key, user_id;
  std::optional<RequestId> request;
  std::optional<std::int64_t> from, to;
  bool summarize = true;
};

Result<bool> read_filter(Scene& scene, const Question& q, SpendFilter& filter) {
  if (!q.api_key.empty()) {
    TRY(const auto* key, find_key(scene.world, q.api_key));
    filter.key = key->id;
  }
  if (!q.user_id.empty()) {
    TRY(const auto* user, find_user(scene.world, q.user_id));
    filter.user = user->id;
  }
  filter.from_day = q.from;
  if (q.to) filter.until_day = *q.to + 1;
  return narrow(scene.sight, filter);
}

Result<std::vector<Entry>> find_entries(Scene& scene, const Question& q) {
  if (q.request) {
    TRY(auto entry, ledger::find_entry(scene.db, *q.request));
    std::vector<Entry> out;
    if (!entry) return out;
    const auto& call = entry->call;
    if (scene.sight.sees_call(call.organisation, call.unit, call.user, call.key)) {
      out.push_back(*entry);
    }
    return out;
  }
  SpendFilter filter;
  TRY(bool any, read_filter(scene, q, filter));
  if (!any) return std::vector<Entry>();
  TRY(auto page, ledger::list_entries(scene.db, filter, std::nullopt, limits::kListPage));
  return std::move(page.entries);
}

void write_entry(wire::JsonWriter& w, const Entry& entry, const Names& names,
                 const identity::World& world) {
  const auto& call = entry.call;
  const auto* key = world.find(call.key);
  auto model = name_of(names.models, call.model.value);
  w.begin_object().field("request_id", call.request.text());
  w.field("call_type", "acompletion");
  w.field("api_key", key ? token(*key) : "").raw_field("spend", entry.cost.decimal());
  w.field("total_tokens", entry.usage.total()).field("prompt_tokens", entry.usage.prompt());
  w.field("completion_tokens", entry.usage.output);
  w.field("startTime", format_time(call.at)).field("model", model).field("model_group", model);
  write_text(w, "model_id", call.deployment ? std::to_string(call.deployment.value) : "");
  w.field("user", name_of(names.users, call.user.value));
  write_text(w, "team_id", team_id(call.unit));
  w.key("metadata").begin_object();
  write_text(w, "user_api_key_alias", name_of(names.keys, call.key.value));
  write_text(w, "user_api_key_team_alias", name_of(names.units, call.unit.value));
  w.end_object();
  w.field("cache_hit", "False").field("status", "success");
  w.key("request_tags").begin_array().end_array();
  write_nulls(w, {"endTime", "completionStartTime", "end_user", "session_id", "api_base"});
  w.end_object();
}

Result<Response> rows(Scene& scene, const Question& q) {
  TRY(auto entries, find_entries(scene, q));
  TRY(auto names, Names::load(scene.db, scene.sight.organisation()));
  std::string out;
  wire::JsonWriter w(out);
  w.begin_array();
  for (const auto& entry : entries) write_entry(w, entry, names, scene.world);
  w.end_array();
  return json(std::move(out));
}

void write_sums(wire::JsonWriter& w, std::string_view field,
                const std::map<std::string, Money>& sums) {
  w.key(field).begin_object();
  for (const auto& [name, cost] : sums) w.raw_field(name, cost.decimal());
  w.end_object();
}

struct Day {
  Money cost;
  std::map<std::string, Money> users, models;
};

// [{startTime: day, spend, users: {…}, models: {…}}]
Result<Response> by_day(Scene& scene, const Question& q) {
  using ledger::SpendGroup;
  SpendFilter filter;
  TRY(bool any, read_filter(scene, q, filter));
  TRY(auto names, Names::load(scene.db, scene.sight.organisation()));
  std::map<std::int64_t, Day> days;
  constexpr std::array kGroups{SpendGroup::kDay, SpendGroup::kUser, SpendGroup::kModel};
  for (std::size_t offset = 0; any; offset += limits::kListPage) {
    TRY(auto table, ledger::spend_table(scene.db, filter, kGroups, offset));
    for (const auto& row : table) {
      auto& day = days[row.groups[0]];
      day.cost += row.totals.cost;
      day.users[name_of(names.users, row.groups[1])] += row.totals.cost;
      day.models[name_of(names.models, row.groups[2])] += row.totals.cost;
    }
    any = table.size() == limits::kListPage;
  }
  std::string out;
  wire::JsonWriter w(out);
  w.begin_array();
  for (const auto& [number, day] : days) {
    w.begin_object().field("startTime", format_day(number));
    w.raw_field("spend", day.cost.decimal());
    write_sums(w, "users", day.users);
    write_sums(w, "models", day.models);
    w.end_object();
  }
  w.end_array();
  return json(std::move(out));
}

io::task<Result<Response>> logs(Control& control, Request& request) {
  const auto& query = request.query;
  Question q{
      query.text("api_key"),       query.text("user_id"),     std::nullopt,
      query.integer("start_date"), query.integer("end_date"), query.boolean("summarize", true)};
  if (query.has("request_id")) {
    q.request = RequestId::parse(query.text("request_id"));
    if (!q.request) co_return json("[]");
  }
  bool sums = !q.request && q.from && q.to && q.summarize;
  auto job = [q, sums](Scene& scene) { return sums ? by_day(scene, q) : rows(scene, q); };
  co_return co_await read_scene(control, request, job);
}

}  // namespace

std::vector<Route> spend_routes() {
  std::vector<FieldSpec> query{
      {"api_key", FieldType::kString, "A key or its hash"},
      {"user_id"},
      {"request_id"},
      {"start_date", FieldType::kDay, "In the organisation's time zone"},
      {"end_date", FieldType::kDay, "Included; with start_date, sums by day"},
      {"summarize", FieldType::kBoolean, "false: single entries also with dates"},
  };
  return {{"GET",
           "/spend/logs",
           Permission::kRead,
           "litellm",
           "Booked calls, newest first (at most 1000), or sums by day",
           logs,
           query,
           {},
           Style::kLiteLlm}};
}

}  // namespace sekisho::api::litellm
