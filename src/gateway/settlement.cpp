#include "gateway/settlement.h"

#include <algorithm>

#include "gateway/admission.h"

namespace sekisho::gateway {
Money cost_so_far(const Exchange& x, const wire::Usage& usage) {
  if (!x.deployment || !x.deployment->prices) return {};
  const auto& prices = *x.deployment->prices;
  auto scale = catalog::scale_of(prices, x.served_fast, x.served_us);
  return catalog::cost_of(prices, usage, scale).total;
}

void settle(Exchange& x, const wire::Usage& usage, ledger::Settlement how) {
  if (!x.hold) return;
  auto cost = cost_so_far(x, usage);
  x.over_reserve = cost > x.hold.reserved();
  x.record.usage = usage;
  x.record.cost = cost;
  x.record.settlement = std::string(ledger::settlement_name(how));
  x.hold.settle(usage, cost, how);
  x.hold = {};
}

void settle_estimated(Exchange& x, const wire::Usage& so_far, std::size_t output_bytes) {
  auto usage = so_far;
  usage.output = std::max(usage.output, static_cast<std::int64_t>((output_bytes + 3) / 4));
  bool partial = usage.prompt() > 0;
  if (!partial) usage.input = estimate_prompt(x);
  usage.source = partial ? wire::UsageSource::kPartial : wire::UsageSource::kEstimated;
  settle(x, usage, partial ? ledger::Settlement::kPartial : ledger::Settlement::kEstimated);
}

void release(Exchange& x) {
  if (!x.hold) return;
  x.hold.release();
  x.hold = {};
  x.record.settlement = "none";
}

void settle_leftovers(Exchange& x) {
  if (!x.hold) return;
  if (x.sent_upstream) {
    settle_estimated(x, x.known_usage, x.known_output_bytes);
  } else {
    release(x);
  }
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
  x.worker.observer.call_finished(std::move(x.record), finish);
}

}  // namespace sekisho::gateway
