#include "gateway/relay.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/quoted_text.h"
#include "gateway/reported_fields.h"
#include "gateway/settlement.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kErrorBodyBytes = 256 * 1024;

AttemptEnd answered() {
  AttemptEnd end;
  end.answered = true;
  return end;
}

// Nothing may point to the answer once its coroutine is gone.
struct AnswerPointer {
  Exchange& x;
  AnswerPointer(Exchange& exchange, http::ClientResponse* answer) : x(exchange) {
    x.answer = answer;
  }
  ~AnswerPointer() { x.answer = nullptr; }
};

void note_progress(Exchange& x, const AnswerPath& path) {
  x.known_usage = path.usage();
  if (path.output_bytes() > x.known_output_bytes) x.output_grew = x.worker.loop.now();
  x.known_output_bytes = path.output_bytes();
  x.served_fast = path.served_fast();
  x.served_us = path.served_us();
  x.served_tier = path.served_tier();
  if (!x.hold || x.costs_nothing() || x.known_usage.prompt() == 0) return;
  auto usage = x.known_usage;
  usage.output = std::max(usage.output, wire::estimated_tokens(x.known_output_bytes));
  x.hold.progress(usage, cost_so_far(x, usage));
}

// By capture policy: what the client gets (redactions are in it already), up to the cap.
void capture_answer(Exchange& x, std::string_view bytes) {
  if (x.policy->settings.capture == Capture::kOff) return;
  auto room =
      limits::kCapturedBytes - std::min(limits::kCapturedBytes, x.record.response_content.size());
  x.record.response_content += bytes.substr(0, room);
}

void note_answer(Exchange& x, const AnswerPath& path) {
  x.record.stop_reason = path.stop_reason();
  x.record.scanned_response_bytes = path.scanned();
  for (const auto& record : path.records()) x.record.verdicts.push_back(record);
}

// For the operator's log: without what the provider quotes of the request, or of anybody's keys.
void note_problem(Exchange& x, Error error) {
  error.detail = without_quotes(wire::scrub_upstream_text(error.detail), x.body.view());
  x.worker.observer.upstream_problem(x.id, x.upstream->name, error);
}

// The dialect's end was seen: the figures are final. That no output was used is not believed of an
// answer that has some.
void settle_complete(Exchange& x, const AnswerPath& path) {
  note_progress(x, path);
  const auto& usage = path.usage();
  bool believed = usage.output > 0 || path.output_bytes() == 0;
  if (usage.source == wire::UsageSource::kReported && believed) {
    settle_reported(x, usage);
  } else {
    settle_without_figures(x, usage, path.output_bytes());
  }
}

wire::Refusal broken_upstream(const Error& error) {
  wire::Refusal refusal;
  refusal.code = error.code == Code::kUpstreamTimeout ? error.code : Code::kUpstreamFailed;
  refusal.rule = "upstream";
  refusal.detail = wire::scrub_upstream_text(error.detail);
  return refusal;
}

wire::Refusal blocked_answer(const guard::RuleInfo& rule) {
  wire::Refusal refusal;
  refusal.code = Code::kGuardrailBlocked;
  refusal.rule = rule.id;
  refusal.scope = "response";
  refusal.detail = "the model's answer held a secret (" + rule.description + ")";
  refusal.who = "an administrator";
  return refusal;
}

// The stream ends early for the client: say why in its dialect and cut the connection, so that
// nobody takes it for a whole answer.
io::task<void> end_broken(Exchange& x, const wire::Refusal& refusal) {
  auto bytes = wire::render_stream_error(refusal, x.error_dialect, x.language(), x.id_text);
  if (x.json_array) bytes = (x.record.response_bytes > 0 ? "," : "[") + bytes + "]";
  (void)co_await x.http.send(bytes);
  co_await x.http.cut();
}

// A header of ours that HTTP cannot carry: nothing has been sent, and the client is still there.
bool is_unwritable_head(const Result<void>& sent) {
  return !sent && sent.error().code == Code::kInvalidArgument;
}

// Answered without the headers that are to blame.
io::task<void> refuse_unwritable_head(Exchange& x, Error error) {
  x.worker.observer.count_bug("response_head");
  if (x.upstream) note_problem(x, std::move(error));
  wire::Refusal refusal;
  refusal.code = Code::kInternal;
  refusal.rule = "response_head";
  refusal.detail = "the gateway could not write its answer";
  auto rendered = wire::render_refusal(refusal, x.error_dialect, x.client, x.language(), x.id_text);
  http::Headers headers;
  headers.add("x-sekisho-request-id", x.id_text);
  for (auto& [name, value] : rendered.headers) headers.set(name, value);
  x.record.outcome = "internal";
  x.record.refusal = std::string(code_name(refusal.code)) + ":" + refusal.rule;
  x.record.status = rendered.status;
  x.record.response_bytes = static_cast<std::int64_t>(rendered.body.size());
  (void)co_await x.http.respond(rendered.status, headers, rendered.body);
}

bool is_event_stream(const http::ResponseHead& head) {
  auto type = head.headers.get("content-type");
  type = type.substr(0, type.find_first_of("; \t"));
  return http::equals_ignoring_case(type, "text/event-stream") ||
         http::equals_ignoring_case(type, "application/vnd.amazon.eventstream");
}

// The provider's own limits, as OpenAI's clients read them; nothing that a head could not carry.
void pass_rate_limits(const http::ResponseHead& head, http::Headers& headers) {
  constexpr std::string_view kPrefix = "x-ratelimit-";
  for (const auto& field : head.headers.fields()) {
    bool is_limit = http::starts_ignoring_case(field.name, kPrefix);
    bool plain = std::ranges::all_of(field.value, [](char c) { return c >= ' ' && c <= '~'; });
    if (is_limit && plain) headers.add(field.name, field.value);
  }
}

// Of a whole answer: all of it, and what of it was not the provider's time.
void add_durations(const Exchange& x, std::int64_t upstream_us, http::Headers& headers) {
  auto ms = [](std::int64_t us) { return fmt::format("{}.{:03}", us / 1000, us % 1000); };
  auto all = x.elapsed_us();
  headers.add("x-litellm-response-duration-ms", ms(all));
  headers.add("x-litellm-overhead-duration-ms", ms(all - upstream_us));
}

// The head of a streamed answer, once. False when the client is gone, or the head cannot be
// written: then the client has been told.
io::task<bool> begin_stream(Exchange& x) {
  if (x.http.started()) co_return true;
  auto headers = answer_headers(x);
  auto framing = wire::framing_of(x.operation);
  bool sse = framing == wire::Framing::kServerSentEvents;
  headers.add("content-type", x.json_array ? "application/json"
                              : sse        ? "text/event-stream"
                                           : "application/vnd.amazon.eventstream");
  if (framing == wire::Framing::kPackedMessages) {
    headers.add("x-amzn-bedrock-content-type", "application/json");
  }
  headers.add("cache-control", "no-cache");
  headers.add("x-accel-buffering", "no");
  if (x.answer) pass_rate_limits(x.answer->head(), headers);
  x.record.status = 200;
  x.record.streamed = true;
  x.last_sent = x.worker.loop.now();
  auto started = co_await x.http.start(200, headers);
  if (is_unwritable_head(started)) {
    co_await refuse_unwritable_head(x, started.error());
  } else if (!started) {
    x.client_gone = true;
  }
  co_return started.has_value();
}

// What an attempt comes to that brought the client nothing but the provider's word.
AttemptEnd failed_attempt(Exchange& x, const wire::UpstreamError& error, wire::Refusal refusal,
                          const RetryHeaders& headers) {
  x.sent_upstream = false;
  AttemptEnd end;
  end.next = next_after(error, refusal.code, headers.should);
  end.retry_after = headers.after;
  if (end.next != Next::kStop) end.rest = rest_after(refusal.code, headers.after);
  end.refusal = std::move(refusal);
  if (headers.after) end.refusal.retry_after_s = whole_seconds(*headers.after);
  return end;
}

// What the headers say, or else the error itself.
RetryHeaders retry_wishes(const Exchange& x, const http::ClientResponse& answer,
                          const wire::UpstreamError& error) {
  auto wishes = read_retry_headers(answer.head().headers, x.worker.loop.clock().wall());
  if (!wishes.after && error.retry_after_ms) {
    wishes.after = std::min<Duration>(std::chrono::milliseconds(*error.retry_after_ms),
                                      limits::kRetryAfterLongest);
  }
  return wishes;
}

// Then it is paid for, whatever comes of it.
bool has_served(const AnswerPath& path) {
  return path.complete() || path.output_bytes() > 0 || path.usage().total() > 0;
}

// The provider's error in the place of an answer whose status was 200.
AttemptEnd told_instead(Exchange& x, const ToldError& told, http::ClientResponse& answer) {
  auto headers = retry_wishes(x, answer, told.error);
  answer.cancel();
  note_problem(x, {told.refusal.code, told.error.type + ": " + told.error.message});
  return failed_attempt(x, told.error, told.refusal, headers);
}

// The answer broke, or its rest may not pass: the upstream has nothing more to do for us.
io::task<void> end_early(Exchange& x, const AnswerPath& path, const guard::RuleInfo* rule,
                         const Error& error) {
  settle_cut(x);
  if (rule) {
    x.record.outcome = "refused";
    co_return co_await refuse(x, blocked_answer(*rule));
  }
  x.record.outcome = x.http.started() ? "cut" : "upstream_error";
  if (path.told()) {
    note_problem(x, {error.code, path.told()->error.type + ": " + path.told()->error.message});
    co_return co_await refuse(x, path.told()->refusal);
  }
  note_problem(x, error);
  co_await refuse(x, broken_upstream(error));
}

// Nothing is sent before there is something to send: an upstream whose first word is an error has
// served nothing, and another may.
io::task<AttemptEnd> relay_stream(Exchange& x, UpstreamRequest& request,
                                  http::ClientResponse& answer) {
  auto path = make_answer_path(x, request, true);
  x.stream_begun = x.output_grew = x.worker.loop.now();
  bool begun = false;
  std::string out;
  while (!x.client_gone) {
    auto piece = co_await answer.read();
    if (!piece && piece.error().code == Code::kCancelled) break;
    out.clear();
    bool at_end = piece && piece->empty();
    Result<const guard::RuleInfo*> passed = !piece   ? Failure(piece.error())
                                            : at_end ? path->finish(out)
                                                     : path->feed(*piece, out);
    if (!passed && path->told() && !begun && out.empty() && !has_served(*path)) {
      co_return told_instead(x, *path->told(), answer);
    }
    if (x.record.first_byte_us == 0) x.record.first_byte_us = x.elapsed_us();
    note_progress(x, *path);
    x.record.response_bytes += static_cast<std::int64_t>(out.size());
    capture_answer(x, out);
    if (path->complete()) settle_complete(x, *path);
    bool fine = passed && !*passed;
    // After the dialect's end nobody misses the connection's.
    bool ends_well = path->complete() && (!piece || (fine && at_end));
    if (!out.empty() && (fine || !passed)) {
      begun = true;
      if (!co_await begin_stream(x) || !co_await x.http.send(out)) break;
      x.last_sent = x.worker.loop.now();
    }
    if (fine && !at_end) continue;
    note_answer(x, *path);
    if (ends_well) {
      x.record.outcome = "ok";
      if (co_await begin_stream(x)) (void)co_await x.http.finish();
      co_return answered();
    }
    answer.cancel();
    co_await end_early(x, *path, passed ? *passed : nullptr,
                       passed ? Error{Code::kUpstreamFailed, "the upstream's stream ended early"}
                              : passed.error());
    co_return answered();
  }
  note_answer(x, *path);
  settle_cut(x);
  if (x.record.refusal.empty()) x.record.outcome = "client_gone";
  co_return answered();
}

io::task<void> respond_whole(Exchange& x, const http::ResponseHead& head, std::int64_t upstream_us,
                             const std::string& body) {
  if (x.http.started()) {  // a stream was asked for, and its head has gone out with a ping
    x.record.outcome = "cut";
    Error error{Code::kUpstreamFailed, "the provider sent no stream, though one was asked for"};
    co_return co_await refuse(x, broken_upstream(error));
  }
  auto headers = answer_headers(x);
  headers.add("content-type", "application/json");
  pass_rate_limits(head, headers);
  add_durations(x, upstream_us, headers);
  x.record.status = 200;
  x.record.outcome = "ok";
  x.record.response_bytes = static_cast<std::int64_t>(body.size());
  capture_answer(x, body);
  if (auto sent = co_await x.http.respond(200, headers, body); is_unwritable_head(sent)) {
    x.record.response_content.clear();
    co_await refuse_unwritable_head(x, sent.error());
  } else if (!sent) {
    x.record.outcome = "client_gone";
  }
}

io::task<AttemptEnd> relay_whole(Exchange& x, UpstreamRequest& request,
                                 http::ClientResponse& answer) {
  x.answer_streams = false;
  auto buffer = x.worker.buffers.make();
  auto read = co_await answer.read_all(buffer, limits::kResponseBodyBytes);
  auto upstream_us = x.elapsed_us() - x.asked_upstream_us;
  auto path = make_answer_path(x, request, false);
  std::string out;
  Result<const guard::RuleInfo*> passed =
      !read ? Failure(read.error()) : path->feed(buffer.view(), out);
  if (passed && !*passed) passed = path->finish(out);
  if (!passed && path->told() && !has_served(*path)) {
    co_return told_instead(x, *path->told(), answer);
  }
  x.record.first_byte_us = x.elapsed_us();
  note_answer(x, *path);
  if (path->complete()) settle_complete(x, *path);
  if (!passed && passed.error().code == Code::kCancelled) {
    settle_cut(x);
    x.record.outcome = "client_gone";
  } else if (!passed || *passed) {
    co_await end_early(x, *path, passed ? *passed : nullptr, passed ? Error{} : passed.error());
  } else {
    settle_cut(x);
    co_await respond_whole(x, answer.head(), upstream_us, out);
  }
  co_return answered();
}

io::task<AttemptEnd> read_error(Exchange& x, http::ClientResponse& answer) {
  auto buffer = x.worker.buffers.make();
  auto read = co_await answer.read_all(buffer, kErrorBodyBytes);
  const auto& head = answer.head();
  auto error = wire::read_upstream_error(dialect_of(x.upstream->kind), head.status,
                                         head.headers.get("x-amzn-errortype"),
                                         read ? buffer.view() : std::string_view());
  note_problem(x, {Code::kUpstreamRejected,
                   std::to_string(head.status) + " " + error.type + ": " + error.message});
  auto headers = retry_wishes(x, answer, error);
  co_return failed_attempt(x, error, wire::refusal_from_upstream(error), headers);
}

AttemptEnd no_answer(Exchange& x, const Error& error) {
  AttemptEnd end;
  note_problem(x, error);
  // Once the whole request has left it may be served and billed up there: asking again could bill
  // twice.
  bool repeatable = !x.sent_upstream && (error.code == Code::kUpstreamUnreachable ||
                                         error.code == Code::kUpstreamFailed);
  if (repeatable) end.next = Next::kAgain;
  if (error.code == Code::kOverloaded) end.next = Next::kOtherDeployment;  // our connections to it
  if (error.code != Code::kCancelled) end.rest = rest_after(error.code, {});
  end.refusal.code = error.code;
  end.refusal.rule = "upstream";
  end.refusal.detail =
      "upstream '" + x.upstream->name + "': " + wire::scrub_upstream_text(error.detail);
  return end;
}

// Without what this call still holds: it is not spent, and most of it comes back.
void add_key_headers(const Exchange& x, http::Headers& headers) {
  auto held = x.hold ? x.hold.reserved() : Money{};
  auto rest = x.worker.ledger.available(x.key->levels);
  if (rest.nano_usd != INT64_MAX) {
    headers.add("x-sekisho-budget-remaining-usd", (rest + held).decimal());
  }
  const auto& own = x.key->levels.front();
  if (own.limits.budget) {
    auto spent = own.account->state(own.limits.window).committed - held;
    headers.add("x-litellm-key-max-budget", own.limits.budget->decimal());
    headers.add("x-litellm-key-spend", std::max(spent, Money{}).decimal());
  }
  auto limit = [&](std::string_view name, std::optional<std::int64_t> value) {
    if (value) headers.add(name, std::to_string(*value));
  };
  limit("x-litellm-key-tpm-limit", own.limits.tokens_per_minute);
  limit("x-litellm-key-rpm-limit", own.limits.requests_per_minute);
}

std::string_view request_id_header(wire::Dialect dialect) {
  if (dialect == wire::Dialect::kAnthropicMessages) return "request-id";
  return dialect == wire::Dialect::kBedrockConverse ? "x-amzn-requestid" : "x-request-id";
}

}  // namespace

http::Headers answer_headers(const Exchange& x) {
  http::Headers headers;
  headers.reserve(16);
  headers.add("x-sekisho-request-id", x.id_text);
  headers.add(request_id_header(x.error_dialect), x.id_text);
  headers.add("x-litellm-call-id", x.id_text);
  if (x.model) headers.add("x-litellm-model-group", x.model->name);
  if (x.deployment) headers.add("x-litellm-model-id", std::to_string(x.deployment->id.value));
  if (x.record.cost.nano_usd != 0 || x.record.settlement == "reported") {
    auto cost = x.record.cost.decimal();
    headers.add("x-sekisho-cost-usd", cost);
    headers.add("x-litellm-response-cost", cost);
  }
  if (x.deployment && !x.deployment->region.empty()) {
    headers.add("x-litellm-model-region", x.deployment->region);
  }
  headers.add("x-litellm-version", SEKISHO_VERSION);
  bool identified = x.key && !x.record.refusal.starts_with("unauthenticated");
  if (identified) add_key_headers(x, headers);
  if (x.record.attempts > 1) {
    headers.add("x-litellm-attempted-retries", std::to_string(x.record.attempts - 1));
  }
  if (!x.record.dropped_fields.empty()) {
    headers.add("x-sekisho-dropped-fields", reported_fields(x.record.dropped_fields));
  }
  return headers;
}

io::task<void> refuse(Exchange& x, wire::Refusal refusal) {
  if (x.record.outcome == "internal") x.record.outcome = "refused";
  x.record.refusal = std::string(code_name(refusal.code)) + ":" + refusal.rule;
  if (x.http.started()) {
    co_return co_await end_broken(x, refusal);
  }
  auto rendered = wire::render_refusal(refusal, x.error_dialect, x.client, x.language(), x.id_text);
  auto headers = answer_headers(x);
  for (auto& [name, value] : rendered.headers) headers.set(name, value);
  x.record.status = rendered.status;
  auto sent = co_await x.http.respond(rendered.status, headers, rendered.body);
  if (is_unwritable_head(sent)) co_await refuse_unwritable_head(x, sent.error());
}

// Bedrock's streams have nothing that could be sent in a gap.
io::task<void> keep_awake(Exchange& x) {
  if (wire::framing_of(x.operation) != wire::Framing::kServerSentEvents) co_return;
  auto& loop = x.worker.loop;
  x.last_sent = loop.now();
  while (!x.client_gone) {
    auto due = x.last_sent + limits::kPingInterval;
    if (loop.now() < due) {
      co_await loop.sleep_until(due);
      continue;
    }
    if (!co_await begin_stream(x)) co_return;
    x.http.try_send(wire::stream_ping(x.dialect));
    x.last_sent = loop.now();
  }
}

io::task<AttemptEnd> attempt(Exchange& x, UpstreamRequest& request) {
  http::ClientRequest up;
  up.target = request.target;
  up.headers = &request.headers;
  up.body = request.body;
  up.sent_wholly = &x.sent_upstream;
  x.answer_streams = x.envelope.stream;
  x.asked_upstream_us = x.elapsed_us();
  auto sent = co_await x.worker.client.send(x.upstream->origin, up, &x.cancel);
  if (sent || x.sent_upstream) x.hold.asked();
  if (!sent) {
    if (x.sent_upstream || x.client_gone) settle_cut(x);
    if (x.client_gone) {
      x.record.outcome = "client_gone";
      co_return answered();
    }
    co_return no_answer(x, sent.error());
  }
  auto answer = std::move(*sent);
  AnswerPointer pointer(x, answer.get());
  if (answer->head().status < 200 || answer->head().status >= 300) {
    x.sent_upstream = false;  // an error is not billed
    co_return co_await read_error(x, *answer);
  }
  if (x.envelope.stream && (request.json_array || is_event_stream(answer->head()))) {
    co_return co_await relay_stream(x, request, *answer);
  }
  co_return co_await relay_whole(x, request, *answer);
}

}  // namespace sekisho::gateway
