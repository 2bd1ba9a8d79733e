#include "gateway/explain.h"

#include "gateway/admission.h"

namespace sekisho::gateway {
namespace {

void refuse_with(Answer& answer, std::string stage, wire::Refusal refusal) {
  answer.steps.push_back(
      {std::move(stage), false, refusal.detail.empty() ? refusal.rule : refusal.detail});
  answer.refusal = std::move(refusal);
}

wire::Refusal plain(Code code, std::string rule, std::string detail) {
  wire::Refusal refusal;
  refusal.code = code;
  refusal.rule = std::move(rule);
  refusal.detail = std::move(detail);
  refusal.who = "an administrator";
  return refusal;
}

bool explain_key(const KeyPolicy* key, WallTime now, Answer& answer) {
  if (!key) {
    refuse_with(answer, "identify",
                plain(Code::kUnauthenticated, "key_unknown", "there is no such virtual key"));
    return false;
  }
  bool expired = key->expires && *key->expires <= now;
  if (key->blocked || key->user_blocked || expired) {
    refuse_with(answer, "identify",
                plain(Code::kUnauthenticated, expired ? "key_expired" : "key_blocked",
                      expired ? "the key has expired" : "the key or its owner is blocked"));
    return false;
  }
  answer.steps.push_back({"identify", true, "key '" + key->key_name + "'"});
  return true;
}

const catalog::ModelGroup* explain_model(const Policy& policy, const KeyPolicy& key,
                                         const std::string& name, Answer& answer) {
  const auto* group = policy.find_model(name, key);
  if (!group) {
    auto nearest = policy.nearest_model(key, name);
    refuse_with(answer, "model",
                plain(Code::kNotFound, "model_unknown",
                      "there is no model named '" + name + "'" +
                          (nearest.empty() ? "" : "; did you mean '" + nearest + "'?")));
    return nullptr;
  }
  if (const auto* set = refusing_set(key, *group)) {
    auto refusal = plain(Code::kModelDenied, "models_allowed",
                         "model '" + group->name + "' is not allowed by " + set->owner);
    refusal.scope = set->owner;
    refuse_with(answer, "model", std::move(refusal));
    return nullptr;
  }
  answer.steps.push_back({"model", true, "model group " + group->name});
  return group;
}

void explain_routes(Worker& worker, const Policy& policy, const catalog::ModelGroup& group,
                    Answer& answer) {
  for (const auto& deployment : group.deployments) {
    answer.routes.push_back({deployment.upstream_name, deployment.upstream_model, deployment.region,
                             worker.health.resting(deployment.id, worker.loop.now()),
                             deployment.weight});
  }
  const auto* first = policy.find_upstream(group.deployments.front().upstream);
  answer.steps.push_back({"route", first != nullptr,
                          "first choice: upstream " + group.deployments.front().upstream_name});
}

}  // namespace

Answer explain(Worker& worker, const Question& question) {
  Answer answer;
  auto policy = worker.policy.current();
  const auto* key = policy->find_key(question.key);
  if (!explain_key(key, worker.loop.clock().wall(), answer)) return answer;
  const auto* group = explain_model(*policy, *key, question.model, answer);
  if (!group) return answer;
  auto output = question.max_tokens.value_or(group->facts.max_output);
  answer.available = worker.ledger.available(key->levels);
  auto bounds = worst_of_group(*group, question.prompt_tokens, output, 1);
  if (bounds.unpriced && !group->allow_unpriced && !policy->settings.allow_unpriced) {
    refuse_with(
        answer, "price",
        plain(Code::kModelUnpriced, "unpriced_model", "model '" + group->name + "' has no price"));
    return answer;
  }
  if (bounds.worst > answer.available && group->deployments.front().prices) {
    auto least = catalog::affordable_output(*group->deployments.front().prices,
                                            question.prompt_tokens, answer.available);
    if (least && *least >= policy->settings.output_floor && *least < output) {
      answer.lowered_output = *least;
      bounds = worst_of_group(*group, question.prompt_tokens, *least, 1);
    }
  }
  answer.worst_case = bounds.worst;
  answer.steps.push_back({"price", true, "worst case " + bounds.worst.display()});
  ledger::Ask ask;
  ask.worst_case = bounds.worst;
  ask.tokens = question.prompt_tokens;
  if (auto denied = worker.ledger.would_deny(ask, key->levels)) {
    refuse_with(answer, "limits", refusal_of(*denied, *key));
    return answer;
  }
  answer.steps.push_back({"limits", true, "every budget and limit has room"});
  explain_routes(worker, *policy, *group, answer);
  answer.allowed = true;
  return answer;
}

}  // namespace sekisho::gateway
