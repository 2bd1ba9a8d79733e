#include "gateway/gateway.h"

#include <algorithm>

#include "gateway/admission.h"
#include "gateway/count_tokens.h"
#include "gateway/identify.h"
#include "gateway/inference_profiles.h"
#include "gateway/model_routes.h"
#include "gateway/probe.h"
#include "gateway/recorded_text.h"
#include "gateway/relay.h"
#include "gateway/settlement.h"
#include "gateway/signals.h"
#include "gateway/signed_caller.h"

namespace sekisho::gateway {
namespace {

wire::Refusal body_refusal(const Error& error) {
  wire::Refusal refusal;
  refusal.code = error.code;
  refusal.rule = "request_body";
  refusal.detail = error.detail;
  if (error.code == Code::kOverloaded) refusal.retry_after_s = 2;
  return refusal;
}

void note_caller(Exchange& x) {
  x.record.key = x.key->key;
  x.record.user = x.key->user;
  x.record.unit = x.key->unit;
  x.record.organisation = x.key->organisation;
  x.record.tags = x.key->tags;
}

Outcome<void> accept_caller(Exchange& x, const KeyPolicy& key) {
  x.key = &key;
  note_caller(x);  // of a blocked key, too
  return check_key(key, x.record.at);
}

// What a provider measured for the last turn bounds this one only if all that is not a message is
// as it was.
void distrust_measure(Exchange& x) {
  const auto* turn = x.earlier.turn;
  if (!turn) return;
  bool same = turn->betas == x.betas &&
              wire::same_settings(turn->envelope, turn->body.view(), x.envelope, x.body.view());
  // By the maximum, translation decides whether there is room for reasoning.
  if (turn->translated) same = same && turn->envelope.max_tokens == x.envelope.max_tokens;
  if (!same) x.earlier.measured_prompt = 0;
}

// Whether what this deployment has no place for goes up where the next turn may be served.
bool goes_up_elsewhere(const Exchange& x) {
  if (x.record.dropped_fields.empty()) return false;
  return std::ranges::any_of(x.model->deployments, [&](const auto& deployment) {
    const auto* upstream = x.policy->find_upstream(deployment.upstream);
    return upstream && x.upstream && upstream->kind != x.upstream->kind;
  });
}

// What the same bytes can have as tokens in the next turn, by this turn's usage; 0 = unknown.
// Edited contexts, and reasoning that a lowered maximum left out, are not in the provider's figure;
// what was redacted may go up as it is next time.
std::int64_t measured_bound(const Exchange& x) {
  bool offers =
      !x.envelope.offered_tools.empty() && !x.policy->settings.allowed_provider_tools.empty();
  bool whole = !x.envelope.context_edits && x.envelope.provider_features.empty() && !offers &&
               !(x.lowered_output && x.translated) && !goes_up_elsewhere(x);
  if (x.record.settlement != "reported" || !whole) return 0;
  auto bound = x.record.usage.prompt();
  for (const auto& redaction : x.verdict.redactions) bound += redaction.where.size();
  return bound;
}

// The system prompt is read for signals once in a conversation.
bool has_same_system(const Exchange& x) {
  if (!x.earlier.turn) return false;
  auto last = std::ranges::find_if(
      x.envelope.blocks.rbegin(), x.envelope.blocks.rend(), [](const auto& block) {
        return block.kind == wire::BlockKind::kSystem && block.message <= 1;
      });
  return last == x.envelope.blocks.rend() || last->raw.end <= x.earlier.prefix;
}

Signals signals_of(Exchange& x) {
  const auto& headers = x.http.request().headers;
  const auto* before = has_same_system(x) ? &x.earlier.turn->system_mode : nullptr;
  auto mode = find_mode(x.envelope, x.body.view(), x.client, before);
  x.system_mode = mode.from_system;
  return {mode.mode, client_signal(x.client, headers.find("x-claude-code-session-id").has_value()),
          session_signal(headers, x.envelope, !x.session.empty())};
}

wire::Refusal no_responses() {
  wire::Refusal refusal;
  refusal.code = Code::kNotOffered;
  refusal.rule = "responses";
  refusal.detail = "the Responses API is not offered yet; use chat completions";
  return refusal;
}

Outcome<void> read_envelope(Exchange& x) {
  if (x.operation == wire::Operation::kResponses) return Refused(no_responses());
  if (auto inner = unwrap_count_request(x); !inner) return inner;
  auto body = x.body.view();
  auto& worker = x.worker;
  const auto& headers = x.http.request().headers;
  if (worker.use_memory) {
    x.earlier = worker.memory.find(x.key->key, x.dialect, session_from_headers(headers), body);
  }
  auto model = wire::model_of_path(x.http.request().path());
  auto place = model.empty() ? wire::ModelPlace::kBody : wire::ModelPlace::kPath;
  auto parsed = x.earlier.turn && x.earlier.turn->envelope.model_place == place
                    ? wire::resume_envelope(x.earlier.turn->envelope, x.earlier.prefix, body,
                                            x.earlier.suffix)
                    : wire::parse_envelope(x.dialect, body, place);
  if (!parsed) return Refused(body_refusal(parsed.error()));
  x.envelope = std::move(*parsed);
  if (!model.empty()) x.envelope.model_name = name_of_profile(model);
  if (auto streams = wire::streams_by_path(x.operation)) x.envelope.stream = *streams;
  for (const auto& beta : x.envelope.betas) x.betas.append(beta).append("\n");
  distrust_measure(x);
  x.session = session_of(headers, x.envelope);
  auto shown = x.session.empty() ? conversation_name(*x.key, x.envelope, body) : x.session;
  const auto& rules = *worker.rules;
  x.record.model_asked = recorded_text(rules, x.envelope.model_name);
  x.record.session = recorded_text(rules, shown);
  x.record.signals = signals_of(x).packed();
  for (const auto& tag : x.envelope.tags) x.record.tags.push_back(recorded_text(rules, tag));
  return {};
}

// Redacted contents hold no finding, whatever its rule's mode does to the call itself.
std::string redacted_request(const Exchange& x) {
  if (!x.scanned) return {};
  const auto& rules = x.worker.rules->rules();
  std::vector<wire::SpanEdit> edits;
  for (const auto& finding : x.findings) {
    auto begin = x.envelope.blocks[finding.block].raw.begin;
    edits.push_back(
        {{begin + finding.begin, begin + finding.end}, guard::placeholder(rules[finding.rule])});
  }
  return wire::SplicedBody(x.body.view(), std::move(edits)).str();
}

// By capture policy: the request as it came, or redacted, up to the cap.
void capture_request(Exchange& x) {
  auto mode = x.policy->settings.capture;
  if (mode == Capture::kOff) return;
  auto text = mode == Capture::kFull ? std::string(x.body.view().substr(0, limits::kCapturedBytes))
                                     : redacted_request(x);
  x.record.request_content = text.substr(0, limits::kCapturedBytes);
}

// An answer is captured as the client got it: with findings in it, or never inspected, it is not
// what "redacted" promises.
void check_captured_answer(Exchange& x) {
  if (x.policy->settings.capture != Capture::kRedacted) return;
  bool kept_findings = std::ranges::any_of(x.record.verdicts, [](const auto& verdict) {
    return verdict.where == "response" && verdict.mode != "redact";
  });
  if (kept_findings || x.record.scanned_response_bytes < 0) x.record.response_content.clear();
}

// Moves the body into the conversation memory, with what this turn taught us.
void remember(Exchange& x) {
  if (!x.worker.use_memory || !x.key || x.envelope.model_name.empty()) return;
  Turn turn;
  turn.key = x.key->key;
  turn.dialect = x.dialect;
  turn.session = session_from_headers(x.http.request().headers);  // what find() can know
  if (turn.session.empty()) turn.session = x.session;
  turn.scanned = x.scanned;
  turn.rules_version = x.worker.rules->version();
  turn.findings = std::move(x.findings);
  if (x.model) turn.model = x.model->id;
  if (x.deployment) turn.deployment = x.deployment->id;
  turn.betas = std::move(x.betas);
  turn.system_mode = x.system_mode;
  turn.translated = x.translated;
  turn.measured_prompt = measured_bound(x);
  turn.body = std::move(x.body);
  turn.envelope = std::move(x.envelope);
  x.worker.memory.keep(std::move(turn), x.earlier.number);
}

AttemptPlan plan_attempts(Exchange& x) {
  auto& worker = x.worker;
  std::optional<DeploymentId> sticky;
  if (x.earlier && x.earlier.model == x.model->id) sticky = x.earlier.deployment;
  auto order = route_order(*x.model, sticky, worker.health, worker.loop.now(), worker.random);
  if (wire::is_token_count(x.operation)) {
    std::erase_if(order, [&](const auto* deployment) { return !counts_tokens(x, *deployment); });
  }
  return AttemptPlan(std::move(order));
}

wire::Refusal not_configured(const catalog::Deployment& deployment) {
  wire::Refusal refusal;
  refusal.code = Code::kUpstreamUnreachable;
  refusal.rule = "upstream";
  refusal.detail = "upstream '" + deployment.upstream_name + "' is not configured";
  refusal.who = "an administrator";
  return refusal;
}

// One step of the plan.
io::task<AttemptEnd> try_deployment(Exchange& x, const catalog::Deployment& deployment) {
  AttemptEnd end;
  x.deployment = &deployment;
  x.upstream = x.policy->find_upstream(deployment.upstream);
  if (!x.upstream) {
    end.next = Next::kOtherDeployment;
    end.refusal = not_configured(deployment);
    co_return end;
  }
  auto request = build_request(x, *x.upstream, deployment);
  if (!request) {
    end.next = Next::kOtherDeployment;
    end.refusal = std::move(request).error();
    co_return end;
  }
  ++x.record.attempts;
  x.record.deployment = deployment.id;
  x.translated = (*request)->form == UpstreamForm::kTranslated;
  bool invoked = (*request)->form == UpstreamForm::kInvokeModel;
  x.record.upstream_dialect = invoked ? "bedrock_invoke" : wire::dialect_name((*request)->dialect);
  x.record.dropped_fields.clear();
  for (const auto& field : (*request)->dropped) {
    x.record.dropped_fields.push_back(recorded_text(*x.worker.rules, field));
  }
  x.hold.deployment(deployment.id);
  co_return co_await attempt(x, **request);
}

// As traces name what was asked for.
std::string_view operation_name(wire::Operation operation) {
  using enum wire::Operation;
  if (wire::is_token_count(operation)) return "count_tokens";
  switch (operation) {
    case kMessages:
    case kInvoke:
    case kInvokeStream:
    case kRawPredict:
    case kStreamRawPredict:
      return "messages";
    case kResponses:
      return "responses";
    case kCompletions:
      return "completions";
    case kEmbeddings:
      return "embeddings";
    case kConverse:
    case kConverseStream:
      return "converse";
    case kGenerateContent:
    case kStreamGenerateContent:
      return "generate_content";
    default:
      return "chat";
  }
}

// Of two failures the one that time may heal is told: the client does well to come again.
void tell(std::optional<wire::Refusal>& told, wire::Refusal refusal) {
  bool heals = wire::is_transient(refusal.code);
  if (!told || heals || !wire::is_transient(told->code)) told = std::move(refusal);
}

// Goes through the plan. True when a deployment answered; else `told` says why none did, unless the
// client is gone.
io::task<bool> relay_somewhere(Exchange& x, std::optional<wire::Refusal>& told) {
  auto& worker = x.worker;
  auto plan = plan_attempts(x);
  bool alone = x.model->deployments.size() == 1;
  for (int tries = 0; !x.client_gone; ++tries) {
    auto step = plan.next(worker.loop.now());
    if (!step) break;
    if (step->at > worker.loop.now()) co_await worker.loop.sleep_until(step->at);
    if (x.client_gone) break;
    auto end = co_await try_deployment(x, *step->deployment);
    auto id = step->deployment->id;
    if (end.answered) {
      worker.health.succeeded(id);
      co_return true;
    }
    auto now = worker.loop.now();
    if (end.rest > Duration::zero() && !alone) worker.health.failed(id, now, end.rest);
    plan.failed(end.next, now + retry_wait(tries, end.retry_after, worker.random));
    if (end.next == Next::kStop) told.reset();
    tell(told, std::move(end.refusal));
  }
  co_return false;
}

// A client that cannot have its tokens counted goes on without when it is told so (and asks again
// when it is told anything else), but for what is wrong with the request itself.
wire::Refusal as_not_counted(wire::Refusal refusal) {
  bool of_request = refusal.code == Code::kUpstreamRejected || refusal.rule == "dialect" ||
                    refusal.code == Code::kContextOverflow || refusal.code == Code::kTooLarge;
  if (of_request) return refusal;
  refusal.code = Code::kNotOffered;
  refusal.retry_after_s.reset();
  return refusal;
}

io::task<void> route_and_relay(Exchange& x) {
  auto awake = keep_awake(x);
  if (x.wants_stream()) awake.start();
  std::optional<wire::Refusal> told;
  if (co_await relay_somewhere(x, told)) co_return;
  release(x);
  if (x.client_gone) {
    x.record.outcome = "client_gone";
    co_return;
  }
  bool ours =
      told->rule == "translation" || told->rule == "dialect" || told->rule == "unpriced_mode";
  x.record.outcome = ours ? "refused" : "upstream_error";
  if (wire::is_token_count(x.operation)) told = as_not_counted(*std::move(told));
  co_await refuse(x, *std::move(told));
}

Outcome<void> refuse_count_tokens(const Exchange& x) {
  bool some = std::ranges::any_of(
      x.model->deployments, [&](const auto& deployment) { return counts_tokens(x, deployment); });
  if (some) return {};
  wire::Refusal refusal;
  refusal.code = Code::kNotOffered;
  refusal.rule = "count_tokens";
  refusal.detail = "tokens of model '" + x.model->name + "' cannot be counted here";
  return Refused(std::move(refusal));
}

io::task<void> run(Exchange& x) {
  auto received = co_await receive(x);
  if (!received) {
    co_await refuse(x, std::move(received).error());
    co_return;
  }
  auto allowed = authorise_model(x);
  if (allowed) allowed = inspect(x);
  capture_request(x);
  if (allowed && is_probe(x)) co_return co_await answer_probe(x);
  if (allowed && wire::is_token_count(x.operation)) allowed = refuse_count_tokens(x);
  if (allowed) allowed = admit(x);
  x.earlier.turn = nullptr;  // from here on other exchanges may use the memory
  x.record.own_us = x.elapsed_us();
  if (!allowed) {
    co_await refuse(x, std::move(allowed).error());
    co_return;
  }
  co_await route_and_relay(x);
}

}  // namespace

io::task<Outcome<void>> receive(Exchange& x) {
  const auto& request = x.http.request();
  if (auto query = check_query(request.query()); !query) {
    co_return Refused(std::move(query).error());
  }
  auto caller = find_caller(request.headers, *x.policy);
  std::optional<Signer> signer;
  if (!caller && is_signed(request.headers)) {
    auto found = find_signer(request, *x.policy, x.record.at);
    if (!found) co_return Refused(std::move(found).error());
    signer = std::move(*found);
  } else if (!caller) {
    co_return Refused(std::move(caller).error());
  }
  if (!signer || signer->proven) {
    auto good = accept_caller(x, signer ? *signer->key : **caller);
    if (!good) co_return Refused(std::move(good).error());
  }
  auto read = co_await x.http.read_body(x.body);
  if (!read) {
    if (read.error().code == Code::kClosed) x.record.outcome = "client_gone";
    co_return Refused(body_refusal(read.error()));
  }
  x.record.request_bytes = static_cast<std::int64_t>(x.body.size());
  if (signer) {
    auto good = check_signed_body(request, *signer, *x.policy, x.body.view(), x.record.at);
    if (good && !signer->proven) good = accept_caller(x, *signer->key);
    if (!good) co_return Refused(std::move(good).error());
  }
  co_return read_envelope(x);
}

Outcome<void> inspect(Exchange& x) {
  const auto& settings = x.policy->settings;
  if (!settings.inspects()) return {};
  x.tainted_headers = find_in_headers(*x.worker.rules, settings.secrets, x.http.request().headers,
                                      x.record.verdicts);
  std::int64_t scanned_now = 0;
  x.findings = find_in_request(*x.worker.rules, x.body.view(), x.envelope, x.earlier, scanned_now);
  x.scanned = true;
  x.verdict = judge_request(*x.worker.rules, settings.secrets, x.envelope, x.findings);
  x.record.scanned_request_bytes = x.verdict.covered_bytes;
  x.record.rules_version = guard::name_of_rules(*x.worker.rules, settings.secrets);
  x.record.verdicts.insert(x.record.verdicts.end(), x.verdict.records.begin(),
                           x.verdict.records.end());
  if (!x.verdict.blocked_by) return {};
  wire::Refusal refusal;
  refusal.code = Code::kGuardrailBlocked;
  refusal.rule = x.verdict.blocked_by->id;
  refusal.scope = "request";
  refusal.detail = "the request holds a secret (" + x.verdict.blocked_by->description +
                   "): take it out and send it again";
  refusal.who = "an administrator";
  return Refused(std::move(refusal));
}

io::task<void> Gateway::handle(http::ServerExchange& http, wire::Operation operation) {
  Exchange x(worker_, http, operation);
  if (operation == wire::Operation::kWrongMethod) {
    co_await refuse_method(x);
    co_return;
  }
  if (!wire::has_answer_of_model(operation)) {
    co_await answer_models(x);
    co_return;
  }
  x.record.operation = operation_name(operation);
  x.http.on_client_gone([&x] {
    x.client_gone = true;
    x.cancel.cancel();
    if (x.answer) x.answer->cancel();
  });
  co_await run(x);
  x.http.on_client_gone({});
  check_captured_answer(x);
  remember(x);
}

}  // namespace sekisho::gateway
