#pragma once
// A request of Anthropic's Messages as Bedrock's InvokeModel takes it for Claude: the client's own
// bytes with span edits. Model and stream stand in the path there, betas in the body; what the
// service has no place for is left out and told, or refused where leaving it out would change what
// the client asked for. Members that nobody here knows go up: the service names what it refuses.
// Pure. Sources: docs/life-of-a-request.md tells the rules to users.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/envelope.h"

namespace sekisho::wire::bedrock {

struct InvokeEdits {
  std::vector<SpanEdit> edits;
  std::vector<std::string> dropped;  // what was asked for and does not go up
};

// `betas`: the values of the client's anthropic-beta headers. Errors: kUnsupported, naming the
// field. REQUIRES: `envelope` is of `body`, in Anthropic's dialect.
Result<InvokeEdits> invoke_edits(const Envelope& envelope, std::string_view body,
                                 const std::vector<std::string_view>& betas);

}  // namespace sekisho::wire::bedrock
