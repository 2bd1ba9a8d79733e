#pragma once
// What each refusal looks like on the wire, as data; private to wire/refusal*.cpp.

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "wire/dialect.h"

namespace sekisho::wire {

enum class RefusalClass : std::uint8_t {
  kFault,      // the request itself: its status is the same for every client
  kPolicy,     // known caller, forbidden: status per client
  kBudget,     // a cap is reached: status per client
  kTransient,  // may succeed later
};

struct RefusalRow {
  Code code;
  RefusalClass kind;
  int status;                    // kPolicy, kBudget: where no client row decides (in-stream)
  std::string_view openai_type;  // error.type
  std::string_view anthropic_type;
  std::string_view bedrock_type;  // x-amzn-ErrorType
  std::int64_t retry_after_s;     // transient ones: when nobody knows better; 0 = not said
  int anthropic_status = 0;       // where that dialect has one of its own
};
const RefusalRow& refusal_row(Code code);

// What a client sees for a refusal that it must show at once and not repeat.
struct ClientRow {
  ClientKind client;
  int policy_status;
  int budget_status;
  std::string_view anthropic_type;  // overrides the type; "" = by status
};
const ClientRow& client_row(ClientKind client);

std::string_view anthropic_type_of_status(int status);

}  // namespace sekisho::wire
