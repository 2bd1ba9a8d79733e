#pragma once
// Input guardrails: reads every text block of a request (only those that the conversation memory
// does not know already) and turns findings into verdicts, redactions and refusals.

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/conversation_memory.h"
#include "gateway/policy.h"
#include "guard/guard.h"
#include "http/message.h"
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

// What of the client's headers goes on to a provider of the same dialect. Credentials never do;
// accept-encoding neither: an answer that we cannot read we could not inspect.
bool passes_upstream(std::string_view name);

// Names of the headers that would go on but hold a secret: they are left out, whatever the mode of
// the rule that found it (but off), and `records` says so.
std::vector<std::string> find_in_headers(const guard::RuleSet& rules, const guard::Policy& policy,
                                         const http::Headers& headers,
                                         std::vector<trace::VerdictRecord>& records);

// Adds one to the record of (rule, mode, where), creating it.
void count_verdict(std::vector<trace::VerdictRecord>& records, std::string_view rule,
                   guard::Mode mode, std::string_view where);

}  // namespace sekisho::gateway
