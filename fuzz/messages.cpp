// Anthropic Messages on foreign bytes, all four ways: what leaves is JSON, or an error. The first
// byte chooses the way and the model; an answer is also fed in pieces, which must change nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/json_slice.h"
#include "wire/translate.h"

namespace {

using namespace sekisho::wire;

constexpr Dialect kMessages = Dialect::kAnthropicMessages;

void require_json(std::string_view text) {
  JsonDocument document;
  if (!document.parse(text)) std::abort();
}

void request(std::uint8_t choice, std::string_view body) {
  constexpr std::string_view kFamilies[] = {"claude", "gpt", "nova", "llama"};
  TargetModel target;
  target.family = kFamilies[choice & 3];
  target.reasoning = choice & 4;
  target.adaptive_thinking = choice & 8;
  target.rejects_prefill = choice & 16;
  const bool up = choice & 32;
  const auto out = translate_request(up ? Dialect::kOpenAiChat : kMessages,
                                     up ? kMessages : Dialect::kBedrockConverse, body, target,
                                     {.model = "m", .max_tokens = 2048});
  if (out) require_json(out->body);
}

std::string answer(std::uint8_t choice, std::string_view bytes, std::size_t step) {
  const auto decoder = make_answer_decoder(kMessages, choice & 1);
  const auto encoder = make_answer_encoder(choice & 2 ? kMessages : Dialect::kOpenAiChat,
                                           {.id = "i", .model = "m", .stream = false});
  std::vector<AnswerEvent> events;
  bool ok = true;
  for (std::size_t at = 0; at < bytes.size() && ok; at += step) {
    const std::string part(bytes.substr(at, step));
    ok = decoder->feed(part, events).has_value();
  }
  ok = ok && decoder->finish(events).has_value();
  std::string out;
  for (const AnswerEvent& event : events) encoder->encode(event, out);
  if (!out.empty()) require_json(out);
  return ok ? out : "error";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] & 128) {
    if (answer(data[0], bytes, bytes.size() + 1) != answer(data[0], bytes, 7)) std::abort();
  } else {
    request(data[0], bytes);
  }
  return 0;
}
