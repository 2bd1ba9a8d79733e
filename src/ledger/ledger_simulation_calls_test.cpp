// The simulation's acts on calls: admission, progress, the ways in which a call ends.
#include <algorithm>

#include "ledger/ledger_schedule.h"

namespace sekisho::ledger {
namespace {

constexpr std::size_t kMostOpen = 12;

wire::Usage usage_of(Money cost) {
  return used(1, cost.nano_usd / 1'000);
}

}  // namespace

void Schedule::told(SimulatedCall& call, Told what, Booked booked) {
  calls_.told(call, {what, booked});
  ++workers_[call.worker].appended;
  last_told_ = &call;
  note(static_cast<std::uint64_t>(what));
  note(static_cast<std::uint64_t>(booked.cost.nano_usd));
}

Result<> Schedule::act_on_calls() {
  auto open = calls_.open();
  if (open.empty() || (open.size() < kMostOpen && one_in(3))) return admit();
  SimulatedCall& call = *open[below(open.size())];
  switch (below(8)) {
    case 0:
      fail_upstream(call);
      break;
    case 1:
      hang_up(call);
      break;
    case 2:
    case 3:
      settle(call);
      break;
    default:
      progress(call);
  }
  return check_accounts(call);
}

Result<> Schedule::admit() {
  auto call = std::make_unique<SimulatedCall>();
  call->worker = below(workers_.size());
  call->facts = SimulatedOrganisation::facts(1 + below(SimulatedOrganisation::kKeys));
  call->facts.at = clock_.wall();
  call->facts.request = RequestId::make(unix_ms(clock_.wall()), seed_, ++counts_.calls);
  call->worst = Money{amount(one_in(8) ? 5'000'000 : 500'000)};
  Ask ask{call->facts, call->worst, static_cast<std::int64_t>(below(1'000))};
  TRY(auto levels, organisation_.levels(call->facts, *ledger_, clock_.wall()));
  auto admitted = workers_[call->worker].worker->admit(ask, levels, nullptr);
  if (!admitted) {
    ++counts_.no_room;
    if (admitted.error().code == Code::kStoreFailed) return {};
    return broken_law("admission: " + admitted.error().detail);
  }
  if (!*admitted) {
    ++counts_.denied;
    return check_denied(ask, levels, admitted->error());
  }
  call->hold = std::move(**admitted);
  call->charged = SimulatedOrganisation::scopes(call->facts);
  call->day = window_day(levels.back().account->state(Window::kDay).window);
  call->history.push_back({Told::kReserve, {}});
  last_told_ = &calls_.admitted(std::move(call));
  ++workers_[last_told_->worker].appended;
  note(static_cast<std::uint64_t>(last_told_->worst.nano_usd));
  return check_admitted(*last_told_, levels);
}

// Law: what is committed at a level is never more than its cap, and days do not go back.
Result<> Schedule::check_admitted(const SimulatedCall& call, std::span<const Level> levels) const {
  if (call.day < organisation_.zone().civil_day(clock_.wall()).day) {
    return broken_law("a call was charged to a day that is over");
  }
  auto windows = windows_of_day(call.day);
  for (const auto& level : levels) {
    Scope scope = level.account->scope();
    Money sum = calls_.committed(scope, windows[static_cast<std::size_t>(level.limits.window)]);
    if (level.limits.budget && sum > *level.limits.budget) {
      return broken_law(fmt::format("overspend: {} of {} at level {}/{}", sum.nano_usd,
                                    level.limits.budget->nano_usd, static_cast<int>(scope.kind),
                                    scope.id));
    }
    if (level.limits.parallel && calls_.parallel(scope) > *level.limits.parallel) {
      return broken_law("more parallel calls than the limit");
    }
    TRY_VOID(calls_.check(*level.account));
  }
  return {};
}

std::int64_t Schedule::day_of(std::span<const Level> levels) const {
  std::int64_t day = organisation_.zone().civil_day(clock_.wall()).day;
  for (const auto& level : levels) {
    day = std::max(day, window_day(level.account->state(Window::kDay).window));
  }
  return day;
}

// Law: nothing is refused that the limit would have allowed, and a refusal takes nothing.
Result<> Schedule::check_denied(const Ask& ask, std::span<const Level> levels,
                                const Denied& denied) const {
  const auto& level = levels[denied.level];
  Scope scope = level.account->scope();
  if (denied.what == Denied::What::kBudget) {
    auto windows = windows_of_day(day_of(levels));
    Money sum = calls_.committed(scope, windows[static_cast<std::size_t>(level.limits.window)]);
    if (!level.limits.budget || sum + ask.worst_case <= *level.limits.budget) {
      return broken_law("a budget refused what it had room for");
    }
  }
  if (denied.what == Denied::What::kParallel) {
    if (!level.limits.parallel || calls_.parallel(scope) < *level.limits.parallel) {
      return broken_law("the limit of parallel calls refused one that fits");
    }
  }
  for (const auto& each : levels) TRY_VOID(calls_.check(*each.account));
  return {};
}

Result<> Schedule::check_accounts(const SimulatedCall& call) {
  TRY(auto levels, organisation_.levels(call.facts, *ledger_, clock_.wall()));
  for (const auto& level : levels) {
    TRY_VOID(calls_.check(*level.account));
    if (level.account->parallel() == calls_.parallel(level.account->scope())) continue;
    return broken_law("parallel calls are counted wrongly");
  }
  return {};
}

// Progress gives way when the journal is nearly full and no new segment stands ready.
bool Schedule::progress_is_certain(const SimulatedCall& call) const {
  constexpr std::size_t kMargin = 8;
  return workers_[call.worker].appended + calls_.open().size() + kMargin < segment_records_;
}

// The provider bills what it has produced, and what it has produced arrives.
void Schedule::progress(SimulatedCall& call) {
  call.bill += Money{amount((call.worst - call.bill).nano_usd / 4)};
  if (!progress_is_certain(call)) call.disturbed = true;
  call.hold.progress(usage_of(call.bill), call.bill);
  told(call, Told::kProgress, {Settlement::kPartial, call.bill});
}

void Schedule::settle(SimulatedCall& call) {
  call.bill += Money{amount((call.worst - call.bill).nano_usd)};
  auto how = one_in(10) ? Settlement::kEstimated : Settlement::kReported;
  call.hold.settle(usage_of(call.bill), call.bill, how);
  told(call, Told::kSettle, {how, call.bill});
}

// Before the first byte: the next deployment is tried, or the call ends with nothing served.
void Schedule::fail_upstream(SimulatedCall& call) {
  if (call.bill > Money{} || call.history.back().told == Told::kProgress) return settle(call);
  if (one_in(2)) return call.hold.deployment(DeploymentId{static_cast<std::int64_t>(below(9))});
  call.hold.release();
  told(call, Told::kRelease);
}

// The client is gone: settled with what has passed, or the code forgets to and the hold does it.
void Schedule::hang_up(SimulatedCall& call) {
  bool known = call.history.back().told == Told::kProgress;
  if (one_in(2)) {
    call.hold = Hold();
    told(call, Told::kSettle,
         known ? Booked{Settlement::kPartial, call.bill}
               : Booked{Settlement::kReserved, call.worst});
  } else {
    call.hold.settle(usage_of(call.bill), call.bill, Settlement::kPartial);
    told(call, Told::kSettle, {Settlement::kPartial, call.bill});
  }
}

}  // namespace sekisho::ledger
