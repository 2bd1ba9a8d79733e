#pragma once
// Usage as the provider reported it; if it never does, our estimate, as the call is booked then.
// One answer's, on one thread.

#include <optional>
#include <string>

#include "wire/answer.h"

namespace sekisho::wire {

class UsageSeen {
 public:
  void delta(const AnswerEvent& event) { bytes_ += event.text.size(); }
  void usage(const AnswerEvent& event) {
    reported_ = event.usage;
    served_tier_ = event.served_tier;
  }
  const std::string& served_tier() const { return served_tier_; }
  Usage figures(std::int64_t estimated_prompt) const {
    if (reported_) return *reported_;
    Usage estimate;
    estimate.source = UsageSource::kEstimated;
    estimate.input = estimated_prompt;
    estimate.output = estimated_tokens(bytes_);
    return estimate;
  }

 private:
  std::optional<Usage> reported_;
  std::string served_tier_;
  std::size_t bytes_ = 0;
};

}  // namespace sekisho::wire
