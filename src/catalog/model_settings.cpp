#include "catalog/model_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace sekisho::catalog {
namespace {

constexpr std::string_view kOperator = "operator";

Failure invalid(std::string_view field, std::string_view why) {
  return fail(Code::kInvalidArgument, fmt::format("{}: {}", field, why));
}

// A model name goes into JSON, headers, patterns and URLs as it is.
Result<> check_model_name(std::string_view field, std::string_view name) {
  if (name.empty()) return invalid(field, "must not be empty");
  if (name.size() > limits::kNameBytes) {
    return fail(Code::kTooLarge, fmt::format("{}: {} bytes, at most {} are allowed", field,
                                             name.size(), limits::kNameBytes));
  }
  bool plain = std::ranges::all_of(
      name, [](char c) { return c > ' ' && c < 0x7f && c != '*' && c != '"' && c != '\\'; });
  return plain ? Result<>() : invalid(field, "may hold printable ASCII only, no space, * \" or \\");
}

Result<> check_rates(const std::string& field, const Rates& rates) {
  auto negative = [](Price price) { return price.pico_usd < 0; };
  auto bad = [&](const std::optional<Price>& price) { return price && negative(*price); };
  if (negative(rates.input) || negative(rates.output) || bad(rates.cache_read) ||
      bad(rates.cache_write_5m) || bad(rates.cache_write_1h) || bad(rates.reasoning)) {
    return invalid(field, "a price must not be negative");
  }
  return {};
}

Result<> check_prices(const std::string& field, const Prices& prices) {
  TRY_VOID(check_rates(field, prices.base));
  if (prices.fast_percent < 1 || prices.us_percent < 1 || prices.fast_percent > 10'000 ||
      prices.us_percent > 10'000) {
    return invalid(field, "a percentage must be from 1 to 10000");
  }
  if (prices.tiers.size() > limits::kPriceTiers) {
    return fail(Code::kTooLarge, fmt::format("{}: at most {} tiers", field, limits::kPriceTiers));
  }
  std::int64_t above = 0;
  for (const auto& tier : prices.tiers) {
    if (tier.above <= above) return invalid(field, "tiers must come by ascending `above`");
    above = tier.above;
    TRY_VOID(check_rates(field, tier.rates));
  }
  return {};
}

Result<> check_deployment(const std::string& field, const DeploymentSettings& deployment) {
  if (!deployment.upstream) return invalid(field + ".upstream", "must not be empty");
  if (deployment.upstream_model.empty() ||
      deployment.upstream_model.size() > limits::kUpstreamModelBytes) {
    return invalid(field + ".upstream_model",
                   fmt::format("must have 1 to {} bytes", limits::kUpstreamModelBytes));
  }
  if (deployment.weight < 0 || deployment.weight > 1'000'000) {
    return invalid(field + ".weight", "must be from 0 to 1000000");
  }
  if (deployment.prices) return check_prices(field + ".prices", *deployment.prices);
  return {};
}

const StarterRow* described_by(const DeploymentSettings& deployment, const UpstreamRow* upstream) {
  if (!upstream) return nullptr;
  const auto& id = deployment.priced_as.empty() ? deployment.upstream_model : deployment.priced_as;
  return find_starter(upstream->provider, id);
}

std::string family_of(std::string_view upstream_model) {
  constexpr std::array<std::string_view, 4> kFamilies{"claude", "nova", "llama", "gpt"};
  for (auto family : kFamilies) {
    if (upstream_model.find(family) != std::string_view::npos) return std::string(family);
  }
  return {};
}

}  // namespace

Result<> check(const GroupSettings& group) {
  TRY_VOID(check_model_name("name", group.name));
  if (group.aliases.size() > limits::kAliases) {
    return fail(Code::kTooLarge, fmt::format("aliases: at most {}", limits::kAliases));
  }
  for (std::size_t i = 0; i < group.aliases.size(); ++i) {
    TRY_VOID(check_model_name(fmt::format("aliases[{}]", i), group.aliases[i]));
  }
  auto bad = [](const std::optional<std::int64_t>& n) { return n && (*n < 1 || *n > kMostTokens); };
  if (bad(group.context_window)) return invalid("context_window", "must be at least 1");
  if (bad(group.max_output)) return invalid("max_output", "must be at least 1");
  if (group.deployments.empty()) return invalid("deployments", "at least one is needed");
  if (group.deployments.size() > limits::kDeployments) {
    return fail(Code::kTooLarge, fmt::format("deployments: at most {}", limits::kDeployments));
  }
  for (std::size_t i = 0; i < group.deployments.size(); ++i) {
    TRY_VOID(check_deployment(fmt::format("deployments[{}]", i), group.deployments[i]));
  }
  return {};
}

ModelGroup resolve(const GroupSettings& group, const std::vector<UpstreamRow>& upstreams) {
  ModelGroup out;
  out.id = group.id;
  out.name = group.name;
  out.aliases = group.aliases;
  out.allow_unpriced = group.allow_unpriced;
  out.auto_prompt_caching = group.auto_prompt_caching;
  bool described = false;
  for (const auto& settings : group.deployments) {
    auto at = std::ranges::find(upstreams, settings.upstream, &UpstreamRow::id);
    const auto* upstream = at == upstreams.end() ? nullptr : &*at;
    const auto* row = described_by(settings, upstream);
    Deployment deployment{settings.id,
                          settings.upstream,
                          upstream ? upstream->name : "",
                          settings.upstream_model,
                          settings.region,
                          settings.weight,
                          {}};
    if (settings.prices) {
      deployment.prices = settings.prices;
      deployment.prices->source = kOperator;
    } else if (row) {
      deployment.prices = row->prices;
    }
    if (row && !std::exchange(described, true)) out.facts = row->facts;
    out.deployments.push_back(std::move(deployment));
  }
  if (!described) {
    out.facts.name = group.name;
    out.facts.target.family =
        group.deployments.empty() ? "" : family_of(group.deployments.front().upstream_model);
    const auto& family = out.facts.target.family;
    out.facts.target.json_schema = family != "nova" && family != "llama";
    out.facts.image_tokens = image_tokens_of(family);
  }
  if (group.context_window) out.facts.context_window = *group.context_window;
  if (group.max_output) out.facts.max_output = out.facts.target.max_output = *group.max_output;
  return out;
}

}  // namespace sekisho::catalog
