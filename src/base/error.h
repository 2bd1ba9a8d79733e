#pragma once
// Error codes of the whole program. An `Error` is a value: a closed `Code` and a detail that a
// person reads. The table that turns a code into a status, a body and a metric label per client
// dialect is wire/denial.h; code below that never thinks in HTTP statuses.
// A detail never holds a secret, a credential or a prompt.

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho {

enum class Code : std::uint8_t {
  // the caller's fault
  kInvalidArgument,   // malformed body, wrong type, unknown field
  kUnauthenticated,   // no key, unknown key, expired key
  kPermissionDenied,  // known caller without the right
  kNotFound,          // unknown path, model or resource
  kConflict,          // exists already, wrong state
  kTooLarge,          // body, header, count or depth over a named limit
  kUnsupported,       // a feature that the target cannot express
  kNotOffered,        // an operation that the target does not have
  // policy
  kModelDenied,       // model not in the allowed set
  kModelUnpriced,     // no price known and the operator did not allow it
  kBudgetExceeded,    // a cap would be exceeded
  kRateLimited,       // requests or tokens per minute, parallel requests
  kGuardrailBlocked,  // a rule in mode "block" fired
  // the upstream
  kUpstreamUnreachable,
  kUpstreamTimeout,
  kUpstreamRejected,    // 4xx that is the caller's business (passed on in its dialect)
  kUpstreamThrottled,   // 429 of the provider
  kUpstreamOverloaded,  // 503, 529: its own load, not ours
  kUpstreamQuota,       // the account there has no quota or credit left: waiting does not help
  kUpstreamFailed,      // 5xx, broken stream, malformed answer
  kContextOverflow,     // prompt too long; the provider's wording survives in `detail`
  // ourselves
  kOverloaded,   // a cap on memory, connections or queues
  kStoreFailed,  // disk full, database unusable
  kCorrupt,      // checksum mismatch in our own files
  kTimeout,      // a deadline of ours
  kCancelled,    // the peer went away
  kClosed,       // end of stream where more was needed
  kInternal,     // a bug: counted
};

std::string_view code_name(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string detail;

  friend bool operator==(const Error&, const Error&) = default;
};

}  // namespace sekisho
