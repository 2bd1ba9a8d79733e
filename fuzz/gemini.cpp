// Gemini's dialect on foreign bytes: what leaves is JSON, or an error; an answer fed in pieces
// gives what it gives whole. The first byte chooses the direction.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/json_slice.h"
#include "wire/raw_answer_testing.h"
#include "wire/translate.h"

namespace {

using namespace sekisho::wire;

void require_json(std::string_view text) {
  JsonDocument document;
  if (!document.parse(text)) std::abort();
}

void request(std::uint8_t choice, std::string_view body) {
  const bool to_gemini = choice & 4;
  TargetModel target;
  target.family = to_gemini ? "gemini" : "claude";
  target.reasoning = choice & 8;
  target.adaptive_thinking = choice & 16;
  target.always_thinks = choice & 32;
  const auto from = to_gemini ? Dialect::kOpenAiChat : Dialect::kGemini;
  const auto to = to_gemini ? Dialect::kGemini : Dialect::kBedrockConverse;
  const auto out = translate_request(from, to, body, target, {.max_tokens = 2048});
  if (out) require_json(out->body);
}

std::string answer(std::uint8_t choice, std::string_view bytes, std::size_t step) {
  const auto decoder = make_answer_decoder(Dialect::kGemini, choice & 4);
  const auto encoder = make_answer_encoder(
      Dialect::kGemini, {.id = "i", .model = "m", .stream = (choice & 8) != 0, .json_array = true});
  std::vector<AnswerEvent> events;
  bool ok = true;
  for (std::size_t at = 0; at < bytes.size() && ok; at += step) {
    ok = decoder->feed(bytes.substr(at, step), events).has_value();
  }
  ok = ok && decoder->finish(events).has_value();
  std::string out;
  for (const AnswerEvent& event : events) encoder->encode(event, out);
  if (ok) require_json(out);
  return ok ? out : "error";
}

void raw(std::uint8_t choice, std::string_view bytes) {
  const auto make = [&] {
    return choice & 4 ? make_raw_array() : make_raw_answer(Dialect::kGemini, choice & 8);
  };
  const auto whole = testing::read(make(), bytes);
  if (!(whole == testing::read(make(), bytes, 7))) std::abort();
  const bool kept = whole.error.empty() && (choice & 4);
  if (kept && whole.bytes() != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] & 3) {
    case 0:
      request(data[0], bytes);
      break;
    case 1:
      if (answer(data[0], bytes, bytes.size() + 1) != answer(data[0], bytes, 7)) std::abort();
      break;
    default:
      raw(data[0], bytes);
  }
  return 0;
}
