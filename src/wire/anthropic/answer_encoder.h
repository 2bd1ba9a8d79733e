#pragma once
// Canonical events → Anthropic Messages: a stream of events, each with its `event:` line and one
// block at a time, or one whole message. What the usage was is known at the end only, so
// message_start has zeros and message_delta all of it. A block without content does not appear:
// the client would hand it back, and empty text is refused.

#include <memory>

#include "wire/translate.h"

namespace sekisho::wire::anthropic {

std::unique_ptr<AnswerEncoder> make_answer_encoder(AnswerEncoding encoding);

}  // namespace sekisho::wire::anthropic
