#include "gateway/upstream_request.h"

#include <algorithm>

#include "gateway/admission.h"
#include "gateway/call_bounds.h"
#include "gateway/count_tokens.h"
#include "gateway/query_string.h"
#include "http/percent.h"
#include "wire/auto_cache.h"
#include "wire/bedrock/count_tokens.h"
#include "wire/bedrock/invoke_request.h"
#include "wire/bedrock/packed_messages.h"
#include "wire/signed_thinking.h"

namespace sekisho::gateway {
namespace {

void add_client_headers(const Exchange& x, http::Headers& out) {
  const auto& fields = x.http.request().headers.fields();
  out.reserve(fields.size() + 4);
  for (const auto& field : fields) {
    bool tainted = std::ranges::find(x.tainted_headers, field.name) != x.tainted_headers.end();
    if (passes_upstream(field.name) && !tainted) out.add(field.name, field.value);
  }
}

// Claude's thinking budget must stay below max_tokens and at or above its minimum; admission lowers
// no further than both allow.
void lower_thinking(const Exchange& x, std::int64_t output, std::vector<wire::SpanEdit>& edits) {
  if (!x.envelope.thinking_budget) return;
  auto text = x.envelope.thinking_budget->of(x.body.view());
  std::int64_t budget = 0;
  for (char c : text) {
    if (c < '0' || c > '9' || budget > 1'000'000'000) return;
    budget = budget * 10 + (c - '0');
  }
  if (budget < output) return;
  edits.push_back(
      {*x.envelope.thinking_budget, std::to_string(std::max(kLeastThinkingBudget, output / 2))});
}

void lower_output(const Exchange& x, const Upstream& upstream, std::vector<wire::SpanEdit>& edits) {
  if (!x.lowered_output) return;
  bool older = x.dialect == wire::Dialect::kOpenAiCompletions;  // knows one name only
  wire::edit_max_tokens(x.envelope, x.body.view(),
                        older ? std::string_view("max_tokens") : upstream.max_tokens_field,
                        *x.lowered_output, edits);
  lower_thinking(x, *x.lowered_output, edits);
}

void mark_for_cache(const Exchange& x, std::vector<wire::SpanEdit>& edits) {
  bool messages = x.dialect == wire::Dialect::kAnthropicMessages;
  if (!x.model->auto_prompt_caching || !messages || wire::is_token_count(x.operation)) return;
  wire::edit_cache_marks(x.envelope, x.body.view(), edits);
}

// OpenAI's reasoning models refuse the old name, which most agents send.
bool renames_max_tokens(const Exchange& x, const Upstream& upstream) {
  return x.dialect == wire::Dialect::kOpenAiChat && upstream.kind == UpstreamKind::kOpenAi &&
         upstream.max_tokens_field == "max_completion_tokens";
}

// What is not as it was signed the provider would refuse. A turn that is left without its thinking
// goes on without any, as it does where the client has lost it.
Outcome<void> leave_out_thinking(const Exchange& x, std::vector<wire::SpanEdit>& edits,
                                 std::vector<std::string>& dropped) {
  if (x.dialect != wire::Dialect::kAnthropicMessages) return {};
  bool may_be_in_it = std::ranges::any_of(x.findings, [&](const BlockFinding& finding) {
    return x.envelope.blocks[finding.block].kind == wire::BlockKind::kAssistant;
  });
  if (!may_be_in_it && x.envelope.unsigned_thinking == 0) return {};
  auto thinking = wire::edit_thinking(x.envelope, x.body.view(), x.verdict.redactions);
  if (thinking.edits.empty()) return {};
  edits.insert(edits.end(), thinking.edits.begin(), thinking.edits.end());
  dropped.emplace_back("thinking");
  if (!thinking.last_is_lost) return {};
  if (!x.model->facts.target.always_thinks) {
    wire::edit_thinking_off(x.envelope, x.body.view(), edits);
    return {};
  }
  wire::Refusal refusal;
  refusal.code = Code::kGuardrailBlocked;
  refusal.rule = "signed_thinking";
  refusal.scope = "request";
  refusal.detail =
      "the thinking before the last tool call held a secret that was redacted, and this model does "
      "not go on without it: begin the turn again";
  return Refused(std::move(refusal));
}

bool wants_usage(const Exchange& x, const Upstream& upstream) {
  return upstream.kind == UpstreamKind::kOpenAi && x.envelope.stream && upstream.usage_in_stream &&
         !x.envelope.include_usage;
}

// Where the client's path names the model its body may not, or may name another. Gemini's body may
// repeat it, as a resource's name; Converse's has none.
void name_model(const Exchange& x, const catalog::Deployment& deployment,
                std::vector<wire::SpanEdit>& edits) {
  const auto& name = deployment.upstream_model;
  if (x.dialect == wire::Dialect::kBedrockConverse) return;
  if (x.dialect == wire::Dialect::kGemini) {
    wire::edit_model(x.envelope, "models/" + name, edits);
  } else if (x.envelope.model_place == wire::ModelPlace::kBody) {
    if (x.envelope.model_name != name) wire::edit_model(x.envelope, name, edits);
  } else if (x.envelope.model.empty()) {
    wire::edit_in(x.body.view(), "model", '"' + wire::escape_json(name) + '"', edits);
  } else {
    wire::edit_model(x.envelope, name, edits);
  }
}

void splice(Exchange& x, std::vector<wire::SpanEdit> edits, UpstreamRequest& request) {
  request.spliced.emplace(x.body.view(), std::move(edits));
  for (auto piece : request.spliced->pieces()) {
    request.body.push_back({const_cast<char*>(piece.data()), piece.size()});
  }
}

// The versions that Google's base URLs end in.
bool names_version(std::string_view base_path) {
  const auto last = base_path.substr(base_path.rfind('/') + 1);
  return last.starts_with("v1");
}

// POST …/models/{model}:{verb}, the colon as it is: Google does not know it as %3A.
void address_gemini(const Exchange& x, const Upstream& upstream,
                    const catalog::Deployment& deployment, UpstreamRequest& request) {
  if (!upstream.bearer.empty()) request.headers.set("x-goog-api-key", upstream.bearer);
  if (!names_version(upstream.base_path)) request.target += "/v1beta";
  request.target += "/models/" + http::percent_encode(deployment.upstream_model);
  if (wire::is_token_count(x.operation)) {
    request.target += ":countTokens";
  } else if (!x.envelope.stream) {
    request.target += ":generateContent";
  } else {
    request.json_array = request.form == UpstreamForm::kSameDialect && x.json_array;
    request.target +=
        request.json_array ? ":streamGenerateContent" : ":streamGenerateContent?alt=sse";
  }
}

// Where the provider takes calls of a dialect. REQUIRES: it is no Bedrock.
void address(const Exchange& x, const Upstream& upstream, const catalog::Deployment& deployment,
             UpstreamRequest& request) {
  auto& headers = request.headers;
  headers.set("content-type", "application/json");
  request.target = upstream.base_path;
  switch (request.dialect) {
    case wire::Dialect::kAnthropicMessages: {
      if (!upstream.bearer.empty()) headers.set("x-api-key", upstream.bearer);
      if (!headers.find("anthropic-version")) headers.set("anthropic-version", "2023-06-01");
      if (!upstream.base_path.ends_with("/v1")) request.target += "/v1";
      request.target += wire::is_token_count(x.operation) ? "/messages/count_tokens" : "/messages";
      bool own = request.form == UpstreamForm::kSameDialect;
      if (auto query = own ? query_for_upstream(x.http.request().query()) : std::string();
          !query.empty()) {
        request.target += "?" + query;
      }
      return;
    }
    case wire::Dialect::kGemini:
      return address_gemini(x, upstream, deployment, request);
    case wire::Dialect::kOpenAiResponses:
      request.target += "/responses";
      break;
    case wire::Dialect::kOpenAiCompletions:
      request.target += "/completions";
      break;
    case wire::Dialect::kOpenAiEmbeddings:
      request.target += "/embeddings";
      break;
    default:
      request.target += "/chat/completions";
  }
  if (!upstream.bearer.empty()) headers.set("authorization", "Bearer " + upstream.bearer);
}

// Values of the client's beta headers, but for a header that holds a secret.
std::vector<std::string_view> betas_to_send(const Exchange& x) {
  constexpr std::string_view kName = "anthropic-beta", kBlanks = " \t";
  std::vector<std::string_view> betas;
  for (const auto& field : x.http.request().headers.fields()) {
    bool tainted = std::ranges::find(x.tainted_headers, field.name) != x.tainted_headers.end();
    if (tainted || !http::equals_ignoring_case(field.name, kName)) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      auto comma = std::min(rest.find(','), rest.size());
      auto value = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
      value = value.substr(0, value.find_last_not_of(kBlanks) + 1);
      if (!value.empty()) betas.push_back(value);
    }
  }
  return betas;
}

// Of the headers and of a packed body, for Anthropic's header. What does not look like a beta is
// none.
std::string betas_as_header(const Exchange& x) {
  constexpr std::size_t kLongestBeta = 64;
  auto betas = betas_to_send(x);
  betas.insert(betas.end(), x.envelope.betas.begin(), x.envelope.betas.end());
  std::string out;
  for (std::size_t i = 0; i < betas.size(); ++i) {
    auto beta = betas[i];
    bool plain = beta.size() <= kLongestBeta && std::ranges::all_of(beta, [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
                 });
    bool repeated = std::find(betas.begin(), betas.begin() + static_cast<std::ptrdiff_t>(i),
                              beta) != betas.begin() + static_cast<std::ptrdiff_t>(i);
    if (plain && !repeated) out.append(out.empty() ? "" : ",").append(beta);
  }
  return out;
}

// Bedrock's InvokeModel and Vertex's rawPredict, and what Bedrock's CountTokens holds of them.
bool is_packed(wire::Operation operation) {
  bool messages = wire::dialect_of(operation) == wire::Dialect::kAnthropicMessages;
  return operation == wire::Operation::kBedrockCountTokens ||
         (messages && wire::streams_by_path(operation).has_value());
}

// The client packed its body for another door (InvokeModel, rawPredict): a few edits more.
Outcome<void> build_unpacked(Exchange& x, const Upstream& upstream,
                             const catalog::Deployment& deployment, UpstreamRequest& request) {
  add_client_headers(x, request.headers);
  address(x, upstream, deployment, request);
  request.headers.set("accept", x.envelope.stream ? "text/event-stream" : "application/json");
  if (auto betas = betas_as_header(x); !betas.empty()) request.headers.set("anthropic-beta", betas);
  auto edits = wire::bedrock::unpack_edits(x.envelope, x.body.view(), deployment.upstream_model,
                                           x.envelope.stream, wire::is_token_count(x.operation));
  edits.insert(edits.end(), x.verdict.redactions.begin(), x.verdict.redactions.end());
  lower_output(x, upstream, edits);
  mark_for_cache(x, edits);
  auto good = leave_out_thinking(x, edits, request.dropped);
  splice(x, std::move(edits), request);
  return good;
}

Outcome<void> build_raw(Exchange& x, const Upstream& upstream,
                        const catalog::Deployment& deployment, UpstreamRequest& request) {
  if (is_packed(x.operation)) return build_unpacked(x, upstream, deployment, request);
  request.usage_injected = wants_usage(x, upstream);
  add_client_headers(x, request.headers);
  address(x, upstream, deployment, request);
  auto edits = edits_for(x, upstream, deployment);
  wire::edit_offered_tools(x.envelope, x.body.view(), x.policy->settings.allowed_provider_tools,
                           edits, request.dropped);
  auto good = leave_out_thinking(x, edits, request.dropped);
  splice(x, std::move(edits), request);
  return good;
}

wire::Refusal refusal_from(const Error& error, std::string rule) {
  wire::Refusal refusal;
  refusal.code = error.code;
  refusal.rule = std::move(rule);
  refusal.detail = error.detail;
  return refusal;
}

Outcome<void> check_credentials(const Upstream& upstream) {
  if (!upstream.bearer.empty() || upstream.aws) return {};
  return Refused(refusal_from(
      {Code::kUpstreamFailed, "upstream '" + upstream.name + "' has no AWS credentials"},
      "upstream_credentials"));
}

// The operation's path, and the headers of a body with this hash.
void address_bedrock(const Exchange& x, const Upstream& upstream, std::string_view model,
                     std::string_view operation, const std::vector<std::string_view>& body,
                     UpstreamRequest& request) {
  request.target =
      upstream.base_path + "/model/" + http::percent_encode(model) + std::string(operation);
  if (!upstream.bearer.empty()) {
    request.headers.set("content-type", "application/json");
    request.headers.set("authorization", "Bearer " + upstream.bearer);
  } else {
    auto signed_headers = wire::aws::sign_request(
        "POST", upstream.origin.authority, request.target, wire::aws::sha256_hex(body),
        upstream.region, "bedrock", *upstream.aws, x.worker.loop.clock().wall());
    for (auto& header : signed_headers) request.headers.set(header.name, header.value);
  }
  request.headers.set(
      "accept", x.envelope.stream ? "application/vnd.amazon.eventstream" : "application/json");
}

// The body in the upstream's dialect, redacted.
Outcome<void> translate(const Exchange& x, const Upstream& upstream,
                        const catalog::Deployment& deployment, UpstreamRequest& request) {
  std::string redacted;
  auto body = x.body.view();
  if (!x.verdict.redactions.empty()) {
    redacted = wire::SplicedBody(body, x.verdict.redactions).str();
    redacted.append(http::Buffer::kPadding, '\0');
    body = std::string_view(redacted).substr(0, redacted.size() - http::Buffer::kPadding);
  }
  auto target = x.model->facts.target;
  // Who sells no long cache writes has no price for them.
  if (deployment.prices) target.one_hour_cache = deployment.prices->base.cache_write_1h.has_value();
  wire::TranslationSettings settings;
  settings.model = deployment.upstream_model;
  settings.max_tokens = x.output_bound;
  // Clients ask for what their own models can do; this target refuses more than it can.
  const auto most = x.model->facts.max_output;
  const bool lowered = most > 0 && settings.max_tokens > most;
  if (lowered) settings.max_tokens = most;
  settings.max_tokens_field = upstream.max_tokens_field;
  settings.stream = x.envelope.stream;
  settings.usage_in_stream = upstream.usage_in_stream;
  settings.reasoning_field = upstream.reasoning_field;
  settings.auto_cache = x.model->auto_prompt_caching;
  std::optional<ThinkingOfCall> thinking;
  if (x.worker.thinking) {
    thinking.emplace(*x.worker.thinking, x.key->key, target.family, x.worker.loop.now());
    settings.thinking = &*thinking;
  }
  auto translated = wire::translate_request(x.dialect, request.dialect, body, target, settings);
  if (!translated) return Refused(refusal_from(translated.error(), "translation"));
  request.translated = std::move(*translated);
  request.dropped = std::move(request.translated.dropped);
  if (lowered) request.dropped.push_back("max_tokens (lowered to " + std::to_string(most) + ")");
  request.body.push_back({request.translated.body.data(), request.translated.body.size()});
  return {};
}

Outcome<void> build_translated(const Exchange& x, const Upstream& upstream,
                               const catalog::Deployment& deployment, UpstreamRequest& request) {
  if (auto good = translate(x, upstream, deployment, request); !good) return good;
  if (upstream.kind != UpstreamKind::kBedrock) {
    address(x, upstream, deployment, request);
    return {};
  }
  address_bedrock(x, upstream, deployment.upstream_model,
                  x.envelope.stream ? "/converse-stream" : "/converse", {request.translated.body},
                  request);
  return {};
}

bool speaks_invoke(wire::Operation operation) {
  return operation == wire::Operation::kInvoke || operation == wire::Operation::kInvokeStream;
}

// What callers of InvokeModel ask for in headers does not go up. A guardrail is not left out
// silently.
Outcome<void> check_invoke_headers(const Exchange& x, std::vector<std::string>& dropped) {
  constexpr std::string_view kPrefix = "x-amzn-bedrock-", kAccept = "x-amzn-bedrock-accept";
  for (const auto& field : x.http.request().headers.fields()) {
    if (!http::starts_ignoring_case(field.name, kPrefix)) continue;
    if (http::equals_ignoring_case(field.name, kAccept)) continue;
    if (http::starts_ignoring_case(field.name, "x-amzn-bedrock-guardrail")) {
      return Refused(refusal_from({Code::kUnsupported,
                                   "x-amzn-bedrock-guardrail…: guardrails of Bedrock cannot be "
                                   "chosen by a call here; leave the header out"},
                                  "translation"));
    }
    dropped.emplace_back(field.name);
  }
  return {};
}

Outcome<void> build_invoke(Exchange& x, const Upstream& upstream,
                           const catalog::Deployment& deployment, UpstreamRequest& request) {
  std::vector<wire::SpanEdit> edits;
  if (speaks_invoke(x.operation)) {  // to whom Bedrock itself says what it does not take
    wire::edit_gateway_members(x.envelope, x.body.view(), edits);
    if (auto good = check_invoke_headers(x, request.dropped); !good) return good;
  } else {
    auto invoke = wire::bedrock::invoke_edits(x.envelope, x.body.view(), betas_to_send(x));
    if (!invoke) return Refused(refusal_from(invoke.error(), "translation"));
    edits = std::move(invoke->edits);
    request.dropped = std::move(invoke->dropped);
  }
  edits.insert(edits.end(), x.verdict.redactions.begin(), x.verdict.redactions.end());
  lower_output(x, upstream, edits);
  mark_for_cache(x, edits);
  if (auto good = leave_out_thinking(x, edits, request.dropped); !good) return good;
  splice(x, std::move(edits), request);
  address_bedrock(x, upstream, deployment.upstream_model,
                  x.envelope.stream ? "/invoke-with-response-stream" : "/invoke",
                  request.spliced->pieces(), request);
  return {};
}

// Converse to Converse: the client's own bytes.
void build_converse(Exchange& x, const Upstream& upstream, const catalog::Deployment& deployment,
                    UpstreamRequest& request) {
  splice(x, edits_for(x, upstream, deployment), request);
  address_bedrock(x, upstream, deployment.upstream_model,
                  x.envelope.stream ? "/converse-stream" : "/converse", request.spliced->pieces(),
                  request);
}

Outcome<void> build_count(const Exchange& x, const Upstream& upstream,
                          const catalog::Deployment& deployment, UpstreamRequest& request) {
  auto body = count_body(x);
  if (!body) return Refused(std::move(body).error());
  request.translated.body = std::move(*body);
  request.body.push_back({request.translated.body.data(), request.translated.body.size()});
  address_bedrock(x, upstream, wire::bedrock::foundation_model(deployment.upstream_model),
                  "/count-tokens", {request.translated.body}, request);
  return {};
}

}  // namespace

std::vector<wire::SpanEdit> edits_for(const Exchange& x, const Upstream& upstream,
                                      const catalog::Deployment& deployment) {
  auto edits = x.verdict.redactions;
  name_model(x, deployment, edits);
  lower_output(x, upstream, edits);
  if (renames_max_tokens(x, upstream)) wire::rename_max_tokens(x.envelope, x.body.view(), edits);
  if (wants_usage(x, upstream)) wire::edit_include_usage(x.envelope, x.body.view(), edits);
  wire::edit_gateway_members(x.envelope, x.body.view(), edits);
  mark_for_cache(x, edits);
  return edits;
}

bool is_claude(const catalog::ModelGroup& group, const catalog::Deployment& deployment) {
  const auto& id = deployment.upstream_model;
  return id.contains("claude") || (id.starts_with("arn:") && group.facts.target.family == "claude");
}

std::optional<Route> route_to(wire::Dialect client, const Upstream& upstream,
                              const catalog::ModelGroup& group,
                              const catalog::Deployment& deployment) {
  auto dialect = dialect_of(upstream.kind);
  if (speaks(upstream.kind, client)) return Route{UpstreamForm::kSameDialect, client};
  bool bedrock = upstream.kind == UpstreamKind::kBedrock;
  if (bedrock && client == wire::Dialect::kAnthropicMessages && is_claude(group, deployment)) {
    return Route{UpstreamForm::kInvokeModel, client};
  }
  if (wire::can_translate(client, dialect)) return Route{UpstreamForm::kTranslated, dialect};
  return {};
}

Outcome<std::unique_ptr<UpstreamRequest>> build_request(Exchange& x, const Upstream& upstream,
                                                        const catalog::Deployment& deployment) {
  auto request = std::make_unique<UpstreamRequest>();
  auto reaches = check_dialect(x.dialect, upstream, *x.model, deployment);
  if (!reaches) return Refused(std::move(reaches).error());
  const auto route = *route_to(x.dialect, upstream, *x.model, deployment);
  request->form = route.form;
  request->dialect = route.dialect;
  if (upstream.kind == UpstreamKind::kBedrock) {
    if (auto good = check_credentials(upstream); !good) return Refused(std::move(good).error());
  }
  if (upstream.kind == UpstreamKind::kBedrock && wire::is_token_count(x.operation)) {
    if (auto good = build_count(x, upstream, deployment, *request); !good) {
      return Refused(std::move(good).error());
    }
    return request;
  }
  Outcome<void> built;
  switch (route.form) {
    case UpstreamForm::kSameDialect:
      built = check_deployment_modes(x, deployment);
      if (!built) break;
      if (upstream.kind == UpstreamKind::kBedrock) {
        build_converse(x, upstream, deployment, *request);
      } else {
        built = build_raw(x, upstream, deployment, *request);
      }
      break;
    case UpstreamForm::kInvokeModel:
      built = build_invoke(x, upstream, deployment, *request);
      break;
    case UpstreamForm::kTranslated:
      built = build_translated(x, upstream, deployment, *request);
  }
  if (!built) return Refused(std::move(built).error());
  return request;
}

Outcome<void> check_dialect(wire::Dialect dialect, const Upstream& upstream,
                            const catalog::ModelGroup& group,
                            const catalog::Deployment& deployment) {
  if (route_to(dialect, upstream, group, deployment)) return {};
  wire::Refusal refusal;
  refusal.code = Code::kUnsupported;
  refusal.rule = "dialect";
  refusal.param = "model";
  refusal.detail = "model '" + group.name + "' is served by upstream '" + upstream.name +
                   "', which cannot be reached through this API yet; use a model whose upstream "
                   "speaks " +
                   std::string(wire::dialect_name(dialect));
  return Refused(std::move(refusal));
}

}  // namespace sekisho::gateway
