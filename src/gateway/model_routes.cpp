#include "gateway/model_routes.h"

#include <algorithm>

#include "gateway/admission.h"
#include "gateway/identify.h"
#include "gateway/inference_profiles.h"
#include "gateway/relay.h"
#include "gateway/signed_caller.h"
#include "wire/json_writer.h"

namespace sekisho::gateway {
namespace {

// There is no creation date in the catalogue; clients only need a number.
constexpr std::int64_t kCreated = 1'767'225'600;  // 2026-01-01T00:00:00Z

std::string provider_name(const Policy& policy, const catalog::Deployment& deployment) {
  const auto* upstream = policy.find_upstream(deployment.upstream);
  auto prefix = upstream ? provider_prefix(upstream->kind) : std::string_view();
  return std::string(prefix) + deployment.upstream_model;
}

void write_google_model(wire::JsonWriter& w, const catalog::ModelGroup& group) {
  w.begin_object().field("name", std::string_view("models/" + group.name));
  w.field("version", "001").field("displayName", group.name);
  if (group.facts.context_window > 0) w.field("inputTokenLimit", group.facts.context_window);
  if (group.facts.max_output > 0) w.field("outputTokenLimit", group.facts.max_output);
  w.key("supportedGenerationMethods").begin_array();
  w.string("generateContent").string("streamGenerateContent").string("countTokens");
  w.end_array().field("thinking", group.facts.target.reasoning).end_object();
}

void write_model(wire::JsonWriter& w, const catalog::ModelGroup& group, wire::Dialect shape) {
  if (shape == wire::Dialect::kGemini) return write_google_model(w, group);
  bool anthropic_shape = shape == wire::Dialect::kAnthropicMessages;
  w.begin_object().field("id", group.name);
  if (anthropic_shape) {
    w.field("type", "model").field("display_name", group.name);
    w.field("created_at", "2026-01-01T00:00:00Z");
  } else {
    w.field("object", "model").field("created", kCreated).field("owned_by", "sekisho");
  }
  w.end_object();
}

void write_price(wire::JsonWriter& w, std::string_view name, const std::optional<Price>& price) {
  if (price) {
    w.raw_field(name, price->per_unit());
  } else {
    w.key(name).null();
  }
}

// A figure that is not known is null: clients take 0 at its word.
void write_tokens(wire::JsonWriter& w, std::string_view name, std::int64_t tokens) {
  if (tokens > 0) {
    w.field(name, tokens);
  } else {
    w.key(name).null();
  }
}

void write_facts(wire::JsonWriter& w, const catalog::ModelGroup& group) {
  w.field("mode", "chat");
  write_tokens(w, "max_output_tokens", group.facts.max_output);
  write_tokens(w, "max_input_tokens", group.facts.context_window);
  w.field("supports_vision", group.facts.target.images);
  w.field("supports_prompt_caching", group.facts.target.prompt_caching);
  w.field("supports_reasoning", group.facts.target.reasoning);
  w.field("supports_function_calling", group.facts.target.tools);
}

// The dearest rate of a group's deployments; none where one of them has no price.
std::optional<Price> dearest(const catalog::ModelGroup& group, Price catalog::Rates::* rate) {
  std::optional<Price> most;
  for (const auto& deployment : group.deployments) {
    if (!deployment.prices) return {};
    auto price = deployment.prices->base.*rate;
    most = most ? std::max(*most, price) : price;
  }
  return most;
}

// The kinds of provider that serve the group, each once, as LiteLLM names them.
void write_providers(wire::JsonWriter& w, const Policy& policy, const catalog::ModelGroup& group) {
  std::vector<std::string_view> names;
  for (const auto& deployment : group.deployments) {
    const auto* upstream = policy.find_upstream(deployment.upstream);
    auto name = upstream ? provider_prefix(upstream->kind) : std::string_view();
    if (!name.empty()) name.remove_suffix(1);
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  w.key("providers").begin_array();
  for (auto name : names) w.string(name);
  w.end_array();
}

void write_info(wire::JsonWriter& w, const catalog::ModelGroup& group,
                const catalog::Deployment& deployment) {
  w.key("model_info").begin_object();
  w.field("id", std::to_string(deployment.id.value));
  write_tokens(w, "max_tokens", group.facts.max_output);
  write_facts(w, group);
  if (deployment.prices) {
    const auto& rates = deployment.prices->base;
    write_price(w, "input_cost_per_token", rates.input);
    write_price(w, "output_cost_per_token", rates.output);
    write_price(w, "cache_read_input_token_cost", rates.cache_read);
    write_price(w, "cache_creation_input_token_cost", rates.cache_write_5m);
  }
  w.end_object();
}

}  // namespace

std::string models_json(const Policy& policy, const KeyPolicy& key, wire::Dialect shape) {
  auto allowed = policy.allowed_models(key);
  bool anthropic_shape = shape == wire::Dialect::kAnthropicMessages;
  bool google_shape = shape == wire::Dialect::kGemini;
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object();
  if (!anthropic_shape && !google_shape) w.field("object", "list");
  w.key(google_shape ? "models" : "data").begin_array();
  for (const auto* group : allowed) write_model(w, *group, shape);
  w.end_array();
  if (anthropic_shape) {
    w.field("has_more", false);
    w.key("first_id");
    allowed.empty() ? w.null() : w.string(allowed.front()->name);
    w.key("last_id");
    allowed.empty() ? w.null() : w.string(allowed.back()->name);
  }
  w.end_object();
  return out;
}

std::string model_info_json(const Policy& policy, const KeyPolicy& key) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().key("data").begin_array();
  for (const auto* group : policy.allowed_models(key)) {
    for (const auto& deployment : group->deployments) {
      w.begin_object();
      w.field("model_name", group->name);
      w.key("litellm_params").begin_object();
      w.field("model", provider_name(policy, deployment));
      w.end_object();
      write_info(w, *group, deployment);
      w.end_object();
    }
  }
  w.end_array().end_object();
  return out;
}

std::string model_group_info_json(const Policy& policy, const KeyPolicy& key) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().key("data").begin_array();
  for (const auto* group : policy.allowed_models(key)) {
    w.begin_object().field("model_group", group->name);
    write_providers(w, policy, *group);
    write_facts(w, *group);
    write_price(w, "input_cost_per_token", dearest(*group, &catalog::Rates::input));
    write_price(w, "output_cost_per_token", dearest(*group, &catalog::Rates::output));
    w.end_object();
  }
  w.end_array().end_object();
  return out;
}

namespace {

std::string model_json(const catalog::ModelGroup& group, wire::Dialect shape) {
  std::string out;
  wire::JsonWriter w(out);
  write_model(w, group, shape);
  return out;
}

// Also by a signature, over a body that is empty.
Outcome<const KeyPolicy*> identify_reader(const http::RequestHead& request, const Policy& policy,
                                          WallTime now) {
  auto who = identify(request.headers, policy, now);
  if (who || !is_signed(request.headers)) return who;
  auto signer = find_signer(request, policy, now);
  if (!signer) return Refused(std::move(signer).error());
  auto good = check_signed_body(request, *signer, policy, "", now);
  if (good) good = check_key(*signer->key, now);
  if (!good) return Refused(std::move(good).error());
  return signer->key;
}

Outcome<std::string> answer_body(Exchange& x) {
  if (x.operation == wire::Operation::kModelInfo) return model_info_json(*x.policy, *x.key);
  if (x.operation == wire::Operation::kModelGroupInfo) {
    return model_group_info_json(*x.policy, *x.key);
  }
  if (x.operation == wire::Operation::kListModels) return models_json(*x.policy, *x.key, x.dialect);
  const auto& request = x.http.request();
  if (x.operation == wire::Operation::kListInferenceProfiles) {
    return inference_profiles_json(*x.policy, *x.key, request.query());
  }
  x.envelope.model_name = name_of_profile(wire::model_of_path(request.path()));
  x.record.model_asked = x.envelope.model_name.substr(0, 200);
  if (auto allowed = authorise_model(x); !allowed) return Refused(std::move(allowed).error());
  if (x.operation == wire::Operation::kGetInferenceProfile) {
    return inference_profile_json(*x.policy, *x.key, *x.model);
  }
  return model_json(*x.model, x.dialect);
}

}  // namespace

io::task<void> answer_models(Exchange& x) {
  x.record.operation = "models";
  const auto& request = x.http.request();
  if (auto query = check_query(request.query()); !query) {
    co_await refuse(x, std::move(query).error());
    co_return;
  }
  auto who = identify_reader(request, *x.policy, x.record.at);
  if (!who) {
    co_await refuse(x, std::move(who).error());
    co_return;
  }
  x.key = *who;
  auto body = answer_body(x);
  if (!body) {
    co_await refuse(x, std::move(body).error());
    co_return;
  }
  auto headers = answer_headers(x);
  headers.add("content-type", "application/json");
  x.record.status = 200;
  x.record.outcome = "ok";
  (void)co_await x.http.respond(200, headers, *body);
}

io::task<void> refuse_method(Exchange& x) {
  x.record.operation = "wrong_method";
  const auto& request = x.http.request();
  bool takes_post = wire::match_data_path("POST", request.path()) != wire::Operation::kWrongMethod;
  wire::Refusal refusal;
  refusal.code = Code::kUnsupported;
  refusal.rule = "method";
  refusal.allow = takes_post ? "POST" : "GET, HEAD";
  refusal.detail = "this path does not take " + request.method + "; it takes " + refusal.allow;
  co_await refuse(x, std::move(refusal));
}

}  // namespace sekisho::gateway
