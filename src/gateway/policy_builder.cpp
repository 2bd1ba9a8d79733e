#include "gateway/policy_builder.h"

namespace sekisho::gateway {
namespace {

ledger::Window window_of(const std::string& name) {
  if (name == "day") return ledger::Window::kDay;
  if (name == "week") return ledger::Window::kWeek;
  if (name == "month") return ledger::Window::kMonth;
  return ledger::Window::kNone;
}

// Who may raise a limit, in the organisation's language.
std::string who_changes(ledger::ScopeKind kind, const identity::Unit* unit, bool japanese) {
  if (unit && (kind == ledger::ScopeKind::kKey || kind == ledger::ScopeKind::kUser)) {
    return japanese ? "「" + unit->name + "」の部門責任者または管理者"
                    : "the head of unit " + unit->name + " or an administrator";
  }
  return japanese ? "管理者" : "an administrator";
}

Result<KeyPolicy> key_policy(const PolicySources& sources, const identity::VirtualKey& key) {
  KeyPolicy out;
  const auto& world = sources.world;
  out.key = key.id;
  out.hash = key.hash;
  out.user = key.user;
  out.unit = key.unit;
  out.organisation = key.organisation;
  out.key_name = key.alias.empty() ? key.display : key.alias;
  out.administrator = key.administrator;
  out.blocked = key.blocked;
  out.expires = key.expires;
  out.tags = key.tags;
  if (const auto* user = world.find(key.user)) {
    out.user_name = user->name;
    out.user_blocked = user->blocked;
    out.role = user->role;
  }
  if (key.administrator) out.role = "administrator";
  if (const auto* unit = world.find(key.unit)) out.unit_name = unit->name;
  if (const auto* organisation = world.find(key.organisation)) {
    out.organisation_name = organisation->name;
    out.language =
        organisation->language == "en" ? wire::Language::kEnglish : wire::Language::kJapanese;
  }
  out.model_sets = identity::model_sets(world, key);
  TRY(out.levels, levels_of(world, key, sources.account));
  return out;
}

// REQUIRES: the policy's names, aliases and upstreams are complete.
void add_provider_names(Policy& policy, std::size_t model) {
  auto add = [&](std::string name) {
    if (policy.model_index.contains(name)) return;
    auto& groups = policy.provider_names[std::move(name)];
    if (groups.empty() || groups.back() != model) groups.push_back(model);
  };
  for (const auto& deployment : policy.models[model].deployments) {
    const auto* upstream = policy.find_upstream(deployment.upstream);
    if (!upstream) continue;
    add(std::string(provider_prefix(upstream->kind)) + deployment.upstream_model);
    add(deployment.upstream_model);
  }
}

}  // namespace

ledger::Limits limits_of(const identity::LimitSettings& settings) {
  return {settings.budget, window_of(settings.window), settings.requests_per_minute,
          settings.tokens_per_minute, settings.parallel};
}

Result<std::vector<ledger::Level>> levels_of(const identity::World& world,
                                             const identity::VirtualKey& key,
                                             const AccountSource& account) {
  using ledger::ScopeKind;
  std::vector<ledger::Level> levels;
  const auto* organisation = world.find(key.organisation);
  const auto* own_unit = world.find(key.unit);
  bool japanese = organisation && organisation->language != "en";
  const auto* zone = organisation ? ledger::TimeZone::find(organisation->time_zone) : nullptr;
  if (!zone) zone = ledger::TimeZone::find("UTC");
  auto add = [&](ScopeKind kind, std::int64_t id, const identity::LimitSettings& settings,
                 std::string name) -> Result<> {
    auto limits = limits_of(settings);
    TRY(auto* counters, account({kind, id}, *zone));
    levels.push_back(
        {counters, limits, zone, std::move(name), who_changes(kind, own_unit, japanese)});
    return {};
  };
  TRY_VOID(add(ScopeKind::kKey, key.id.value, key.limits, identity::scope_name(key)));
  if (const auto* user = world.find(key.user)) {
    TRY_VOID(add(ScopeKind::kUser, user->id.value, user->limits, identity::scope_name(*user)));
  }
  for (const auto* unit : identity::unit_chain(world, key.unit)) {
    TRY_VOID(add(ScopeKind::kUnit, unit->id.value, unit->limits, identity::scope_name(*unit)));
  }
  if (organisation) {
    TRY_VOID(add(ScopeKind::kOrganisation, organisation->id.value, organisation->limits,
                 identity::scope_name(*organisation)));
  }
  return levels;
}

Result<PolicyPtr> build_policy(PolicySources sources, std::uint64_t version) {
  auto policy = std::make_shared<Policy>();
  policy->version = version;
  policy->settings = std::move(sources.settings);
  for (const auto& key : sources.world.keys) {
    TRY(auto entry, key_policy(sources, key));
    const auto& kept = policy->keys.emplace(key.hash, std::move(entry)).first->second;
    policy->keys_by_id.emplace(key.id.value, &kept);
  }
  policy->aws_keys = std::move(sources.aws_keys);
  policy->models = std::move(sources.models);
  for (std::size_t i = 0; i < policy->models.size(); ++i) {
    policy->model_index.emplace(policy->models[i].name, i);
  }
  for (std::size_t i = 0; i < policy->models.size(); ++i) {  // a name wins over an alias
    for (const auto& alias : policy->models[i].aliases) policy->model_index.emplace(alias, i);
  }
  for (auto& upstream : sources.upstreams) {
    auto id = upstream.id.value;
    policy->upstreams.emplace(id, std::move(upstream));
  }
  for (std::size_t i = 0; i < policy->models.size(); ++i) add_provider_names(*policy, i);
  return PolicyPtr(std::move(policy));
}

}  // namespace sekisho::gateway
