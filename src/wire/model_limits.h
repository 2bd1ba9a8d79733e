#pragma once
// What of a conversation Claude, or a model on Bedrock, does not take: sampling parameters, stop
// sequences, formats, an answer's beginning, images. What goes is named in `dropped`. Pure.

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire {

struct MediaCount {
  std::size_t images = 0, documents = 0;
};
// Errors: kUnsupported for images that the model does not take.
Result<MediaCount> count_media(const Conversation& conversation, const TargetModel& target);

// An answer that begins with given text: trimmed where the model can go on from it, else closed by
// a request to go on.
void settle_prefill(Conversation& conversation, const TargetModel& target,
                    std::vector<std::string>& dropped);
void settle_sampling(Conversation& conversation, const TargetModel& target, bool thinking,
                     std::vector<std::string>& dropped);
void settle_stop(Conversation& conversation, const TargetModel& target, std::size_t most,
                 std::vector<std::string>& dropped);
void settle_format(Conversation& conversation, const TargetModel& target,
                   std::vector<std::string>& dropped);

// About as many bytes as the request's body will have.
std::size_t estimated_body(const Conversation& conversation);

}  // namespace sekisho::wire
