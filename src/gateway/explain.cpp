#include "gateway/explain.h"

#include <algorithm>

#include "gateway/admission.h"
#include "gateway/identify.h"
#include "gateway/signals.h"
#include "gateway/upstream_request.h"

namespace sekisho::gateway {
namespace {

void refuse_with(Answer& answer, std::string stage, wire::Refusal refusal) {
  answer.steps.push_back(
      {std::move(stage), false, refusal.detail.empty() ? refusal.rule : refusal.detail});
  answer.refusal = std::move(refusal);
}

const KeyPolicy* explain_key(const Policy& policy, KeyId id, WallTime now, Answer& answer) {
  const auto* key = policy.find_key(id);
  if (!key) {
    wire::Refusal refusal;
    refusal.code = Code::kUnauthenticated;
    refusal.rule = "key_unknown";
    refusal.detail = "there is no such virtual key";
    refuse_with(answer, "identify", std::move(refusal));
    return nullptr;
  }
  if (auto good = check_key(*key, now); !good) {
    refuse_with(answer, "identify", std::move(good).error());
    return nullptr;
  }
  answer.steps.push_back({"identify", true, "key '" + key->key_name + "'"});
  return key;
}

// One deployment that speaks the dialect is enough; else why the first one does not.
Outcome<void> reaches_any(const Policy& policy, const catalog::ModelGroup& group,
                          wire::Dialect dialect) {
  Outcome<void> first;
  for (const auto& deployment : group.deployments) {
    const auto* upstream = policy.find_upstream(deployment.upstream);
    if (!upstream) continue;
    auto reaches = check_dialect(dialect, *upstream, group, deployment);
    if (reaches) return {};
    if (first) first = std::move(reaches);
  }
  return first;
}

const catalog::ModelGroup* explain_model(const Policy& policy, const KeyPolicy& key,
                                         const Question& question, Answer& answer) {
  auto group = find_allowed_model(policy, key, question.model);
  if (!group) {
    refuse_with(answer, "model", std::move(group).error());
    return nullptr;
  }
  answer.steps.push_back({"model", true, "model group " + (*group)->name});
  if (question.dialect) {
    if (auto reaches = reaches_any(policy, **group, *question.dialect); !reaches) {
      refuse_with(answer, "route", std::move(reaches).error());
      return nullptr;
    }
  }
  return *group;
}

Demand demand_of(const Question& question, const catalog::ModelGroup& group) {
  Demand demand;
  auto longest = longest_prompt(group, "");
  demand.prompt = std::min(question.prompt_tokens, longest > 0 ? longest : catalog::kMostTokens);
  demand.prompt_estimate = demand.prompt;
  demand.max_tokens = question.max_tokens;
  return demand;
}

bool explain_limits(Worker& worker, const Policy& policy, const KeyPolicy& key,
                    const catalog::ModelGroup& group, const Question& question, Answer& answer) {
  answer.available = worker.ledger.available(key.levels);
  auto plan = plan_reservation(policy, key, group, worker.ledger, demand_of(question, group));
  if (!plan) {
    refuse_with(answer, "price", std::move(plan).error());
    return false;
  }
  answer.lowered_output = plan->lowered_output;
  answer.worst_case = plan->bounds.worst;
  answer.steps.push_back({"price", true, "worst case " + plan->bounds.worst.display()});
  ledger::Ask ask;
  ask.worst_case = plan->bounds.worst;
  ask.tokens = plan->tokens;
  if (auto denied = worker.ledger.would_deny(ask, key.levels)) {
    refuse_with(answer, "limits", refusal_of(*denied, key, *plan));
    return false;
  }
  answer.steps.push_back({"limits", true, "every budget and limit has room"});
  return true;
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

// As a call with this user agent and body would be recorded.
void explain_signals(const Question& question, Answer& answer) {
  auto client = wire::detect_client(question.user_agent, false);
  answer.client = wire::client_name(client);
  answer.client_signal = client_signal(client, false);
  if (question.request.empty()) return;
  auto dialect = question.dialect.value_or(wire::Dialect::kOpenAiChat);
  auto padded = question.request + std::string(http::Buffer::kPadding, '\0');
  auto body = std::string_view(padded).substr(0, question.request.size());
  auto envelope = wire::parse_envelope(dialect, body, wire::ModelPlace::kPath);
  if (envelope) answer.mode_signal = find_mode(*envelope, body, client, nullptr).mode;
}

}  // namespace

Answer explain(Worker& worker, const Question& question) {
  Answer answer;
  explain_signals(question, answer);
  auto policy = worker.policy.current();
  const auto* key = explain_key(*policy, question.key, worker.loop.clock().wall(), answer);
  if (!key) return answer;
  const auto* group = explain_model(*policy, *key, question, answer);
  if (!group) return answer;
  if (!explain_limits(worker, *policy, *key, *group, question, answer)) return answer;
  explain_routes(worker, *policy, *group, answer);
  answer.allowed = true;
  return answer;
}

}  // namespace sekisho::gateway
