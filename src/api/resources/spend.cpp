#include "api/resources/spend.h"

#include <algorithm>
#include <array>
#include <map>

#include "api/resources/figures.h"
#include "api/resources/limit_fields.h"
#include "api/resources/names.h"
#include "api/resources/scene.h"
#include "api/times.h"
#include "base/limits.h"
#include "base/nearest.h"

namespace sekisho::api {
namespace {

using ledger::SpendFilter;
using ledger::SpendGroup;

struct Dimension {
  std::string_view name;
  SpendGroup group;
};
constexpr std::array<Dimension, 6> kDimensions{{{"day", SpendGroup::kDay},
                                                {"unit", SpendGroup::kUnit},
                                                {"user", SpendGroup::kUser},
                                                {"key", SpendGroup::kKey},
                                                {"model", SpendGroup::kModel},
                                                {"deployment", SpendGroup::kDeployment}}};

Result<std::vector<SpendGroup>> read_groups(const std::vector<std::string>& names) {
  std::vector<SpendGroup> out;
  for (const auto& name : names) {
    auto at = std::ranges::find(kDimensions, name, &Dimension::name);
    if (at == kDimensions.end()) {
      return fail(Code::kInvalidArgument,
                  "field 'group_by' takes day, unit, user, key, model, deployment");
    }
    if (std::ranges::find(out, at->group) != out.end()) {
      return fail(Code::kInvalidArgument, "field 'group_by' names '" + name + "' twice");
    }
    out.push_back(at->group);
  }
  return out;
}

void write_totals(wire::JsonWriter& w, const ledger::SpendTotals& totals, Money saved) {
  const auto& usage = totals.usage;
  w.field("requests", totals.requests).field("cost", totals.cost.decimal());
  w.field("input_tokens", usage.input).field("cache_read_tokens", usage.cache_read);
  w.field("cache_write_5m_tokens", usage.cache_write_5m);
  w.field("cache_write_1h_tokens", usage.cache_write_1h);
  w.field("output_tokens", usage.output).field("reasoning_tokens", usage.reasoning);
  w.field("total_tokens", usage.total()).field("cache_saving", saved.decimal());
}

void write_group(wire::JsonWriter& w, const Names& names, SpendGroup group, std::int64_t value) {
  switch (group) {
    case SpendGroup::kDay:
      w.field("day", format_day(value));
      return;
    case SpendGroup::kUnit:
      write_named(w, "unit", names.units, value);
      return;
    case SpendGroup::kUser:
      write_named(w, "user", names.users, value);
      return;
    case SpendGroup::kKey:
      write_named(w, "key", names.keys, value);
      return;
    case SpendGroup::kModel:
      write_named(w, "model", names.models, value);
      return;
    case SpendGroup::kDeployment:
      write_named(w, "deployment", names.deployments, value);
      return;
    case SpendGroup::kOrganisation:
      return;
  }
}

struct Question {
  SpendFilter filter;
  std::vector<SpendGroup> groups;
  std::optional<std::int64_t> from, to;  // both included
  UnitId unit;
  std::string model;
  std::size_t offset = 0;
  bool deployments = true;
};

Result<Question> read_question(const Request& request) {
  const auto& query = request.query;
  Question q;
  TRY(q.groups, read_groups(query.list("group_by")));
  q.from = query.integer("from");
  q.to = query.integer("to");
  if (q.from && q.to && *q.from > *q.to) {
    return fail(Code::kInvalidArgument, "field 'from' is after 'to'");
  }
  q.filter.organisation = request.caller->organisation;
  if (auto user = query.integer("user")) q.filter.user = UserId{*user};
  if (auto key = query.integer("key")) q.filter.key = KeyId{*key};
  if (auto id = query.integer("deployment")) q.filter.deployment = DeploymentId{*id};
  q.filter.from_day = q.from;
  if (q.to) q.filter.until_day = *q.to + 1;
  q.unit = UnitId{query.integer("unit").value_or(0)};
  q.model = query.text("model");
  q.offset = static_cast<std::size_t>(query.integer("offset").value_or(0));
  q.deployments = request.sees_everything();
  return q;
}

Result<ModelId> find_model(const Names& names, const std::string& wanted) {
  std::vector<std::string> known;
  for (const auto& [id, name] : names.models) {
    if (name == wanted) return ModelId{id};
    known.push_back(name);
  }
  auto near = nearest(wanted, known);
  return fail(Code::kNotFound,
              "model '" + wanted + "' is not known" +
                  (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
}

// What prompt caching saved, per values of the groups and in all, at the base prices of today.
// Deployments that are gone or have no price saved nothing that we could tell.
struct Savings {
  std::map<std::vector<std::int64_t>, Money> rows;
  Money total;
};

Result<Savings> read_savings(Scene& scene, const Question& q, const gateway::Policy& policy) {
  std::map<std::int64_t, catalog::Prices> prices;
  for (const auto& group : policy.models) {
    for (const auto& deployment : group.deployments) {
      if (!deployment.prices) continue;
      auto& base = prices[deployment.id.value] = *deployment.prices;
      base.tiers.clear();  // of sums nobody can tell how long the prompts were
    }
  }
  auto groups = q.groups;
  bool apart = std::ranges::find(groups, SpendGroup::kDeployment) != groups.end();
  if (!apart) groups.push_back(SpendGroup::kDeployment);
  auto deployment = std::ranges::find(groups, SpendGroup::kDeployment) - groups.begin();
  Savings out;
  for (std::size_t offset = 0;; offset += limits::kListPage) {
    TRY(auto rows, ledger::spend_table(scene.db, q.filter, groups, offset));
    for (auto& row : rows) {
      auto found = prices.find(row.groups[static_cast<std::size_t>(deployment)]);
      if (found == prices.end()) continue;
      auto saved = catalog::cache_saving(found->second, row.totals.usage);
      std::vector<std::int64_t> place(row.groups.begin(), row.groups.end());
      if (!apart) place.pop_back();
      out.rows[place] = out.rows[place] + saved;
      out.total = out.total + saved;
    }
    if (rows.size() < limits::kListPage) return out;
  }
}

Result<Response> answer(Scene& scene, Question q, const gateway::Policy& policy) {
  TRY(auto names, Names::load(scene.db, scene.sight.organisation()));
  if (!q.deployments) names.deployments.clear();  // accounts and ARNs
  if (!q.model.empty()) {
    TRY(q.filter.model, find_model(names, q.model));
  }
  if (q.unit) q.filter.units = subtree(scene.world, q.unit);
  ledger::SpendTotals totals;
  Savings savings;
  std::vector<ledger::SpendTableRow> rows;
  if (narrow(scene.sight, q.filter)) {
    TRY(totals, ledger::spend_total(scene.db, q.filter));
    if (!q.groups.empty()) {
      TRY(rows, ledger::spend_table(scene.db, q.filter, q.groups, q.offset));
    }
    TRY(savings, read_savings(scene, q, policy));
  }
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object();
  if (q.from) w.field("from", format_day(*q.from));
  if (q.to) w.field("to", format_day(*q.to));
  w.field("currency", "USD").key("total").begin_object();
  write_totals(w, totals, savings.total);
  w.end_object().key("rows").begin_array();
  for (const auto& row : rows) {
    w.begin_object();
    for (std::size_t i = 0; i < q.groups.size(); ++i) {
      write_group(w, names, q.groups[i], row.groups[i]);
    }
    std::vector<std::int64_t> place(row.groups.begin(), row.groups.end());
    auto saved = savings.rows.find(place);
    write_totals(w, row.totals, saved == savings.rows.end() ? Money{} : saved->second);
    w.end_object();
  }
  w.end_array().key("next_offset");
  if (rows.size() == limits::kListPage) {
    w.number(static_cast<std::int64_t>(q.offset + rows.size()));
  } else {
    w.null();
  }
  w.end_object();
  return json(std::move(out));
}

io::task<Result<Response>> spend(Control& control, Request& request) {
  CO_TRY(auto question, read_question(request));
  auto policy = request.worker.policy.current();
  auto job = [question, policy](Scene& scene) { return answer(scene, question, *policy); };
  co_return co_await read_scene(control, request, job);
}

}  // namespace

std::vector<UnitId> subtree(const identity::World& world, UnitId top) {
  std::vector<UnitId> out{top};
  for (const auto& unit : world.units) {
    auto chain = identity::unit_chain(world, unit.parent);
    if (std::ranges::any_of(chain, [&](const auto* above) { return above->id == top; })) {
      out.push_back(unit.id);
    }
  }
  return out;
}

bool narrow(const Visibility& sight, SpendFilter& filter) {
  filter.organisation = sight.organisation();
  if (sight.everything()) return true;
  if (!sight.head()) {
    if (sight.own_user()) {
      if (filter.user && *filter.user != sight.own_user()) return false;
      filter.user = sight.own_user();
      return true;
    }
    if (filter.key && *filter.key != sight.own_key()) return false;
    filter.key = sight.own_key();
    return true;
  }
  auto own = sight.units();
  if (filter.units.empty()) {
    filter.units = own;
  } else {
    std::erase_if(filter.units, [&](UnitId unit) { return std::ranges::count(own, unit) == 0; });
  }
  return !filter.units.empty();
}

std::vector<Route> spend_routes() {
  std::vector<FieldSpec> query{
      {"group_by", FieldType::kStringList,
       "Several of day, unit, user, key, model, deployment; none = the total only"},
      {"from", FieldType::kDay, "First day, in the organisation's time zone"},
      {"to", FieldType::kDay, "Last day, included"},
      {"unit", FieldType::kInteger, "This unit (id) and all below it", false, {}, 1},
      {"user", FieldType::kInteger, "Id", false, {}, 1},
      {"key", FieldType::kInteger, "Id", false, {}, 1},
      {"model", FieldType::kString, "Name"},
      {"deployment", FieldType::kInteger, "Id", false, {}, 1},
      {"offset", FieldType::kInteger, "The `next_offset` of the page before"},
  };
  return {{"GET", "/api/v1/spend", Permission::kRead, "spend",
           "What was spent, as far as the caller may see: total and table", spend, query}};
}

}  // namespace sekisho::api
