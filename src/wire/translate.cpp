#include "wire/translate.h"

#include "wire/bedrock/converse_request.h"
#include "wire/openai_chat/request_decoder.h"

namespace sekisho::wire {

std::int64_t least_max_tokens(const TargetModel& target) {
  // OpenAI's and xAI's models on Converse refuse less.
  return target.family == "gpt" || target.family == "grok" ? 16 : 1;
}

Result<TranslatedRequest> chat_to_converse(std::string_view body, const TargetModel& target,
                                           std::int64_t max_tokens) {
  std::vector<std::string> dropped;
  TRY(const auto conversation, openai_chat::decode_request(body, dropped));
  return bedrock::encode_converse_request(*conversation, target, max_tokens, std::move(dropped));
}

}  // namespace sekisho::wire
