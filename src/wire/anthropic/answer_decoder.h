#pragma once
// Anthropic's stream of events, or its whole message → canonical events. Usage comes early: what
// message_start knows of the prompt (kPartial); at the end the final figures, as the provider sums
// them up. Events and blocks that have no place in other dialects (pings, tools that ran at the
// provider, whatever comes later) are skipped. A stream without message_stop is kUpstreamFailed.

#include <memory>

#include "wire/answer.h"

namespace sekisho::wire::anthropic {

std::unique_ptr<AnswerDecoder> make_answer_decoder(bool stream);

}  // namespace sekisho::wire::anthropic
