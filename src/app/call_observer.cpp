#include "app/call_observer.h"

namespace sekisho::app {
namespace {

const std::vector<std::int64_t> kMicroseconds{100,        1'000,      10'000,    100'000,
                                              500'000,    1'000'000,  5'000'000, 10'000'000,
                                              60'000'000, 300'000'000};
const std::vector<std::int64_t> kOwnMicroseconds{25, 50, 100, 250, 500, 1'000, 5'000, 50'000};

}  // namespace

CallMetrics::CallMetrics(trace::Metrics& m)
    : calls(m.counter("sekisho_calls_total", "Calls by model, outcome and status.",
                      {"model", "outcome", "status"})),
      tokens(m.counter("sekisho_tokens_total", "Tokens by model and kind.", {"model", "kind"})),
      cost(m.counter("sekisho_cost_usd_total", "Booked cost by model.", {"model"}, 9)),
      upstream_errors(m.counter("sekisho_upstream_errors_total", "Failed attempts by upstream.",
                                {"upstream", "code"})),
      over_reserve(m.counter("sekisho_over_reserve_total",
                             "Bills above their reservation: a bound was wrong.", {"model"})),
      unpriced_tier(m.counter("sekisho_unpriced_tier_total",
                              "Calls served in a tier that has no price here.", {"model", "tier"})),
      bugs(m.counter("sekisho_bugs_total", "Things that must not happen.", {"where"})),
      verdicts(m.counter("sekisho_guardrail_findings_total", "Findings by rule, mode and side.",
                         {"rule", "mode", "where"})),
      duration(
          m.histogram("sekisho_call_duration_seconds", "Whole call.", {"model"}, kMicroseconds, 6)),
      first_byte(m.histogram("sekisho_call_first_byte_seconds", "Until the upstream's first byte.",
                             {"model"}, kMicroseconds, 6)),
      own(m.histogram("sekisho_call_own_seconds", "Our own work before the upstream.", {},
                      kOwnMicroseconds, 6)) {}

void CallObserver::count(const trace::CallRecord& r, const gateway::CallFinish& finish) {
  auto model = finish.model;
  auto status = std::to_string(r.status);
  shard_.add(families_.calls, {model, r.outcome, status});
  if (r.cost.nano_usd > 0) shard_.add(families_.cost, {model}, r.cost.nano_usd);
  auto tokens = [&](std::string_view kind, std::int64_t amount) {
    if (amount > 0) shard_.add(families_.tokens, {model, kind}, amount);
  };
  tokens("input", r.usage.input);
  tokens("cache_read", r.usage.cache_read);
  tokens("cache_write_5m", r.usage.cache_write_5m);
  tokens("cache_write_1h", r.usage.cache_write_1h);
  tokens("output", r.usage.output);
  tokens("reasoning", r.usage.reasoning);
  if (!finish.unpriced_tier.empty()) {
    shard_.add(families_.unpriced_tier, {model, finish.unpriced_tier});
  }
  if (finish.over_reserve) shard_.add(families_.over_reserve, {model});
  for (const auto& verdict : r.verdicts) {
    shard_.add(families_.verdicts, {verdict.rule, verdict.mode, verdict.where}, verdict.count);
  }
  shard_.observe(families_.duration, {model}, r.last_byte_us);
  if (r.first_byte_us > 0) shard_.observe(families_.first_byte, {model}, r.first_byte_us);
  if (r.own_us > 0) shard_.observe(families_.own, {}, r.own_us);
}

void CallObserver::call_finished(trace::CallRecord record, const gateway::CallFinish& finish) {
  count(record, finish);
  bool fine = record.outcome == "ok" && record.settlement_note.empty();
  auto level = fine ? trace::LogLevel::kInfo : trace::LogLevel::kWarn;
  if (record.outcome == "refused") level = trace::LogLevel::kInfo;
  if (log_.wanted(level) && !live_) {
    log_.line(level, "call")
        .field("request", record.request.text())
        .field("operation", record.operation)
        .field("key", finish.key_name)
        .field("model", finish.model)
        .field("client", record.client)
        .field("status", record.status)
        .field("outcome", record.outcome)
        .field("refusal", record.refusal)
        .field("tokens_in", record.usage.prompt())
        .field("tokens_out", record.usage.output)
        .field("cost_usd", record.cost)
        .field("settlement", record.settlement)
        .field("settlement_note", record.settlement_note)
        .field("ms", record.last_byte_us / 1000);
  }
  if (live_) live_(record, finish);
  traces_.push(worker_, std::move(record));
}

void CallObserver::upstream_problem(const RequestId& request, std::string_view upstream,
                                    const Error& error) {
  shard_.add(families_.upstream_errors, {upstream, code_name(error.code)});
  log_.line(trace::LogLevel::kWarn, "upstream")
      .field("request", request.text())
      .field("upstream", upstream)
      .field("code", code_name(error.code))
      .field("detail", error.detail);
}

void CallObserver::count_bug(std::string_view where) {
  shard_.add(families_.bugs, {where});
  log_.line(trace::LogLevel::kError, "bug").field("where", where);
}

}  // namespace sekisho::app
