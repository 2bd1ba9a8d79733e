#include "api/resources/requests.h"

#include <algorithm>

#include "api/resources/limit_fields.h"
#include "api/resources/names.h"
#include "api/resources/scene.h"
#include "api/resources/spend.h"
#include "api/resources/write_signal.h"
#include "api/times.h"

namespace sekisho::api {
namespace {

using trace::CallFilter;
using trace::CallRecord;

void write_usage(wire::JsonWriter& w, const wire::Usage& usage) {
  w.key("usage").begin_object();
  w.field("input", usage.input).field("cache_read", usage.cache_read);
  w.field("cache_write_5m", usage.cache_write_5m).field("cache_write_1h", usage.cache_write_1h);
  w.field("output", usage.output).field("reasoning", usage.reasoning);
  w.end_object();
}

// -1 is "not scanned", which is never shown as a number.
void write_scanned(wire::JsonWriter& w, std::string_view name, std::int64_t bytes) {
  w.key(name);
  if (bytes < 0) {
    w.null();
  } else {
    w.number(bytes);
  }
}

void write_verdicts(wire::JsonWriter& w, const CallRecord& r) {
  w.key("inspection").begin_object().field("rules_version", r.rules_version);
  write_scanned(w, "scanned_request_bytes", r.scanned_request_bytes);
  write_scanned(w, "scanned_response_bytes", r.scanned_response_bytes);
  w.key("verdicts").begin_array();
  for (const auto& verdict : r.verdicts) {
    w.begin_object().field("rule", verdict.rule).field("mode", verdict.mode);
    w.field("where", verdict.where).field("count", static_cast<std::int64_t>(verdict.count));
    w.end_object();
  }
  w.end_array().end_object();
}

void write_who(wire::JsonWriter& w, const CallRecord& r, const Names& names) {
  write_named(w, "unit", names.units, r.unit.value);
  write_named(w, "user", names.users, r.user.value);
  write_named(w, "key", names.keys, r.key.value);
  write_named(w, "model", names.models, r.model.value);
  write_named(w, "deployment", names.deployments, r.deployment.value);
}

void write_signals(wire::JsonWriter& w, const CallRecord& r) {
  auto signals = gateway::Signals::unpacked(r.signals);
  w.key("signals").begin_object();
  write_signal(w, "mode", signals.mode, "");
  write_signal(w, "client", signals.client, r.client);
  write_signal(w, "session", signals.session, r.session);
  w.end_object();
}

// At the prices of today: the ledger has what was paid.
void write_cache_saving(wire::JsonWriter& w, const CallRecord& r, const gateway::Policy& policy) {
  w.key("cache_saving");
  for (const auto& group : policy.models) {
    for (const auto& deployment : group.deployments) {
      if (deployment.id != r.deployment || !deployment.prices) continue;
      w.string(catalog::cache_saving(*deployment.prices, r.usage).decimal());
      return;
    }
  }
  w.null();
}

void write_call(wire::JsonWriter& w, const CallRecord& r, const Names& names,
                const gateway::Policy& policy) {
  w.begin_object().field("request_id", r.request.text());
  w.field("at", format_time(r.at)).field("at_ms", unix_ms(r.at));
  write_who(w, r, names);
  w.field("model_asked", r.model_asked).field("client", r.client).field("session", r.session);
  w.field("dialect", r.dialect).field("upstream_dialect", r.upstream_dialect);
  w.field("operation", r.operation).field("streamed", r.streamed);
  write_usage(w, r.usage);
  w.field("cost", r.cost.decimal()).field("settlement", r.settlement);
  w.field("settlement_note", r.settlement_note);
  write_cache_saving(w, r, policy);
  w.field("status", r.status).field("outcome", r.outcome).field("refusal", r.refusal);
  w.field("stop_reason", r.stop_reason);
  w.field("attempts", static_cast<std::int64_t>(r.attempts));
  w.field("first_byte_us", r.first_byte_us).field("last_byte_us", r.last_byte_us);
  w.field("own_us", r.own_us);
  w.field("request_bytes", r.request_bytes).field("response_bytes", r.response_bytes);
  write_verdicts(w, r);
  write_signals(w, r);
  write_strings(w, "tags", r.tags);
  write_strings(w, "dropped_fields", r.dropped_fields);
}

// What is wanted, and how far the caller may see; made inside a store job.
struct Wanted {
  CallFilter filter;
  Names names;
  bool nothing = false;
};

struct Question {
  CallFilter filter;
  UnitId unit;
  std::string model;
  bool deployments = false;
};

Question read_question(const Request& request) {
  const auto& query = request.query;
  Question q;
  auto& f = q.filter;
  if (auto user = query.integer("user")) f.user = UserId{*user};
  if (auto key = query.integer("key")) f.key = KeyId{*key};
  if (query.has("outcome")) f.outcome = query.text("outcome");
  if (query.has("session")) f.session = query.text("session");
  f.from = query.time("from");
  f.until = query.time("until");
  f.before = query.integer("before");
  f.at_most = page_size(query);
  q.unit = UnitId{query.integer("unit").value_or(0)};
  q.model = query.text("model");
  q.deployments = request.sees_everything();
  return q;
}

Result<Wanted> narrow_calls(Scene& scene, const Question& q) {
  Wanted wanted;
  TRY(wanted.names, Names::load(scene.db, scene.sight.organisation()));
  if (!q.deployments) wanted.names.deployments.clear();
  // Calls are seen by the same rule as spend.
  ledger::SpendFilter rule;
  rule.user = q.filter.user;
  rule.key = q.filter.key;
  if (q.unit) rule.units = subtree(scene.world, q.unit);
  wanted.nothing = !narrow(scene.sight, rule);
  wanted.filter = q.filter;
  wanted.filter.organisation = rule.organisation;
  wanted.filter.units = rule.units;
  wanted.filter.user = rule.user;
  wanted.filter.key = rule.key;
  if (q.model.empty()) return wanted;
  auto at = std::ranges::find_if(wanted.names.models,
                                 [&](const auto& model) { return model.second == q.model; });
  if (at == wanted.names.models.end()) {
    return fail(Code::kNotFound, "model '" + q.model + "' is not known");
  }
  wanted.filter.model = ModelId{at->first};
  return wanted;
}

io::task<Result<Response>> list_requests(Control& control, Request& request) {
  auto question = read_question(request);
  if (question.filter.from && question.filter.until &&
      *question.filter.from > *question.filter.until) {
    co_return fail(Code::kInvalidArgument, "field 'from' is after 'until'");
  }
  auto ask = [question](Scene& scene) { return narrow_calls(scene, question); };
  CO_TRY(auto wanted, co_await read_scene(control, request, ask));
  trace::CallPage page;
  if (!wanted.nothing) {
    CO_TRY(page, co_await control.traces.list(request.loop(), wanted.filter));
  }
  auto policy = request.worker.policy.current();
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().key("requests").begin_array();
  for (const auto& call : page.calls) {
    write_call(w, call, wanted.names, *policy);
    w.end_object();
  }
  w.end_array();
  write_optional(w, "next", page.next);
  w.end_object();
  co_return json(std::move(out));
}

Result<Response> one_call(Scene& scene, const CallRecord& call, const gateway::Policy& policy,
                          bool deployments) {
  if (!scene.sight.sees_call(call.organisation, call.unit, call.user, call.key)) {
    return fail(Code::kNotFound, "there is no such request");
  }
  TRY(auto names, Names::load(scene.db, scene.sight.organisation()));
  if (!deployments) names.deployments.clear();
  TRY(auto entry, ledger::find_entry(scene.db, call.request));
  std::string out;
  wire::JsonWriter w(out);
  write_call(w, call, names, policy);
  w.key("ledger_entry");
  if (entry) {
    w.begin_object().field("cost", entry->cost.decimal());
    w.field("reserved", entry->reserved.decimal());
    w.field("settlement", ledger::settlement_name(entry->settlement));
    w.field("day", format_day(entry->day)).end_object();
  } else {
    w.null();
  }
  w.key("request_content");
  call.request_content.empty() ? w.null() : w.string(call.request_content);
  w.key("response_content");
  call.response_content.empty() ? w.null() : w.string(call.response_content);
  w.end_object();
  return json(std::move(out));
}

io::task<Result<Response>> get_request(Control& control, Request& request) {
  auto id = RequestId::parse(request.path.at("id"));
  if (!id) co_return fail(Code::kInvalidArgument, "a request id looks like req_ and 26 letters");
  CO_TRY(auto call, co_await control.traces.find(request.loop(), *id));
  if (!call) co_return fail(Code::kNotFound, "there is no such request");
  auto job = [call = *call, policy = request.worker.policy.current(),
              full = request.sees_everything()](Scene& scene) {
    return one_call(scene, call, *policy, full);
  };
  co_return co_await read_scene(control, request, job);
}

}  // namespace

std::vector<Route> request_routes() {
  std::vector<FieldSpec> query{
      {"unit", FieldType::kInteger, "This unit (id) and all below it", false, {}, 1},
      {"user", FieldType::kInteger, "Id", false, {}, 1},
      {"key", FieldType::kInteger, "Id", false, {}, 1},
      {"model", FieldType::kString, "Name"},
      {"outcome",
       FieldType::kString,
       "",
       false,
       {"ok", "refused", "upstream_error", "client_gone", "cut", "internal"}},
      {"session", FieldType::kString, "The client's session or task id"},
      {"from", FieldType::kTime, "First moment"},
      {"until", FieldType::kTime, "End, not included"},
      {"before", FieldType::kInteger, "The `next` of the page before"},
      {"limit", FieldType::kInteger, "Rows, at most 1000; default 100", false, {}, 1},
  };
  constexpr std::string_view kTag = "requests";
  return {
      {"GET", "/api/v1/requests", Permission::kRead, kTag, "Calls, newest first", list_requests,
       query},
      {"GET", "/api/v1/requests/{id}", Permission::kRead, kTag,
       "One call by its request id: everything that was recorded", get_request},
  };
}

}  // namespace sekisho::api
