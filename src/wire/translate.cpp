#include "wire/translate.h"

#include "wire/bedrock/converse_request.h"
#include "wire/openai_chat/request_decoder.h"

namespace sekisho::wire {
namespace {

constexpr std::size_t kReportedNameBytes = 200;

// Field names are the client's: of any length, and the record keeps them.
void cut_names(std::vector<std::string>& names) {
  for (std::string& name : names) {
    if (name.size() <= kReportedNameBytes) continue;
    std::size_t end = kReportedNameBytes;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
    name.resize(end);
    name += "...";
  }
}

}  // namespace

std::int64_t least_max_tokens(const TargetModel& target) {
  // OpenAI's and xAI's models on Converse refuse less.
  return target.family == "gpt" || target.family == "grok" ? 16 : 1;
}

Result<TranslatedRequest> chat_to_converse(std::string_view body, const TargetModel& target,
                                           std::int64_t max_tokens) {
  std::vector<std::string> dropped;
  TRY(const auto conversation, openai_chat::decode_request(body, dropped));
  TRY(auto request,
      bedrock::encode_converse_request(*conversation, target, max_tokens, std::move(dropped)));
  cut_names(request.dropped);
  return request;
}

}  // namespace sekisho::wire
