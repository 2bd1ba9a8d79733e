#pragma once
// Canonical events → ConverseStream's event stream, or Converse's whole answer. Usage is told as
// Bedrock tells it of Claude: inputTokens without the cache, totalTokens with everything; where the
// provider reported none, our estimate, as the call is booked then. Deterministic: latencyMs, which
// clients expect, is 0.

#include <memory>

#include "wire/answer.h"
#include "wire/translate.h"

namespace sekisho::wire::bedrock {

std::unique_ptr<AnswerEncoder> make_converse_encoder(AnswerEncoding encoding);

}  // namespace sekisho::wire::bedrock
