// Bedrock's Converse from clients, on foreign bytes: the walk of requests (a resumed one equals a
// full one, an edited body is still one), their translation (JSON, or an error), answers that pass
// through (how they are cut changes nothing, rewritten messages have right checksums) and the
// encoder of answers. The first byte chooses.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/bedrock/answer_encoder.h"
#include "wire/bedrock/converse_request.h"
#include "wire/bedrock/request_decoder.h"
#include "wire/json_slice.h"
#include "wire/raw_answer_testing.h"
#include "wire/translate.h"

namespace {

using namespace sekisho::wire;
using sekisho::wire::testing::read;

void require_json(std::string_view text) {
  JsonDocument document;
  if (!document.parse(text)) std::abort();
}

void envelope(std::uint8_t place, const std::string& body) {
  auto whole = parse_envelope(Dialect::kBedrockConverse, body, ModelPlace::kPath);
  if (!whole) return;
  std::vector<SpanEdit> edits;
  edit_max_tokens(*whole, body, "", 7, edits);
  for (const TextBlock& block : whole->blocks) edits.push_back({block.raw, "[REDACTED]"});
  const std::string edited = SplicedBody(body, std::move(edits)).str();
  auto again = parse_envelope(Dialect::kBedrockConverse, edited, ModelPlace::kPath);
  if (!again || again->max_tokens != 7) std::abort();
  const std::size_t at = body.size() * place / 128;
  const std::string changed = body.substr(0, at) + "\"" + body.substr(at);
  if (resume_envelope(*whole, at, changed, body.size() - at) !=
      parse_envelope(Dialect::kBedrockConverse, changed, ModelPlace::kPath)) {
    std::abort();
  }
}

void request(const std::string& body) {
  std::vector<std::string> dropped;
  const auto conversation = bedrock::decode_request(body, dropped);
  if (!conversation) return;
  TargetModel target;
  target.family = "claude";
  const auto out = bedrock::encode_converse_request(**conversation, target, {.max_tokens = 2048},
                                                    std::move(dropped));
  if (out) require_json(out->body);
}

void passing(std::uint8_t step, bool stream, std::string_view bytes) {
  const auto whole = read(Dialect::kBedrockConverse, stream, bytes, bytes.size() + 1);
  if (read(Dialect::kBedrockConverse, stream, bytes, 1 + step) != whole) std::abort();
  for (const RawFrame& frame : whole.frames) {
    std::vector<std::pair<std::size_t, std::string>> texts;
    for (std::size_t i = 0; i < frame.texts.size(); ++i) {
      const Span raw = frame.texts[i].raw;
      if (raw.end >= frame.bytes.size() || frame.bytes[raw.end] != '"') std::abort();
      texts.emplace_back(i, unescape_json(raw.of(frame.bytes)));
    }
    if (rewrite_frame(frame, {}) != frame.bytes) std::abort();
    if (!frame.sealed) continue;
    const auto again = read(Dialect::kBedrockConverse, true, rewrite_frame(frame, texts));
    if (!again.error.empty()) std::abort();
  }
}

void encode(bool stream, std::string_view bytes) {
  const auto decoder = make_converse_decoder(true);
  const auto encoder = bedrock::make_converse_encoder({.id = "", .model = "m", .stream = stream});
  std::vector<AnswerEvent> events;
  if (!decoder->feed(bytes, events) || !decoder->finish(events)) return;
  std::string out;
  for (const AnswerEvent& event : events) encoder->encode(event, out);
  const auto answer = read(Dialect::kBedrockConverse, stream, out);
  if (!out.empty() && !answer.error.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::uint8_t place = data[0] >> 3;
  switch (data[0] & 7) {
    case 0:
      envelope(static_cast<std::uint8_t>(place * 4), bytes);
      break;
    case 1:
      request(bytes);
      break;
    case 2:
    case 3:
      passing(place, data[0] & 1, bytes);
      break;
    default:
      encode(data[0] & 1, bytes);
  }
  return 0;
}
