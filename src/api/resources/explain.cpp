#include "api/resources/explain.h"

#include <limits>

#include "api/resources/limit_fields.h"
#include "api/resources/scene.h"
#include "api/resources/write_signal.h"
#include "gateway/explain.h"
#include "wire/phrases.h"

namespace sekisho::api {
namespace {

void write_refusal(wire::JsonWriter& w, const wire::Refusal& refusal, wire::Language language) {
  w.begin_object().field("code", code_name(refusal.code)).field("rule", refusal.rule);
  w.field("sentence", wire::refusal_sentence(refusal, language, ""));
  w.field("scope", refusal.scope);
  w.field("figure", refusal.figure).field("limit", refusal.limit);
  w.field("resets", refusal.resets).field("who", refusal.who);
  write_optional(w, "retry_after_s", refusal.retry_after_s);
  w.end_object();
}

void write_steps(wire::JsonWriter& w, const gateway::Answer& answer, wire::Language language) {
  w.key("steps").begin_array();
  for (const auto& step : answer.steps) {
    w.begin_object().field("stage", step.stage).field("passed", step.passed);
    w.field("text", wire::in_language(step.text, language)).end_object();
  }
  w.end_array();
}

void write_routes(wire::JsonWriter& w, const gateway::Answer& answer, bool full) {
  w.key("routes").begin_array();
  for (const auto& route : answer.routes) {
    w.begin_object().field("upstream", route.upstream).field("region", route.region);
    if (full) w.field("upstream_model", route.upstream_model);
    w.field("resting", route.resting).field("weight", route.weight).end_object();
  }
  w.end_array();
}

std::string answer_json(const gateway::Answer& answer, wire::Language language, bool full) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().field("allowed", answer.allowed);
  w.key("refusal");
  if (answer.refusal) {
    write_refusal(w, *answer.refusal, language);
  } else {
    w.null();
  }
  write_steps(w, answer, language);
  w.field("worst_case", answer.worst_case.decimal());
  w.key("available");
  if (answer.available == Money{std::numeric_limits<std::int64_t>::max()}) {
    w.null();  // no level has a budget
  } else {
    w.string(answer.available.decimal());
  }
  write_optional(w, "lowered_output", answer.lowered_output);
  write_routes(w, answer, full);
  w.key("signals").begin_object();
  write_signal(w, "client", answer.client_signal, answer.client);
  write_signal(w, "mode", answer.mode_signal, "");
  w.end_object().end_object();
  return out;
}

io::task<Result<Response>> explain(Control& control, Request& request) {
  const auto& body = request.body;
  gateway::Question question;
  question.key = KeyId{body.integer("key").value_or(request.caller->key.value)};
  question.model = body.text("model");
  question.prompt_tokens = body.integer("prompt_tokens").value_or(question.prompt_tokens);
  question.max_tokens = body.integer("max_tokens");
  if (body.given("api")) {
    question.dialect =
        body.text("api") == "chat" ? wire::Dialect::kOpenAiChat : wire::Dialect::kAnthropicMessages;
  }
  question.user_agent = body.text("user_agent");
  question.request = body.text("request");
  auto may_ask = [id = question.key](Scene& scene) -> Result<Response> {
    const auto* key = scene.world.find(id);
    if (key && scene.sight.sees(*key)) return Response{};
    return fail(Code::kNotFound, "there is no such virtual key");
  };
  CO_TRY_VOID(co_await read_scene(control, request, may_ask));
  auto answer = gateway::explain(request.worker, question);
  auto language = request.asked_language().value_or(request.caller->language);
  co_return json(answer_json(answer, language, request.sees_everything()));
}

}  // namespace

std::vector<Route> explain_routes() {
  std::vector<FieldSpec> body{
      {"model", FieldType::kString, "As a client would name it", true},
      {"key", FieldType::kInteger, "Whose call (id); default: the caller's own", false, {}, 1},
      {"prompt_tokens", FieldType::kInteger, "Default 1000", false, {}, 0},
      {"max_tokens", FieldType::kInteger, "Default: the model's", false, {}, 1},
      {"user_agent", FieldType::kString, "Of the client, for how it would be detected"},
      {"request", FieldType::kString, "A body as the client would send it, for the same"},
      {"api",
       FieldType::kString,
       "Which API the client speaks; default: whichever reaches the model",
       false,
       {"chat", "messages"}},
  };
  return {{"POST",
           "/api/v1/explain",
           Permission::kRead,
           "explain",
           "Why a call would be refused or routed so; nothing is sent or taken",
           explain,
           {},
           body}};
}

}  // namespace sekisho::api
