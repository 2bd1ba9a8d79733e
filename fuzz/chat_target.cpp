// OpenAI chat at the provider's side, on foreign bytes. A request (read as a client's, for want of
// other bytes) is written as JSON, and written the same again when what was written is read; an
// answer fed in pieces gives what the whole gives. The first byte chooses model and direction.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json_slice.h"
#include "wire/openai_chat/request_decoder.h"
#include "wire/openai_chat/request_encoder.h"
#include "wire/translate.h"

namespace {

using namespace sekisho::wire;

std::string written(std::uint8_t choice, std::string_view body) {
  constexpr std::string_view kFamilies[] = {"gpt", "mistral", "qwen", "claude"};
  TargetModel target;
  target.family = kFamilies[choice & 3];
  target.reasoning = choice & 4;
  target.forbids_sampling = choice & 8;
  TranslationSettings settings;
  settings.model = choice & 16 ? "gpt-5.5" : "o3";
  settings.max_tokens = 9;
  settings.stream = choice & 32;
  settings.reasoning_field = choice & 64 ? "reasoning_content" : "";
  std::vector<std::string> dropped;
  const auto conversation = openai_chat::decode_request(body, dropped);
  if (!conversation) return {};
  const auto out = openai_chat::encode_request(**conversation, target, settings, {});
  return out ? out->body : std::string();
}

void request(std::uint8_t choice, std::string_view body) {
  const std::string once = written(choice, body);
  if (once.empty()) return;
  JsonDocument document;
  if (!document.parse(once)) std::abort();
  if (written(choice, body) != once || written(choice, once) != once) std::abort();
}

std::string answer(std::uint8_t choice, std::string_view bytes, std::size_t step) {
  const auto decoder = make_chat_decoder(choice & 1);
  const auto encoder = make_chat_encoder({.id = "i", .model = "m"});
  std::vector<AnswerEvent> events;
  bool ok = true;
  for (std::size_t at = 0; at < bytes.size() && ok; at += step) {
    ok = decoder->feed(bytes.substr(at, step), events).has_value();
  }
  ok = ok && decoder->finish(events).has_value();
  std::string out;
  for (const AnswerEvent& event : events) encoder->encode(event, out);
  JsonDocument document;
  if (!out.empty() && !document.parse(out)) std::abort();
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
