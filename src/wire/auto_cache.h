#pragma once
// Prompt caching for clients that set no marks: the prefix up to the tools, to the system prompt
// and to the last two user turns is marked for five minutes, so that the next turn of the
// conversation reads it. A client with marks of its own keeps them and gets none. Pure.

#include <string_view>
#include <vector>

#include "wire/conversation.h"
#include "wire/envelope.h"

namespace sekisho::wire {

// REQUIRES: settled turns. True if marks were set.
bool mark_for_cache(Conversation& conversation);

// The same as span edits of a body in Anthropic's Messages (also as InvokeModel takes it). Blocks
// that cannot carry a mark (thinking, empty text) are passed over. REQUIRES: parse_envelope took
// `body`. True if edits were added.
bool edit_cache_marks(const Envelope& envelope, std::string_view body,
                      std::vector<SpanEdit>& edits);

}  // namespace sekisho::wire
