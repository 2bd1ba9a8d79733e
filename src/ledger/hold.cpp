#include <utility>

#include "ledger/ledger.h"

namespace sekisho::ledger {

std::string_view settlement_name(Settlement settlement) {
  switch (settlement) {
    case Settlement::kReported:
      return "reported";
    case Settlement::kPartial:
      return "partial";
    case Settlement::kEstimated:
      return "estimated";
    case Settlement::kReserved:
      return "reserved";
  }
  return "reserved";
}

Hold::Hold(Hold&& other) noexcept
    : worker_(std::exchange(other.worker_, nullptr)), state_(std::move(other.state_)) {}

Hold& Hold::operator=(Hold&& other) noexcept {
  if (this == &other) return *this;
  finish();
  worker_ = std::exchange(other.worker_, nullptr);
  state_ = std::move(other.state_);
  return *this;
}

void Hold::finish() {
  if (state_.has_progress) {
    settle(state_.known_usage, state_.known_cost, Settlement::kPartial);
  } else {
    settle(state_.known_usage, state_.reserved, Settlement::kReserved);
  }
}

void Hold::progress(const wire::Usage& usage, Money cost) {
  if (!worker_) return;
  state_.known_usage = usage;
  state_.known_cost = cost;
  std::int64_t grown = cost.nano_usd - state_.journalled_cost.nano_usd;
  if (state_.has_progress && grown <= state_.reserved.nano_usd / 16) return;
  state_.has_progress = true;
  worker_->progress(state_);
}

void Hold::settle(const wire::Usage& usage, Money cost, Settlement how) {
  if (!worker_) return;
  state_.known_usage = usage;
  std::exchange(worker_, nullptr)->settle(state_, cost, how);
  state_.policy.reset();
}

void Hold::release() {
  if (!worker_) return;
  std::exchange(worker_, nullptr)->release(state_);
  state_.policy.reset();
}

}  // namespace sekisho::ledger
