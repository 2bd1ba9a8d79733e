// Why an admission fails, with figures and times.
#include <algorithm>

#include "ledger/worker.h"

namespace sekisho::ledger {
namespace {

using What = Denied::What;

std::int64_t whole_seconds(Duration d) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(d).count());
}

}  // namespace

Denied Worker::explain(What what, const Ask& ask, std::span<const Level> levels, std::size_t level,
                       const Moment& moment) const {
  const auto& [account, limits, zone, name, changed_by] = levels[level];
  Denied out;
  out.what = what;
  out.level = level;
  auto frees_after = [&](std::optional<Duration> wait) {
    if (!wait) return;
    out.resets = zone->iso8601(moment.wall + *wait);
    out.retry_after_s = whole_seconds(*wait);
  };
  switch (what) {
    case What::kParallel:
      out.limit = limits.parallel.value_or(0);
      out.present = std::min(account->parallel(), out.limit);
      out.retry_after_s = 1;
      break;
    case What::kRequests:
      out.limit = limits.requests_per_minute.value_or(0);
      out.present = account->requests().used(moment.steady);
      frees_after(account->requests().until(moment.steady, 1, out.limit));
      break;
    case What::kTokens:
      out.limit = limits.tokens_per_minute.value_or(0);
      out.present = account->tokens().used(moment.steady);
      frees_after(account->tokens().until(moment.steady, ask.tokens, out.limit));
      break;
    case What::kBudget: {
      auto span = zone->window(limits.window, moment.window_time);
      out.cap = limits.budget.value_or(Money{});
      out.committed = account->committed(span.number);
      if (limits.window != Window::kNone) frees_after(span.end - moment.wall);
      break;
    }
  }
  return out;
}

std::optional<Denied> Worker::would_deny(const Ask& ask, std::span<const Level> levels) {
  Moment now = moment(levels);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto& [account, limits, zone, name, changed_by] = levels[i];
    auto fits = [&](const SlidingMinute& minute, std::int64_t count, auto limit) {
      return !limit || (count <= *limit && minute.used(now.steady) <= *limit - count);
    };
    auto window = now.day.windows[static_cast<std::size_t>(limits.window)];
    std::optional<What> what;
    if (limits.parallel && account->parallel() >= *limits.parallel) {
      what = What::kParallel;
    } else if (!fits(account->requests(), 1, limits.requests_per_minute)) {
      what = What::kRequests;
    } else if (!fits(account->tokens(), ask.tokens, limits.tokens_per_minute)) {
      what = What::kTokens;
    } else if (limits.budget && account->committed(window) > *limits.budget - ask.worst_case) {
      what = What::kBudget;
    }
    if (what) return explain(*what, ask, levels, i, now);
  }
  return std::nullopt;
}

}  // namespace sekisho::ledger
