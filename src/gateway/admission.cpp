#include "gateway/admission.h"

#include <algorithm>

namespace sekisho::gateway {
namespace {

constexpr int kAttempts = 4;  // another call may take the rest between look and reserve

wire::Refusal model_refusal(Code code, std::string rule, std::string detail) {
  wire::Refusal refusal;
  refusal.code = code;
  refusal.rule = std::move(rule);
  refusal.detail = std::move(detail);
  refusal.param = "model";
  return refusal;
}

}  // namespace

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

Outcome<const catalog::ModelGroup*> find_allowed_model(const Policy& policy, const KeyPolicy& key,
                                                       const std::string& name) {
  const auto* group = policy.find_model(name, key);
  if (!group) {
    auto refusal = model_refusal(Code::kNotFound, "model_unknown",
                                 "there is no model named '" + name.substr(0, 200) + "'");
    auto nearest = policy.nearest_model(key, name);
    if (!nearest.empty()) refusal.detail += "; did you mean '" + nearest + "'?";
    return Refused(std::move(refusal));
  }
  if (const auto* set = refusing_set(key, *group)) {
    auto refusal = model_refusal(Code::kModelDenied, "models_allowed",
                                 "model '" + group->name + "' is not allowed");
    refusal.scope = set->owner;
    refusal.who = "an administrator";
    return Refused(std::move(refusal));
  }
  return group;
}

namespace {

wire::Refusal unpriced_mode(const std::string& field) {
  wire::Refusal refusal;
  refusal.code = Code::kUnsupported;
  refusal.rule = "unpriced_mode";
  refusal.param = field;
  refusal.detail = "this value of '" + field +
                   "' has no price here, so its cost cannot be "
                   "bounded; leave it out";
  return refusal;
}

}  // namespace

Outcome<void> check_deployment_modes(const Exchange& x, const catalog::Deployment& deployment) {
  if (!deployment.prices) return {};
  if (x.asked_fast && deployment.prices->fast_percent == catalog::kNoPriceOfItsOwn) {
    return Refused(unpriced_mode("speed"));
  }
  if (x.asked_us && deployment.prices->us_percent == catalog::kNoPriceOfItsOwn) {
    return Refused(unpriced_mode("inference_geo"));
  }
  return {};
}

Outcome<void> authorise_model(Exchange& exchange) {
  auto group = find_allowed_model(*exchange.policy, *exchange.key, exchange.envelope.model_name);
  if (!group) return Refused(std::move(group).error());
  exchange.model = *group;
  exchange.record.model = (*group)->id;
  return {};
}

namespace {

void explain_budget(const ledger::Denied& denied, const Reservation& plan, wire::Refusal& refusal) {
  refusal.code = Code::kBudgetExceeded;
  refusal.rule = "budget";
  refusal.retry_after_s.reset();  // the reset says it; nobody waits for days in seconds
  refusal.figure = denied.committed.display();
  refusal.limit = denied.cap.display();
  refusal.detail = "this request may cost up to " + plan.bounds.worst.display();
}

void explain_tokens(const ledger::Denied& denied, const Reservation& plan, wire::Refusal& refusal) {
  refusal.rule = "tokens_per_minute";
  if (plan.tokens <= denied.limit) return;
  refusal.code = Code::kPermissionDenied;  // waiting does not help
  refusal.figure.clear();
  refusal.detail = "this request needs " + std::to_string(plan.tokens) + " tokens, the limit is " +
                   std::to_string(denied.limit) +
                   " a minute; ask for fewer max_tokens or send a shorter prompt";
}

}  // namespace

wire::Refusal refusal_of(const ledger::Denied& denied, const KeyPolicy& key,
                         const Reservation& plan) {
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
      explain_budget(denied, plan, refusal);
      break;
    case ledger::Denied::What::kRequests:
      refusal.rule = "requests_per_minute";
      break;
    case ledger::Denied::What::kTokens:
      explain_tokens(denied, plan, refusal);
      break;
    case ledger::Denied::What::kParallel:
      refusal.rule = "parallel_requests";
      break;
  }
  return refusal;
}

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
  if (x.dialect == wire::Dialect::kBedrockConverse) {
    field = plain ? "performanceConfig.latency" : "serviceTier";
  }
  return Refused(unpriced_mode(field));
}

// A tool that runs at the provider makes the model read what no byte of the request bounds, for
// fees of its own, and out of sight of every guardrail.
Outcome<void> check_provider_features(const Exchange& x) {
  const auto& allowed = x.policy->settings.allowed_provider_tools;
  for (const auto& feature : x.envelope.provider_features) {
    if (std::ranges::find(allowed, feature) != allowed.end()) continue;
    wire::Refusal refusal;
    refusal.code = Code::kPermissionDenied;
    refusal.rule = "provider_tools";
    refusal.scope = feature;
    refusal.param = "tools";
    refusal.who = "an administrator (allow_provider_tools)";
    refusal.detail = "'" + feature +
                     "' runs at the provider, so its cost cannot be bounded and nothing of it can "
                     "be inspected";
    return Refused(std::move(refusal));
  }
  return {};
}

Outcome<void> check_documents(const Exchange& x, std::int64_t longest) {
  if (x.envelope.documents == 0 || longest > 0) return {};
  auto refusal = model_refusal(
      Code::kPermissionDenied, "unbounded_document",
      "the context window of model '" + x.model->name +
          "' is not known, and nothing else bounds the tokens of a file, document or recording");
  refusal.who = "an administrator (context_window)";
  return Refused(std::move(refusal));
}

Demand demand_of(const Exchange& x) {
  Demand demand;
  demand.prompt = x.prompt_bound;
  demand.prompt_estimate = estimate_prompt(x);
  demand.max_tokens = x.envelope.max_tokens;
  demand.choices = x.envelope.outputs();
  demand.generates = x.dialect != wire::Dialect::kOpenAiEmbeddings;
  demand.has_thinking_budget = x.envelope.thinking_budget.has_value();
  // Where it is served is the workspace's to say, unless the request does.
  demand.mode = {x.asked_fast, x.envelope.inference_geo != "global"};
  return demand;
}

ledger::Ask ask_for(const Exchange& x, const Reservation& plan) {
  ledger::Ask ask;
  ask.call = {x.id,        x.record.at, x.key->organisation, x.key->unit,
              x.key->user, x.key->key,  x.model->id,         x.model->deployments.front().id};
  ask.worst_case = plan.bounds.worst;
  ask.tokens = plan.tokens;
  return ask;
}

wire::Refusal journal_refusal(const Error& error) {
  wire::Refusal refusal;
  refusal.code = error.code;
  refusal.rule = "journal";
  refusal.detail = error.detail;
  refusal.who = "an administrator";
  refusal.retry_after_s = 5;
  return refusal;
}

// What the next look at the ledger may decide otherwise.
bool may_plan_again(const ledger::Denied& denied, const Demand& demand, const Reservation& plan) {
  if (denied.what == ledger::Denied::What::kBudget) return plan.lowered_output.has_value();
  return denied.what == ledger::Denied::What::kTokens && !demand.max_tokens;
}

Outcome<void> admit_free(Exchange& x) {
  const Reservation nothing;
  auto answer = x.worker.ledger.admit(ask_for(x, nothing), x.key->levels, x.policy);
  if (!answer) return Refused(journal_refusal(answer.error()));
  if (!*answer) return Refused(refusal_of(answer->error(), *x.key, nothing));
  x.hold = std::move(**answer);
  return {};
}

}  // namespace

Outcome<void> admit(Exchange& x) {
  if (x.costs_nothing()) return admit_free(x);
  if (auto modes = check_price_modes(x); !modes) return modes;
  if (auto features = check_provider_features(x); !features) return features;
  auto longest = longest_prompt(*x.model, x.betas);
  if (auto documents = check_documents(x, longest); !documents) return documents;
  x.prompt_bound = bound_prompt(x.envelope, x.body.view(), x.earlier, *x.model, longest);
  auto demand = demand_of(x);
  for (int attempt = 0;; ++attempt) {
    auto plan = plan_reservation(*x.policy, *x.key, *x.model, x.worker.ledger, demand);
    if (!plan) return Refused(std::move(plan).error());
    x.output_bound = plan->output;
    x.lowered_output = plan->lowered_output;
    auto answer = x.worker.ledger.admit(ask_for(x, *plan), x.key->levels, x.policy);
    if (!answer) return Refused(journal_refusal(answer.error()));
    if (*answer) {
      x.hold = std::move(**answer);
      return {};
    }
    const auto& denied = answer->error();
    if (attempt < kAttempts && may_plan_again(denied, demand, *plan)) continue;
    return Refused(refusal_of(denied, *x.key, *plan));
  }
}

}  // namespace sekisho::gateway
