#include "ledger/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sekisho::ledger {
namespace {

using What = Denied::What;

constexpr Money kUnlimited{std::numeric_limits<std::int64_t>::max()};
// Journal room, besides that of the settle records, that progress records leave to admissions.
constexpr std::size_t kProgressReserve = 8;
// A call finds an account in a later window at most once per day that begins; more often is a bug.
constexpr int kMostReckonings = 4;

// A record holds unit levels in 32 bits each; key, user and organisation are those of the call.
bool names(const CallFacts& call, Scope scope) {
  switch (scope.kind) {
    case ScopeKind::kKey:
      return scope.id == call.key.value;
    case ScopeKind::kUser:
      return scope.id == call.user.value;
    case ScopeKind::kOrganisation:
      return scope.id == call.organisation.value;
    case ScopeKind::kUnit:
      break;
  }
  return scope.id > 0 && scope.id <= std::numeric_limits<std::uint32_t>::max();
}

// The levels that a record names.
void charge(Record& record, Scope scope) {
  switch (scope.kind) {
    case ScopeKind::kKey:
      record.charged |= kChargedKey;
      break;
    case ScopeKind::kUser:
      record.charged |= kChargedUser;
      break;
    case ScopeKind::kOrganisation:
      record.charged |= kChargedOrganisation;
      break;
    case ScopeKind::kUnit:
      record.units[record.unit_count++] = static_cast<std::uint32_t>(scope.id);
      break;
  }
}

}  // namespace

// Reserve and settle of the new call, and the settle records of those that are open.
bool Worker::has_room() const {
  return parts_.lane.room() >= open_ + 2;
}

// Counted from the first call that met the trouble; over as soon as a write has succeeded.
bool Worker::troubled_too_long() {
  if (!parts_.troubled.load(std::memory_order_relaxed)) {
    troubled_since_.reset();
    return false;
  }
  auto now = parts_.clock.steady();
  if (!troubled_since_) troubled_since_ = now;
  return now - *troubled_since_ > limits::kLedgerTrouble;
}

const CivilDay& Worker::civil_day(const TimeZone& zone, WallTime at) {
  for (auto& known : days_) {
    if (known.zone != &zone) continue;
    if (at < known.day.begin || at >= known.day.end) {
      known.day = zone.civil_day(at);
      parts_.latest_day.see(known.day.begin);
    }
    return known.day;
  }
  days_.push_back({&zone, zone.civil_day(at)});
  parts_.latest_day.see(days_.back().day.begin);
  return days_.back().day;
}

Worker::Moment Worker::moment(std::span<const Level> levels) {
  Moment out;
  out.wall = parts_.clock.wall();
  out.steady = parts_.clock.steady();
  out.window_time = parts_.latest_day.at_least(out.wall);
  if (!levels.empty()) out.day = civil_day(*levels.back().zone, out.window_time);
  return out;
}

// Accounts may be in a later day than the clock's: another worker has just passed midnight, or the
// organisation has moved to a time zone further west. The latest one is the day of the call.
void Worker::catch_up(Moment& moment, std::span<const Level> levels) {
  auto& day = moment.day;
  for (const auto& level : levels) {
    std::int64_t reached = window_day(level.account->state(Window::kDay).window);
    if (reached <= day.day) continue;
    day.day = reached;
    day.windows = windows_of_day(reached);
  }
}

// What has been taken is marked in `held`, so that a failure at any point is undone by give_back.
Worker::Step Worker::take(const Ask& ask, const Level& level, const Moment& moment,
                          Hold::Held& held, What& what) {
  Account& account = *level.account;
  const Limits& limits = level.limits;
  held = {&account};
  what = What::kParallel;
  if (!account.take_parallel(limits.parallel)) return Step::kDenied;
  held.parallel = true;
  what = What::kRequests;
  if (limits.requests_per_minute) {
    if (!account.requests().take(moment.steady, 1, *limits.requests_per_minute)) {
      return Step::kDenied;
    }
    held.requests = true;
  }
  what = What::kTokens;
  if (limits.tokens_per_minute) {
    if (!account.tokens().take(moment.steady, ask.tokens, *limits.tokens_per_minute)) {
      return Step::kDenied;
    }
    held.tokens = true;
  }
  what = What::kBudget;
  switch (account.try_reserve(moment.day.windows, ask.worst_case, limits.window, limits.budget)) {
    case Account::Reserve::kDone:
      held.budget = true;
      return Step::kDone;
    case Account::Reserve::kMovedOn:
      return Step::kMovedOn;
    case Account::Reserve::kOverCap:
      break;
  }
  return Step::kDenied;
}

// Undoes every level of the hold, in the reverse of the order of taking.
void Worker::give_back(const Hold::State& call) {
  for (std::size_t i = call.levels; i-- > 0;) {
    const auto& held = call.held[i];
    if (held.budget) held.account->adjust(call.windows, Money{} - call.reserved);
    if (held.tokens) held.account->tokens().adjust(call.taken_at, -call.tokens);
    if (held.requests && !call.asked) held.account->requests().adjust(call.taken_at, -1);
    if (held.parallel) held.account->return_parallel();
  }
}

Worker::Step Worker::take_all(const Ask& ask, std::span<const Level> levels, const Moment& moment,
                              Hold::State& call, What& what) {
  call.taken_at = moment.steady;
  call.window_ms = unix_ms(moment.window_time);
  call.day = moment.day.day;
  call.windows = moment.day.windows;
  call.levels = 0;
  for (const auto& level : levels) {
    auto step = take(ask, level, moment, call.held[call.levels++], what);
    if (step != Step::kDone) {
      give_back(call);
      return step;
    }
  }
  return Step::kDone;
}

Result<> Worker::check(const Ask& ask, std::span<const Level> levels) const {
  if (levels.size() > limits::kBudgetLevels) {
    return fail(Code::kInvalidArgument,
                fmt::format("{} budget levels; at most {}", levels.size(), limits::kBudgetLevels));
  }
  if (ask.worst_case < Money{} || ask.tokens < 0) {
    return fail(Code::kInvalidArgument, "a negative amount cannot be reserved");
  }
  std::size_t units = 0;
  for (const auto& level : levels) {
    if (!names(ask.call, level.account->scope())) {
      return fail(Code::kInvalidArgument, "a budget level is not one of the call's: " + level.name);
    }
    if (level.account->scope().kind == ScopeKind::kUnit) ++units;
  }
  if (units > limits::kUnitDepth) {
    return fail(Code::kInvalidArgument,
                fmt::format("{} nested units; at most {}", units, limits::kUnitDepth));
  }
  return {};
}

Result<std::expected<Hold, Denied>> Worker::admit(const Ask& ask, std::span<const Level> levels,
                                                  std::shared_ptr<const void> policy) {
  TRY_VOID(check(ask, levels));
  if (!has_room() || troubled_too_long()) {
    parts_.wake();
    return Failure(parts_.no_room());
  }
  Hold hold;
  auto& call = hold.state_;
  call.facts = ask.call;
  call.reserved = ask.worst_case;
  call.tokens = ask.tokens;
  for (int attempt = 0; attempt < kMostReckonings; ++attempt) {
    Moment now = moment(levels);
    if (attempt > 0) catch_up(now, levels);
    What what{};
    auto step = take_all(ask, levels, now, call, what);
    if (step == Step::kMovedOn) continue;
    if (step == Step::kDenied) {
      return std::expected<Hold, Denied>(std::unexpect,
                                         explain(what, ask, levels, call.levels - 1, now));
    }
    call.policy = std::move(policy);
    hold.worker_ = this;
    ++open_;
    write(call, RecordKind::kReserve, Money{}, Settlement::kReserved);
    return hold;
  }
  return fail(Code::kInternal, "an account's budget window is ahead of the ledger's");
}

Money Worker::available(std::span<const Level> levels) {
  Moment now = moment(levels);
  Money least = kUnlimited;
  for (const auto& level : levels) {
    if (!level.limits.budget) continue;
    auto window = now.day.windows[static_cast<std::size_t>(level.limits.window)];
    Money left = *level.limits.budget - level.account->committed(window);
    least = std::min(least, std::max(left, Money{}));
  }
  return least;
}

std::optional<std::int64_t> Worker::tokens_left(std::span<const Level> levels) {
  SteadyTime now = parts_.clock.steady();
  std::optional<std::int64_t> least;
  for (const auto& level : levels) {
    if (!level.limits.tokens_per_minute) continue;
    auto left = *level.limits.tokens_per_minute - level.account->tokens().used(now);
    left = std::max<std::int64_t>(left, 0);
    least = std::min(least.value_or(left), left);
  }
  return least;
}

void Worker::write(const Hold::State& call, RecordKind kind, Money cost, Settlement how) {
  const auto& facts = call.facts;
  const auto& usage = call.known_usage;
  Record record;
  record.kind = kind;
  record.settlement = static_cast<std::uint8_t>(how);
  record.usage_source = static_cast<std::uint8_t>(usage.source);
  record.request = facts.request.bytes;
  record.at_ms = unix_ms(facts.at);
  record.window_ms = call.window_ms;
  record.day = static_cast<std::int32_t>(call.day);
  record.organisation = facts.organisation.value;
  record.unit = facts.unit.value;
  record.user = facts.user.value;
  record.key = facts.key.value;
  record.model = facts.model.value;
  record.deployment = facts.deployment.value;
  record.reserved = call.reserved.nano_usd;
  record.cost = cost.nano_usd;
  record.input = usage.input;
  record.cache_read = usage.cache_read;
  record.cache_write_5m = usage.cache_write_5m;
  record.cache_write_1h = usage.cache_write_1h;
  record.output = usage.output;
  record.reasoning = usage.reasoning;
  record.tokens_reserved = call.tokens;
  for (const auto& held : call.taken()) {
    charge(record, held.account->scope());
  }
  parts_.lane.append(record);
  if (parts_.lane.wants_segment()) parts_.wake();
}

void Worker::progress(Hold::State& call) {
  if (parts_.lane.room() < open_ + kProgressReserve) return;
  write(call, RecordKind::kProgress, call.known_cost, Settlement::kPartial);
  call.journalled_cost = call.known_cost;
}

void Worker::settle(const Hold::State& call, Money cost, Settlement how) {
  write(call, RecordKind::kSettle, cost, how);
  for (const auto& held : call.taken()) {
    held.account->adjust(call.windows, cost - call.reserved);
    if (held.tokens) {
      held.account->tokens().adjust(call.taken_at, call.known_usage.total() - call.tokens);
    }
    held.account->return_parallel();
  }
  --open_;
}

void Worker::release(const Hold::State& call) {
  write(call, RecordKind::kRelease, Money{}, Settlement::kReserved);
  give_back(call);
  --open_;
}

}  // namespace sekisho::ledger
