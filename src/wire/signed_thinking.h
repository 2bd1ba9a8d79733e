#pragma once
// Thinking of a Messages request that is not as its provider signed it: a redaction fell into it,
// or the signature is empty (an answer whose thinking was redacted goes to the client so). With it
// the provider would refuse the call. Pure; walks the messages, so ask only where there is reason
// to.

#include <string_view>
#include <vector>

#include "wire/envelope.h"

namespace sekisho::wire {

struct ThinkingEdits {
  // Such blocks are taken out; the only one of a message becomes a text that says so.
  std::vector<SpanEdit> edits;
  // The last turn called tools and is left without its thinking: the provider takes that only of a
  // request that does not think.
  bool last_is_lost = false;
};

// REQUIRES: the envelope is that of `body`, in the dialect kAnthropicMessages.
ThinkingEdits edit_thinking(const Envelope& envelope, std::string_view body,
                            const std::vector<SpanEdit>& redactions);

// Turns thinking off, where the request turns it on, and what only such a request may ask for.
// False if it does not.
bool edit_thinking_off(const Envelope& envelope, std::string_view body,
                       std::vector<SpanEdit>& edits);

}  // namespace sekisho::wire
