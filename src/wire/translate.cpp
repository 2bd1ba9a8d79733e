#include "wire/translate.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "wire/anthropic/answer_decoder.h"
#include "wire/anthropic/answer_encoder.h"
#include "wire/anthropic/request_decoder.h"
#include "wire/anthropic/request_encoder.h"
#include "wire/auto_cache.h"
#include "wire/bedrock/answer_encoder.h"
#include "wire/bedrock/converse_request.h"
#include "wire/bedrock/request_decoder.h"
#include "wire/gemini/answer_decoder.h"
#include "wire/gemini/answer_encoder.h"
#include "wire/gemini/request_decoder.h"
#include "wire/gemini/request_encoder.h"
#include "wire/gemini/thought_signature.h"
#include "wire/openai_chat/request_decoder.h"
#include "wire/openai_chat/request_encoder.h"

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

namespace {

// One row per dialect: what this build can read and write of it. Null: not that.
struct Codec {
  Dialect dialect;
  std::string_view answer_id_prefix;
  // A client's request, and the answer to it.
  Result<std::unique_ptr<Conversation>> (*decode_request)(std::string_view body,
                                                          std::vector<std::string>& dropped);
  std::unique_ptr<AnswerEncoder> (*encode_answer)(AnswerEncoding encoding);
  // A request to a provider, and its answer.
  Result<TranslatedRequest> (*encode_request)(Conversation& conversation, const TargetModel& target,
                                              const TranslationSettings& settings,
                                              std::vector<std::string> dropped);
  std::unique_ptr<AnswerDecoder> (*decode_answer)(bool stream);
  // The client's name of a dropped field that an encoder named as OpenAI chat does; null: the same.
  std::string (*field_name)(std::string_view field) = nullptr;
};

constexpr std::array kCodecs{
    Codec{Dialect::kOpenAiChat, "chatcmpl-", openai_chat::decode_request, make_chat_encoder,
          openai_chat::encode_request, make_chat_decoder},
    Codec{Dialect::kAnthropicMessages, "msg_", anthropic::decode_request,
          anthropic::make_answer_encoder, anthropic::encode_request, anthropic::make_answer_decoder,
          anthropic::field_name},
    Codec{Dialect::kBedrockConverse, "", bedrock::decode_request, bedrock::make_converse_encoder,
          bedrock::encode_converse_request, make_converse_decoder, bedrock::field_name},
    Codec{Dialect::kGemini, "", gemini::decode_request, gemini::make_answer_encoder,
          gemini::encode_request, gemini::make_answer_decoder, gemini::field_name},
};

// One provider's signature is noise to another, which refuses it.
void take_out_foreign_signatures(Conversation& conversation, Dialect to) {
  if (to == Dialect::kGemini) return;  // it keeps its own alone
  for (Turn& turn : conversation.turns) {
    for (Block& block : turn.blocks) {
      if (!gemini::unmarked_signature(block.signature).empty()) block.signature = {};
    }
  }
}

const Codec* codec_of(Dialect dialect) {
  const auto* codec = std::ranges::find(kCodecs, dialect, &Codec::dialect);
  return codec == kCodecs.end() ? nullptr : codec;
}

}  // namespace

bool can_translate(Dialect from, Dialect to) {
  const Codec *client = codec_of(from), *upstream = codec_of(to);
  return from != to && client && client->decode_request && upstream && upstream->encode_request;
}

Result<TranslatedRequest> translate_request(Dialect from, Dialect to, std::string_view body,
                                            const TargetModel& target,
                                            const TranslationSettings& settings) {
  assert(can_translate(from, to));
  std::vector<std::string> dropped;
  const Codec& client = *codec_of(from);
  TRY(const auto conversation, client.decode_request(body, dropped));
  if (settings.thinking && target.reasoning) restore_thinking(*conversation, *settings.thinking);
  if (settings.auto_cache && target.prompt_caching) mark_for_cache(*conversation);
  take_out_foreign_signatures(*conversation, to);
  const std::size_t own = dropped.size();
  TRY(auto request,
      codec_of(to)->encode_request(*conversation, target, settings, std::move(dropped)));
  for (std::size_t i = own; client.field_name && i < request.dropped.size(); ++i) {
    request.dropped[i] = client.field_name(request.dropped[i]);
  }
  cut_names(request.dropped);
  return request;
}

Result<TranslatedRequest> chat_to_converse(std::string_view body, const TargetModel& target,
                                           std::int64_t max_tokens) {
  return translate_request(Dialect::kOpenAiChat, Dialect::kBedrockConverse, body, target,
                           {.max_tokens = max_tokens});
}

std::unique_ptr<AnswerDecoder> make_answer_decoder(Dialect upstream, bool stream) {
  return codec_of(upstream)->decode_answer(stream);
}

std::unique_ptr<AnswerEncoder> make_answer_encoder(Dialect client, AnswerEncoding encoding) {
  return codec_of(client)->encode_answer(std::move(encoding));
}

std::string_view answer_id_prefix(Dialect client) {
  const Codec* codec = codec_of(client);
  return codec ? codec->answer_id_prefix : std::string_view();
}

}  // namespace sekisho::wire
