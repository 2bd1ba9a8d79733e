#include "gateway/settlement.h"

#include <algorithm>
#include <array>

#include "gateway/admission.h"

namespace sekisho::gateway {
namespace {

using namespace std::chrono_literals;

// While nothing comes a model may still be generating, hidden reasoning above all. This many tokens
// a second, if what was seen did not come faster: the pace of a fast large model.
constexpr std::int64_t kTokensPerSecond = 100;
// Until the cancellation reaches the provider and takes effect there.
constexpr auto kCancelTakes = 1s;
constexpr std::int64_t kShortestMs = 10;  // over which a pace is measured

enum class Tier : std::uint8_t { kPlain, kCheaper, kUnknown };

// Tiers of the price table, and those that cost no more (half price, or paid by contract).
Tier tier_of(std::string_view name) {
  constexpr std::array<std::string_view, 6> kPlain{
      "", "default", "standard", "standard_only", "on_demand", "auto"};
  constexpr std::array<std::string_view, 4> kCheaper{"flex", "batch", "scale", "reserved"};
  if (std::ranges::find(kPlain, name) != kPlain.end()) return Tier::kPlain;
  return std::ranges::find(kCheaper, name) != kCheaper.end() ? Tier::kCheaper : Tier::kUnknown;
}

// For records and metrics: a provider's word, which may be anything.
std::string_view tier_word(std::string_view name) {
  bool fine = name.size() <= 32 && std::ranges::all_of(name, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
              });
  return fine ? name : "other";
}

void book(Exchange& x, const wire::Usage& usage, Money cost, ledger::Settlement how) {
  x.over_reserve = cost > x.hold.reserved();
  x.record.usage = usage;
  x.record.cost = cost;
  x.record.settlement = std::string(ledger::settlement_name(how));
  if (tier_of(x.served_tier) != Tier::kPlain) {
    x.record.settlement_note =
        "served in tier '" + std::string(tier_word(x.served_tier)) + "', which has no price here";
  }
  x.hold.settle(usage, cost, how);
  x.hold = {};
}

// A prompt of which nothing was reported may have been written to a cache, which costs more.
Money cost_as_written(const Exchange& x, wire::Usage usage) {
  auto life = x.envelope.cache_life;
  if (x.model->auto_prompt_caching) life = std::max(life, wire::CacheLife::kFiveMinutes);
  if (life == wire::CacheLife::kNone) return {};
  auto& kind = life == wire::CacheLife::kOneHour ? usage.cache_write_1h : usage.cache_write_5m;
  kind = std::exchange(usage.input, 0);
  return cost_so_far(x, usage);
}

// What a provider may have generated that we did not see: at the pace of what came so far, what
// follows the last output until it stops.
std::int64_t in_flight(const Exchange& x) {
  if (x.stream_begun == SteadyTime{}) return 0;
  auto ms = [](Duration span) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  };
  auto silent = ms(x.worker.loop.now() - x.output_grew + kCancelTakes);
  auto shown = std::max<std::int64_t>(ms(x.output_grew - x.stream_begun), kShortestMs);
  auto per_second =
      std::max(kTokensPerSecond, wire::estimated_tokens(x.known_output_bytes) * 1000 / shown);
  return per_second * silent / 1000;
}

void book_estimate(Exchange& x, wire::Usage usage) {
  bool partial = usage.prompt() > 0;
  if (!partial) usage.input = estimate_prompt(x);
  usage.source = partial ? wire::UsageSource::kPartial : wire::UsageSource::kEstimated;
  auto cost = cost_so_far(x, usage);
  if (!partial) cost = std::max(cost, cost_as_written(x, usage));
  book(x, usage, std::min(cost, x.hold.reserved()),
       partial ? ledger::Settlement::kPartial : ledger::Settlement::kEstimated);
}

void settle_cut_stream(Exchange& x) {
  auto usage = x.known_usage;
  auto most = x.output_bound * x.envelope.outputs();
  auto seen = std::max(usage.output, wire::estimated_tokens(x.known_output_bytes));
  usage.output = std::max(seen, std::min(seen + in_flight(x), most));
  book_estimate(x, usage);
}

}  // namespace

// Without the provider's word on its mode a call is billed as it was asked for. A tier without a
// price is billed at the dearest rates that are known, but not beyond what was reserved.
Money cost_so_far(const Exchange& x, const wire::Usage& usage) {
  if (!x.deployment || !x.deployment->prices) return {};
  const auto& prices = *x.deployment->prices;
  auto scale = catalog::scale_of(prices, x.served_fast.value_or(x.asked_fast),
                                 x.served_us.value_or(x.asked_us));
  auto cost = catalog::cost_of(prices, usage, scale).total;
  if (tier_of(x.served_tier) != Tier::kUnknown) return cost;
  auto dearest = catalog::dearest_cost_of(prices, usage, scale);
  return std::max(cost, std::min(dearest, x.hold.reserved()));
}

void settle_reported(Exchange& x, const wire::Usage& usage) {
  if (!x.hold) return;
  if (x.costs_nothing()) return release(x);
  book(x, usage, cost_so_far(x, usage), ledger::Settlement::kReported);
}

void settle_without_figures(Exchange& x, const wire::Usage& so_far, std::size_t output_bytes) {
  if (!x.hold) return;
  if (x.costs_nothing()) return release(x);
  auto usage = so_far;
  usage.output = std::max(usage.output, wire::estimated_tokens(output_bytes));
  book_estimate(x, usage);
}

void settle_cut(Exchange& x) {
  if (!x.hold) return;
  if (x.costs_nothing()) return release(x);
  if (!x.sent_upstream) {
    release(x);
  } else if (x.answer_streams) {
    settle_cut_stream(x);
  } else {
    auto usage = x.known_usage;
    if (usage.prompt() == 0) usage.input = estimate_prompt(x);
    usage.source = wire::UsageSource::kEstimated;
    book(x, usage, x.hold.reserved(), ledger::Settlement::kReserved);
  }
}

void release(Exchange& x) {
  if (!x.hold) return;
  x.hold.release();
  x.hold = {};
  x.record.settlement = "none";
}

void record_call(Exchange& x) {
  if (x.recorded) return;
  x.recorded = true;
  x.record.last_byte_us = x.elapsed_us();
  if (x.record.settlement.empty()) x.record.settlement = "none";
  CallFinish finish;
  if (x.model) finish.model = x.model->name;
  if (x.key) {
    finish.key_name = x.key->key_name;
    finish.unit_name = x.key->unit_name;
    finish.user_name = x.key->user_name;
  }
  finish.over_reserve = x.over_reserve;
  if (!x.record.settlement_note.empty()) finish.unpriced_tier = tier_word(x.served_tier);
  x.worker.observer.call_finished(std::move(x.record), finish);
}

}  // namespace sekisho::gateway
