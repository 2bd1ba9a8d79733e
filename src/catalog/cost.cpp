#include <algorithm>

#include "catalog/catalog.h"

namespace sekisho::catalog {
namespace {

std::int64_t tokens(std::int64_t count) {
  return std::clamp<std::int64_t>(count, 0, kMostTokens);
}

// Every kind with a rate, and which of them are stand-ins.
struct Resolved {
  Price input, read, write_5m, write_1h, output, reasoning;
  bool read_known, write_5m_known, write_1h_known;

  explicit Resolved(const Rates& rates)
      : input(rates.input),
        read(rates.cache_read.value_or(rates.input)),
        write_5m(rates.cache_write_5m.value_or(
            std::max(rates.input, rates.cache_write_1h.value_or(rates.input)))),
        write_1h(rates.cache_write_1h.value_or(
            std::max(rates.input, rates.cache_write_5m.value_or(rates.input)))),
        output(rates.output),
        reasoning(rates.reasoning.value_or(rates.output)),
        read_known(rates.cache_read.has_value()),
        write_5m_known(rates.cache_write_5m.has_value()),
        write_1h_known(rates.cache_write_1h.has_value()) {}

  Price dearest_prompt(CacheWrites writes) const {
    auto dearest = std::max(input, read);
    if (writes >= CacheWrites::kShort) dearest = std::max(dearest, write_5m);
    if (writes >= CacheWrites::kLong) dearest = std::max(dearest, write_1h);
    return dearest;
  }
  Price dearest_output() const { return std::max(output, reasoning); }
};

// More than Money holds at any scale, and small enough to be scaled without overflow.
constexpr __int128 kMostPico = static_cast<__int128>(1'000'000'000'000'000) * 100'000'000'000'000;

// The sum at its scale in nano-dollars: rounded once, half up.
Money rounded(__int128 pico, std::int64_t scale) {
  constexpr __int128 kUnit = static_cast<__int128>(kPlainScale) * 1000;
  __int128 nano = (std::min(pico, kMostPico) * scale + kUnit / 2) / kUnit;
  return {static_cast<std::int64_t>(std::min<__int128>(nano, INT64_MAX))};
}

const Rates& rates_for(const Prices& prices, std::int64_t prompt_tokens) {
  const Rates* rates = &prices.base;
  for (const auto& tier : prices.tiers) {
    if (prompt_tokens > tier.above) rates = &tier.rates;
  }
  return *rates;
}

// Calls visit(rates, the most prompt tokens that they can apply to) for each tier that a prompt of
// at most `prompt_tokens` can fall into.
template <class Visit>
void for_each_reachable(const Prices& prices, std::int64_t prompt_tokens, Visit visit) {
  const Rates* rates = &prices.base;
  for (const auto& tier : prices.tiers) {
    if (prompt_tokens <= tier.above) break;
    visit(Resolved(*rates), tier.above);
    rates = &tier.rates;
  }
  visit(Resolved(*rates), prompt_tokens);
}

}  // namespace

std::int64_t scale_of(const Prices& prices, bool fast, bool us) {
  return (fast ? prices.fast_percent : 100) * (us ? prices.us_percent : 100);
}

namespace {

Cost cost_at(const Rates& at, const wire::Usage& usage, std::int64_t scale) {
  auto input = tokens(usage.input), read = tokens(usage.cache_read);
  auto write_5m = tokens(usage.cache_write_5m), write_1h = tokens(usage.cache_write_1h);
  auto output = tokens(usage.output), reasoning = std::min(tokens(usage.reasoning), output);
  Resolved rates(at);
  PicoSum sum;
  sum.add(rates.input, input);
  sum.add(rates.read, read);
  sum.add(rates.write_5m, write_5m);
  sum.add(rates.write_1h, write_1h);
  sum.add(rates.output, output - reasoning);
  sum.add(rates.reasoning, reasoning);
  bool unpriced = (read > 0 && !rates.read_known) || (write_5m > 0 && !rates.write_5m_known) ||
                  (write_1h > 0 && !rates.write_1h_known);
  return {rounded(sum.pico_usd, scale), unpriced};
}

}  // namespace

Cost cost_of(const Prices& prices, const wire::Usage& usage, std::int64_t scale) {
  auto prompt = tokens(usage.input) + tokens(usage.cache_read) + tokens(usage.cache_write_5m) +
                tokens(usage.cache_write_1h);
  return cost_at(rates_for(prices, prompt), usage, scale);
}

Money cache_saving(const Prices& prices, const wire::Usage& usage) {
  auto uncached = usage;
  uncached.input = usage.prompt();
  uncached.cache_read = uncached.cache_write_5m = uncached.cache_write_1h = 0;
  return cost_of(prices, uncached).total - cost_of(prices, usage).total;
}

Money dearest_cost_of(const Prices& prices, const wire::Usage& usage, std::int64_t scale) {
  auto dearest = cost_at(prices.base, usage, scale).total;
  for (const auto& tier : prices.tiers) {
    dearest = std::max(dearest, cost_at(tier.rates, usage, scale).total);
  }
  return dearest;
}

Money worst_case(const Prices& prices, std::int64_t prompt_tokens, std::int64_t output_tokens,
                 CacheWrites writes, std::int64_t scale) {
  auto prompt = tokens(prompt_tokens), output = tokens(output_tokens);
  __int128 dearest = 0;
  for_each_reachable(prices, prompt, [&](const Resolved& rates, std::int64_t most) {
    PicoSum sum;
    sum.add(rates.dearest_prompt(writes), most);
    sum.add(rates.dearest_output(), output);
    dearest = std::max(dearest, sum.pico_usd);
  });
  PicoSum bound{(std::min(dearest, kMostPico) * scale + kPlainScale - 1) / kPlainScale};
  return bound.round_up();
}

std::optional<std::int64_t> affordable_output(const Prices& prices, std::int64_t prompt_tokens,
                                              Money money, CacheWrites writes, std::int64_t scale) {
  auto prompt = tokens(prompt_tokens);
  if (money.nano_usd < 0) return {};
  // worst_case <= money exactly when the unscaled sum is at most this (scale > 0).
  __int128 room = static_cast<__int128>(money.nano_usd) * 1000;
  if (scale > 0) room = room * kPlainScale / scale;
  std::optional<std::int64_t> most = kMostTokens;
  for_each_reachable(prices, prompt, [&](const Resolved& rates, std::int64_t at_most) {
    PicoSum sum;
    sum.add(rates.dearest_prompt(writes), at_most);
    __int128 left = room - sum.pico_usd;
    auto price = rates.dearest_output().pico_usd;
    if (left < 0) {
      most.reset();
    } else if (most && price > 0 && left / price < *most) {
      most = static_cast<std::int64_t>(left / price);
    }
  });
  return most;
}

}  // namespace sekisho::catalog
