#include "api/litellm/spend_logs.h"

#include <algorithm>
#include <array>
#include <limits>
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
#include "trace/call_query.h"

namespace sekisho::api::litellm {
namespace {

using ledger::Entry;
using ledger::SpendFilter;

struct Question {
  std::string api_key, user_id;
  std::optional<RequestId> request, before;
  std::optional<std::int64_t> from, to;
  bool summarize = true;
  std::size_t at_most = limits::kListPage;
};

// Hashes by key id, of deleted keys too: what was booked on them stays.
using Tokens = std::map<std::int64_t, std::string>;

Result<Tokens> load_tokens(Scene& scene) {
  TRY(auto keys, scene.identities.keys({.organisation = scene.sight.organisation(),
                                        .with_deleted = true,
                                        .at_most = std::numeric_limits<std::size_t>::max()}));
  Tokens tokens;
  for (const auto& key : keys) tokens[key.id.value] = token(key);
  return tokens;
}

// A key's text or hash; 0 when nobody knows it.
std::int64_t key_of(const Tokens& tokens, const std::string& key) {
  identity::VirtualKey text;
  if (key.starts_with("sk-")) text.hash = identity::hash_key(key);
  auto wanted = key.starts_with("sk-") ? token(text) : key;
  auto at = std::ranges::find_if(tokens, [&](const auto& known) { return known.second == wanted; });
  return at == tokens.end() ? 0 : at->first;
}

Result<bool> read_filter(Scene& scene, const Question& q, const Tokens& tokens,
                         SpendFilter& filter) {
  if (!q.api_key.empty()) {
    auto key = key_of(tokens, q.api_key);
    if (key == 0) return fail(Code::kNotFound, "key: there is no such key");
    filter.key = KeyId{key};
  }
  if (!q.user_id.empty()) {
    TRY(const auto* user, find_user(scene.world, q.user_id));
    filter.user = user->id;
  }
  filter.from_day = q.from;
  if (q.to) filter.until_day = *q.to + 1;
  return narrow(scene.sight, filter);
}

Result<ledger::EntryPage> find_entries(Scene& scene, const Question& q, const Tokens& tokens) {
  if (q.request) {
    TRY(auto entry, ledger::find_entry(scene.db, *q.request));
    ledger::EntryPage out;
    if (!entry) return out;
    const auto& call = entry->call;
    if (scene.sight.sees_call(call.organisation, call.unit, call.user, call.key)) {
      out.entries.push_back(*entry);
    }
    return out;
  }
  SpendFilter filter;
  TRY(bool any, read_filter(scene, q, tokens, filter));
  if (!any) return ledger::EntryPage();
  return ledger::list_entries(scene.db, filter, q.before, q.at_most);
}

// One page, with what the trace of each call adds.
struct Page {
  ledger::EntryPage booked;
  Names names;
  Tokens tokens;
  std::map<RequestId, trace::CallRecord> traces;
};

Result<Page> read_page(Scene& scene, const Question& q) {
  Page page;
  TRY(page.tokens, load_tokens(scene));
  TRY(page.booked, find_entries(scene, q, page.tokens));
  TRY(page.names, Names::load(scene.db, scene.sight.organisation()));
  return page;
}

// The calls of the page's span of time; both stores keep the call's beginning to the millisecond.
std::optional<trace::CallFilter> traces_of(const Page& page) {
  const auto& entries = page.booked.entries;
  if (entries.empty()) return std::nullopt;
  auto [first, last] =
      std::ranges::minmax_element(entries, {}, [](const Entry& entry) { return entry.call.at; });
  trace::CallFilter filter;
  filter.organisation = first->call.organisation;
  filter.from = first->call.at;
  filter.until = last->call.at + std::chrono::milliseconds(1);
  filter.at_most = limits::kListPage;
  return filter;
}

void write_trace(wire::JsonWriter& w, const trace::CallRecord* call) {
  if (!call) {
    w.key("request_tags").begin_array().end_array();
    write_nulls(w, {"endTime", "completionStartTime", "session_id"});
    return;
  }
  write_strings(w, "request_tags", call->tags);
  auto after = [&](std::int64_t us) {
    return format_time(call->at + std::chrono::milliseconds(us / 1000));
  };
  w.field("endTime", after(call->last_byte_us));
  w.field("completionStartTime", after(call->first_byte_us));
  write_text(w, "session_id", call->session);
}

void write_entry(wire::JsonWriter& w, const Entry& entry, const Page& page) {
  const auto& call = entry.call;
  const auto& names = page.names;
  auto model = name_of(names.models, call.model.value);
  w.begin_object().field("request_id", call.request.text());
  w.field("call_type", "acompletion");
  w.field("api_key", name_of(page.tokens, call.key.value));
  w.raw_field("spend", entry.cost.decimal());
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
  auto traced = page.traces.find(call.request);
  write_trace(w, traced == page.traces.end() ? nullptr : &traced->second);
  write_nulls(w, {"end_user", "api_base"});
  w.end_object();
}

Response page_response(const Page& page) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_array();
  for (const auto& entry : page.booked.entries) write_entry(w, entry, page);
  w.end_array();
  auto response = json(std::move(out));
  if (page.booked.next) response.headers.set("x-sekisho-next", page.booked.next->text());
  return response;
}

io::task<Result<Response>> rows(Control& control, Request& request, Question q) {
  auto ask = [q](Scene& scene) { return read_page(scene, q); };
  CO_TRY(auto page, co_await read_scene(control, request, ask));
  constexpr int kPages = 20;  // other calls of the same time may lie between
  auto filter = traces_of(page);
  for (int i = 0; filter && i < kPages; ++i) {
    CO_TRY(auto traced, co_await control.traces.list(request.loop(), *filter));
    for (auto& call : traced.calls) page.traces.emplace(call.request, std::move(call));
    filter->before = traced.next;
    if (!traced.next) break;
  }
  co_return page_response(page);
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
  TRY(auto tokens, load_tokens(scene));
  TRY(bool any, read_filter(scene, q, tokens, filter));
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
  Question q;
  q.api_key = query.text("api_key");
  q.user_id = query.text("user_id");
  q.from = query.integer("start_date");
  q.to = query.integer("end_date");
  q.summarize = query.boolean("summarize", true);
  auto wanted = query.integer("limit").value_or(limits::kListPage);
  q.at_most = std::min(static_cast<std::size_t>(wanted), limits::kListPage);
  for (auto [name, id] : {std::pair("request_id", &q.request), std::pair("before", &q.before)}) {
    if (!query.has(name)) continue;
    *id = RequestId::parse(query.text(name));
    if (!*id) co_return json("[]");
  }
  bool sums = !q.request && q.from && q.to && q.summarize;
  if (!sums) co_return co_await rows(control, request, std::move(q));
  co_return co_await read_scene(control, request, [q](Scene& scene) { return by_day(scene, q); });
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
      {"limit", FieldType::kInteger, "Single entries, at most 1000 (the default)", false, {}, 1},
      {"before", FieldType::kString, "The x-sekisho-next header of the page before"},
  };
  return {{"GET",
           "/spend/logs",
           Permission::kRead,
           "litellm",
           "Booked calls, newest first, by pages; or sums by day",
           logs,
           query,
           {},
           Style::kLiteLlm}};
}

}  // namespace sekisho::api::litellm
