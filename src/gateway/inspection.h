#pragma once
// Input guardrails: reads every text block of a request (only those that the conversation memory
// does not know already) and turns findings into verdicts, redactions and refusals.

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/conversation_memory.h"
#include "gateway/policy.h"
#include "guard/guard.h"
#include "trace/trace.h"
#include "wire/envelope.h"

namespace sekisho::gateway {

// Findings of every block of `envelope`. Blocks that lie wholly in the same first or last bytes of
// `earlier` keep the findings they had there; the others are scanned. The result is the same with
// and without `earlier`. `scanned_bytes` counts what was read now.
std::vector<BlockFinding> find_in_request(const guard::RuleSet& rules, std::string_view body,
                                          const wire::Envelope& envelope,
                                          const Continuation& earlier, std::int64_t& scanned_bytes);

struct InputVerdict {
  std::vector<wire::SpanEdit> redactions;
  const guard::RuleInfo* blocked_by = nullptr;
  std::int64_t covered_bytes = 0;  // bytes of text whose verdict is known, now or from memory
  std::vector<trace::VerdictRecord> records;
};
InputVerdict judge_request(const guard::RuleSet& rules, const guard::Policy& policy,
                           const wire::Envelope& envelope,
                           const std::vector<BlockFinding>& findings);

// Adds one to the record of (rule, mode, where), creating it.
void count_verdict(std::vector<trace::VerdictRecord>& records, std::string_view rule,
                   guard::Mode mode, std::string_view where);

}  // namespace sekisho::gateway
