#include "api/resources/figures.h"

#include <algorithm>

#include "api/resources/limit_fields.h"
#include "ledger/spend.h"

namespace sekisho::api {
namespace {

std::string_view window_name(ledger::Window window) {
  switch (window) {
    case ledger::Window::kDay:
      return "day";
    case ledger::Window::kWeek:
      return "week";
    case ledger::Window::kMonth:
      return "month";
    case ledger::Window::kNone:
      break;
  }
  return "none";
}

void write_rate(wire::JsonWriter& w, std::string_view name,
                const std::optional<std::int64_t>& limit, std::int64_t used) {
  w.key(name).begin_object();
  write_optional(w, "limit", limit);
  write_optional(w, "used", limit ? std::optional(used) : std::nullopt);  // counted where limited
  w.end_object();
}

}  // namespace

LiveFigures::LiveFigures(gateway::PolicyPtr policy, const Clock& clock)
    : policy_(std::move(policy)), wall_(clock.wall()), steady_(clock.steady()) {
  for (const auto& [hash, key] : policy_->keys) {
    for (const auto& level : key.levels) {
      accounts_.emplace(level.account->scope(), level.account);
    }
  }
}

Result<Figures> LiveFigures::of(store::Database& db, ledger::Scope scope, ledger::Window window,
                                const ledger::TimeZone& zone) const {
  Figures out;
  auto span = zone.window(window, wall_);
  if (window != ledger::Window::kNone) {
    out.resets = zone.iso8601(span.end);
    out.ends = span.end;
  }
  auto at = accounts_.find(scope);
  if (at == accounts_.end()) {
    auto from = window == ledger::Window::kNone ? 0 : ledger::window_day(span.number);
    TRY(out.committed, ledger::account_spent(db, scope, from));
    return out;
  }
  const auto& account = *at->second;
  out.committed = account.committed(span.number);
  out.requests = account.requests().used(steady_);
  out.tokens = account.tokens().used(steady_);
  out.parallel = account.parallel();
  return out;
}

const ledger::TimeZone& zone_of(const std::string& name) {
  const auto* zone = ledger::TimeZone::find(name);
  return zone ? *zone : *ledger::TimeZone::find("UTC");
}

void write_budget(wire::JsonWriter& w, const BudgetRow& row) {
  const auto& limits = row.limits;
  const auto& figures = row.figures;
  w.begin_object().field("scope", row.scope).field("id", row.id).field("name", row.name);
  write_money(w, "budget", limits.budget);
  w.field("window", window_name(limits.window));
  w.field("committed", figures.committed.decimal());
  std::optional<Money> remaining;
  if (limits.budget) remaining = std::max(Money{}, *limits.budget - figures.committed);
  write_money(w, "remaining", remaining);
  w.key("resets");
  if (figures.resets.empty()) {
    w.null();
  } else {
    w.string(figures.resets);
  }
  write_rate(w, "requests_per_minute", limits.requests_per_minute, figures.requests);
  write_rate(w, "tokens_per_minute", limits.tokens_per_minute, figures.tokens);
  write_rate(w, "parallel", limits.parallel, figures.parallel);
  w.end_object();
}

}  // namespace sekisho::api
