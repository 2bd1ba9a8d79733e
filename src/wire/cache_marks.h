#pragma once
// Which cache marks of a conversation can be sent: at most four (the last ones count), none where
// the model does not cache, and time-to-live never increasing over tools → system → messages, nor
// an hour where the model knows five minutes only. Marks that cannot stay are removed from the
// conversation.

#include <string>
#include <vector>

#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire {

inline constexpr std::size_t kCachePoints = 4;

void settle_cache_marks(Conversation& conversation, const TargetModel& target,
                        std::vector<std::string>& dropped);

}  // namespace sekisho::wire
