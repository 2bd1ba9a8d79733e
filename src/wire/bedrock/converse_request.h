#pragma once
// Canonical conversation → body of Bedrock's Converse and ConverseStream. Consumes the conversation
// (it is settled to the target's rules on the way). Deterministic; what changes last comes last:
// system, toolConfig, outputConfig, additional fields, inferenceConfig, requestMetadata, messages.
// Errors: kUnsupported, kInvalidArgument, naming the client's field.

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire::bedrock {

Result<TranslatedRequest> encode_converse_request(Conversation& conversation,
                                                  const TargetModel& target,
                                                  const TranslationSettings& settings,
                                                  std::vector<std::string> dropped);

}  // namespace sekisho::wire::bedrock
