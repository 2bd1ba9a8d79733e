#include "gateway/call_bounds.h"

#include <algorithm>

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kLongContext = 1'000'000;  // what the beta of that name grants

// The output of all choices; cannot overflow, as both are capped.
std::int64_t of_choices(std::int64_t output, std::int64_t choices) {
  constexpr auto kMostChoices = static_cast<std::int64_t>(limits::kChoices);
  return std::clamp<std::int64_t>(output, 0, catalog::kMostTokens) *
         std::clamp<std::int64_t>(choices, 1, kMostChoices);
}

// The largest output per choice that `money` pays for at every deployment of the group.
std::optional<std::int64_t> affordable(const catalog::ModelGroup& group, const Demand& demand,
                                       Money money) {
  std::optional<std::int64_t> least;
  for (const auto& deployment : group.deployments) {
    if (!deployment.prices) continue;
    auto scale = catalog::scale_of(*deployment.prices, demand.mode.fast, demand.mode.us);
    auto output = catalog::affordable_output(*deployment.prices, demand.prompt, money,
                                             catalog::CacheWrites::kLong, scale);
    if (!output) return {};
    least = std::min(least.value_or(*output), *output);
  }
  if (least) *least /= demand.choices;
  return least;
}

// Below the floor nothing is lowered: the reservation is refused and says why.
void lower_to_budget(const catalog::ModelGroup& group, const Demand& demand, Money rest,
                     std::int64_t floor, Reservation& plan) {
  if (demand.has_thinking_budget) floor += kLeastThinkingBudget;
  auto output = affordable(group, demand, rest);
  if (!output || *output >= plan.output || *output < floor) return;
  plan.output = *output;
  plan.lowered_output = *output;
}

// Where the messages begin that do not lie in the first `same` bytes as a whole.
const wire::Envelope::Checkpoint* first_new(const wire::Envelope& envelope, std::string_view body,
                                            std::size_t same) {
  const wire::Envelope::Checkpoint* found = nullptr;
  for (const auto& checkpoint : envelope.checkpoints) {
    if (checkpoint.offset > same) {
      auto between = body.substr(same, checkpoint.offset - same);
      if (between.find_first_not_of(", \n\r\t") != std::string_view::npos) break;
    }
    found = &checkpoint;
  }
  return found;
}

std::int64_t tokens_of_minute(const Demand& demand, std::int64_t output, std::int64_t floor,
                              std::optional<std::int64_t> left) {
  auto most = of_choices(output, demand.choices);
  if (demand.max_tokens || !demand.generates || !left) return demand.prompt_estimate + most;
  auto least = std::min(of_choices(floor, demand.choices), most);
  return demand.prompt_estimate + std::clamp(*left - demand.prompt_estimate, least, most);
}

}  // namespace

std::string betas_of(const http::Headers& headers) {
  std::string out;
  for (const auto& field : headers.fields()) {
    bool beta = http::equals_ignoring_case(field.name, "anthropic-beta") ||
                http::equals_ignoring_case(field.name, "openai-beta");
    if (beta) out.append(field.value).append("\n");
  }
  return out;
}

std::int64_t longest_prompt(const catalog::ModelGroup& group, std::string_view betas) {
  auto window = group.facts.context_window;
  if (window == 0) return 0;
  auto longest =
      betas.find("context-1m") != std::string_view::npos ? std::max(window, kLongContext) : window;
  for (const auto& deployment : group.deployments) {
    if (!deployment.prices) continue;
    for (const auto& tier : deployment.prices->tiers) {
      if (tier.above >= kLongContext && tier.above >= window) return 0;
      if (tier.above >= window) longest = std::max(longest, kLongContext);
    }
  }
  return longest;
}

std::int64_t bound_prompt(const wire::Envelope& envelope, std::string_view body,
                          const Continuation& earlier, const catalog::ModelGroup& group,
                          std::int64_t longest) {
  const auto per_image = group.facts.image_tokens;
  // What images are billed beyond the place that they take of the window.
  const auto images = static_cast<std::int64_t>(envelope.images);
  const auto beyond = images * std::max<std::int64_t>(per_image - catalog::kWindowImageTokens, 0);
  if (envelope.documents > 0) return longest + beyond;  // not bounded by their bytes
  auto bound = static_cast<std::int64_t>(body.size()) - envelope.image_bytes + images * per_image +
               kPromptOverheadTokens;
  if (earlier && earlier.measured_prompt > 0 && earlier.model == group.id) {
    // All that is no message is the same, and measured too (see distrust_measure).
    if (const auto* known = first_new(envelope, body, earlier.prefix)) {
      const auto& end = envelope.tail;
      auto new_images = static_cast<std::int64_t>(end.images) - known->images;
      auto fresh = static_cast<std::int64_t>(end.offset) - known->offset -
                   (static_cast<std::int64_t>(end.image_bytes) - known->image_bytes);
      bound = std::min(
          bound, earlier.measured_prompt + fresh + new_images * per_image + kPromptOverheadTokens);
    }
  }
  // A longer prompt is refused there; of several each may be as long.
  const auto prompts = std::max<std::int64_t>(envelope.prompts, 1);
  return longest > 0 ? std::min(bound, longest * prompts + beyond) : bound;
}

std::int64_t model_output_limit(const catalog::ModelGroup& group) {
  if (group.facts.max_output > 0) return group.facts.max_output;
  if (group.facts.context_window > 0) return group.facts.context_window;
  return 131'072;  // no catalogue figure: the largest output on sale in 2026
}

Bounds worst_of_group(const catalog::ModelGroup& group, std::int64_t prompt, std::int64_t output,
                      std::int64_t choices, Mode mode) {
  Bounds bounds{prompt, of_choices(output, choices), {}, false};
  for (const auto& deployment : group.deployments) {
    if (!deployment.prices) {
      bounds.unpriced = true;
      continue;
    }
    auto scale = catalog::scale_of(*deployment.prices, mode.fast, mode.us);
    bounds.worst =
        std::max(bounds.worst, catalog::worst_case(*deployment.prices, prompt, bounds.output,
                                                   catalog::CacheWrites::kLong, scale));
  }
  return bounds;
}

Outcome<Reservation> plan_reservation(const Policy& policy, const KeyPolicy& key,
                                      const catalog::ModelGroup& group,
                                      ledger::LedgerWorker& ledger, const Demand& demand) {
  const auto& settings = policy.settings;
  auto limit = model_output_limit(group);
  Reservation plan;
  if (demand.generates) {
    plan.output =
        std::max(demand.max_tokens.value_or(limit), wire::least_max_tokens(group.facts.target));
    lower_to_budget(group, demand, ledger.available(key.levels), settings.output_floor, plan);
  }
  plan.bounds = worst_of_group(group, demand.prompt, plan.output, demand.choices, demand.mode);
  if (plan.bounds.unpriced && !group.allow_unpriced && !settings.allow_unpriced) {
    wire::Refusal refusal;
    refusal.code = Code::kModelUnpriced;
    refusal.rule = "unpriced_model";
    refusal.param = "model";
    refusal.detail = "model '" + group.name +
                     "' has no price, so its cost cannot be bounded; give it one or allow unpriced "
                     "models";
    refusal.who = "an administrator";
    return Refused(std::move(refusal));
  }
  plan.tokens = tokens_of_minute(demand, std::min(plan.output, limit), settings.output_floor,
                                 ledger.tokens_left(key.levels));
  return plan;
}

}  // namespace sekisho::gateway
