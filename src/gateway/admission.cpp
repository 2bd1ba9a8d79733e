#include "gateway/admission.h"

#include <algorithm>

namespace sekisho::gateway {
namespace {

constexpr int kLoweringAttempts = 4;  // another call may take the rest between look and reserve

wire::Refusal model_refusal(Code code, std::string rule, std::string detail) {
  wire::Refusal refusal;
  refusal.code = code;
  refusal.rule = std::move(rule);
  refusal.detail = std::move(detail);
  refusal.param = "model";
  return refusal;
}

// The largest output per choice that `money` pays for at every deployment of the group.
std::optional<std::int64_t> affordable(const catalog::ModelGroup& group, std::int64_t prompt,
                                       std::int64_t choices, Money money, Mode mode) {
  std::optional<std::int64_t> least;
  for (const auto& deployment : group.deployments) {
    if (!deployment.prices) continue;
    auto scale = catalog::scale_of(*deployment.prices, mode.fast, mode.us);
    auto output = catalog::affordable_output(*deployment.prices, prompt, money,
                                             catalog::CacheWrites::kLong, scale);
    if (!output) return {};
    least = std::min(least.value_or(*output), *output);
  }
  if (least) *least /= choices;
  return least;
}

std::int64_t model_output_limit(const catalog::ModelGroup& group) {
  if (group.facts.max_output > 0) return group.facts.max_output;
  if (group.facts.context_window > 0) return group.facts.context_window;
  return 131'072;  // no catalogue figure: the largest output on sale in 2026
}

}  // namespace

std::int64_t bound_prompt(const wire::Envelope& envelope, std::size_t body_size,
                          const Continuation& earlier, ModelId model, std::int64_t context_window) {
  auto images = static_cast<std::int64_t>(envelope.images);
  auto bound = static_cast<std::int64_t>(body_size) - envelope.image_bytes + images * kImageTokens +
               kPromptOverheadTokens;
  if (earlier && earlier.measured_prompt > 0 && earlier.model == model) {
    const wire::Envelope::Checkpoint* known = nullptr;  // whole messages that are the same
    for (const auto& checkpoint : envelope.checkpoints) {
      if (checkpoint.offset > earlier.prefix) break;
      known = &checkpoint;
    }
    if (known) {
      auto new_images = images - static_cast<std::int64_t>(known->images);
      auto fresh = static_cast<std::int64_t>(body_size) - known->offset -
                   (static_cast<std::int64_t>(envelope.image_bytes) - known->image_bytes);
      // What follows the messages (tools, system) may be the same too; whole blocks only.
      if (new_images == 0) fresh -= static_cast<std::int64_t>(earlier.suffix);
      fresh = std::max<std::int64_t>(fresh, 0);
      bound = std::min(bound, earlier.measured_prompt + fresh + new_images * kImageTokens +
                                  kPromptOverheadTokens);
    }
  }
  // A provider refuses a prompt that does not fit its window. Documents are bounded by this alone.
  if (context_window > 0) {
    bound = envelope.documents > 0 ? context_window : std::min(bound, context_window);
  }
  return bound;
}

std::int64_t estimate_prompt(const Exchange& exchange) {
  constexpr std::int64_t kBytesPerToken = 4;
  auto size = static_cast<std::int64_t>(exchange.body.size()) - exchange.envelope.image_bytes;
  auto images = static_cast<std::int64_t>(exchange.envelope.images) * 1500;
  if (exchange.earlier && exchange.earlier.measured_prompt > 0) {
    auto fresh = size - static_cast<std::int64_t>(exchange.earlier.prefix) -
                 static_cast<std::int64_t>(exchange.earlier.suffix);
    return std::min(exchange.prompt_bound, exchange.earlier.measured_prompt +
                                               std::max<std::int64_t>(0, fresh) / kBytesPerToken);
  }
  return std::min(exchange.prompt_bound, size / kBytesPerToken + images);
}

Outcome<void> authorise_model(Exchange& exchange) {
  const auto& name = exchange.envelope.model_name;
  const auto* group = exchange.policy->find_model(name, *exchange.key);
  if (!group) {
    auto refusal = model_refusal(Code::kNotFound, "model_unknown",
                                 "there is no model named '" + name.substr(0, 200) + "'");
    auto nearest = exchange.policy->nearest_model(*exchange.key, name);
    if (!nearest.empty()) refusal.detail += "; did you mean '" + nearest + "'?";
    return Refused(std::move(refusal));
  }
  if (const auto* set = refusing_set(*exchange.key, *group)) {
    auto refusal = model_refusal(Code::kModelDenied, "models_allowed",
                                 "model '" + group->name + "' is not allowed");
    refusal.scope = set->owner;
    refusal.who = "an administrator";
    return Refused(std::move(refusal));
  }
  exchange.model = group;
  exchange.record.model = group->id;
  return {};
}

Bounds worst_of_group(const catalog::ModelGroup& group, std::int64_t prompt, std::int64_t output,
                      std::int64_t choices, Mode mode) {
  Bounds bounds{prompt, output * choices, {}, false};
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

wire::Refusal refusal_of(const ledger::Denied& denied, const KeyPolicy& key) {
  const auto& level = key.levels[denied.level];
  wire::Refusal refusal;
  refusal.scope = level.name;
  refusal.who = level.changed_by;
  refusal.resets = denied.resets;
  refusal.retry_after_s = denied.retry_after_s;
  refusal.figure = std::to_string(denied.present);
  refusal.limit = std::to_string(denied.limit);
  refusal.code = Code::kRateLimited;
  switch (denied.what) {
    case ledger::Denied::What::kBudget:
      refusal.code = Code::kBudgetExceeded;
      refusal.rule = "budget";
      refusal.retry_after_s.reset();  // the reset says it; nobody waits for days in seconds
      refusal.figure = denied.committed.display();
      refusal.limit = denied.cap.display();
      break;
    case ledger::Denied::What::kRequests:
      refusal.rule = "requests_per_minute";
      break;
    case ledger::Denied::What::kTokens:
      refusal.rule = "tokens_per_minute";
      break;
    case ledger::Denied::What::kParallel:
      refusal.rule = "parallel_requests";
      break;
  }
  return refusal;
}

namespace {

// Where the rest of a budget cannot pay for the whole maximum, the largest output that it can.
void lower_to_budget(Exchange& x, std::int64_t asked, std::int64_t choices) {
  x.output_bound = asked;
  x.lowered_output.reset();
  auto rest = x.worker.ledger.available(x.key->levels);
  auto output = affordable(*x.model, x.prompt_bound, choices, rest, {x.asked_fast, x.asked_us});
  if (!output || *output >= asked) return;
  auto floor = x.policy->settings.output_floor;
  if (*output < floor) return;  // admission will refuse it and say why
  x.output_bound = *output;
  x.lowered_output = *output;
}

}  // namespace

namespace {

// Tiers that cost more (or are granted by contract) have no price here, so they cannot be bounded.
Outcome<void> check_price_modes(Exchange& x) {
  const auto& tier = x.envelope.service_tier;
  bool plain = tier.empty() || tier == "auto" || tier == "default" || tier == "standard_only";
  bool geo = x.envelope.inference_geo.empty() || x.envelope.inference_geo == "us" ||
             x.envelope.inference_geo == "global";
  bool speed =
      x.envelope.speed.empty() || x.envelope.speed == "fast" || x.envelope.speed == "standard";
  x.asked_fast = x.envelope.speed == "fast";
  x.asked_us = x.envelope.inference_geo == "us";
  if (plain && geo && speed) return {};
  std::string field = !plain ? "service_tier" : !geo ? "inference_geo" : "speed";
  wire::Refusal refusal;
  refusal.code = Code::kUnsupported;
  refusal.rule = "unpriced_mode";
  refusal.param = field;
  refusal.detail = "this value of '" + field +
                   "' has no price here, so its cost cannot be "
                   "bounded; leave it out";
  return Refused(std::move(refusal));
}

}  // namespace

Outcome<void> admit(Exchange& x) {
  if (auto modes = check_price_modes(x); !modes) return modes;
  const auto& group = *x.model;
  auto choices = static_cast<std::int64_t>(x.envelope.choices);
  x.prompt_bound =
      bound_prompt(x.envelope, x.body.size(), x.earlier, group.id, group.facts.context_window);
  auto asked = std::max(x.envelope.max_tokens.value_or(model_output_limit(group)),
                        wire::least_max_tokens(group.facts.target));
  auto tokens = estimate_prompt(x) +
                std::min(x.envelope.max_tokens.value_or(0), model_output_limit(group)) * choices;
  for (int attempt = 0;; ++attempt) {
    lower_to_budget(x, asked, choices);
    auto bounds =
        worst_of_group(group, x.prompt_bound, x.output_bound, choices, {x.asked_fast, x.asked_us});
    if (bounds.unpriced && !group.allow_unpriced && !x.policy->settings.allow_unpriced) {
      auto refusal = model_refusal(Code::kModelUnpriced, "unpriced_model",
                                   "model '" + group.name +
                                       "' has no price, so its cost cannot "
                                       "be bounded; give it one or allow unpriced models");
      refusal.who = "an administrator";
      return Refused(std::move(refusal));
    }
    ledger::Ask ask;
    ask.call = {x.id,       x.record.at, x.key->organisation,         x.key->unit, x.key->user,
                x.key->key, group.id,    group.deployments.front().id};
    ask.worst_case = bounds.worst;
    ask.tokens = tokens;
    auto answer = x.worker.ledger.admit(ask, x.key->levels, x.policy);
    if (!answer) {
      wire::Refusal refusal;
      refusal.code = answer.error().code;
      refusal.rule = "journal";
      refusal.detail = answer.error().detail;
      refusal.who = "an administrator";
      refusal.retry_after_s = 5;
      return Refused(std::move(refusal));
    }
    if (*answer) {
      x.hold = std::move(**answer);
      return {};
    }
    const auto& denied = answer->error();
    bool of_budget = denied.what == ledger::Denied::What::kBudget;
    if (of_budget && x.lowered_output && attempt < kLoweringAttempts) continue;
    auto refusal = refusal_of(denied, *x.key);
    if (of_budget) refusal.detail = "this request may cost up to " + bounds.worst.display();
    return Refused(std::move(refusal));
  }
}

}  // namespace sekisho::gateway
