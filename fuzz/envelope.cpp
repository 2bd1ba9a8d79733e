// The walk of request bodies on foreign bytes: it must not crash, a resumed walk must equal a full
// one, and an edited body must still be one. The first byte chooses dialect and place of
// resumption.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/envelope.h"

namespace {

using namespace sekisho::wire;

void check_resumed(const Envelope& earlier, std::string_view body, std::size_t same_prefix,
                   std::size_t same_suffix) {
  if (resume_envelope(earlier, same_prefix, body, same_suffix) !=
      parse_envelope(earlier.dialect, body)) {
    std::abort();
  }
}

void check_edits(const Envelope& envelope, std::string_view body) {
  std::vector<SpanEdit> edits;
  edit_model(envelope, "other \"model\"", edits);
  const bool generates = envelope.dialect != Dialect::kOpenAiEmbeddings;
  const bool is_claude = envelope.dialect == Dialect::kAnthropicMessages;
  if (generates) edit_max_tokens(envelope, body, "max_tokens", 7, edits);
  if (generates && !is_claude) edit_include_usage(envelope, body, edits);
  for (const TextBlock& block : envelope.blocks) edits.push_back({block.raw, "[REDACTED]"});
  std::string edited = SplicedBody(body, std::move(edits)).str();
  auto again = parse_envelope(envelope.dialect, edited);
  if (!again || again->model_name != "other \"model\"") std::abort();
  if (generates && again->max_tokens != 7) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr Dialect kChosen[] = {Dialect::kOpenAiChat, Dialect::kAnthropicMessages,
                                 Dialect::kOpenAiCompletions, Dialect::kOpenAiEmbeddings};
  const Dialect dialect = kChosen[data[0] & 3];
  const std::string body(reinterpret_cast<const char*>(data) + 2, size - 2);
  auto envelope = parse_envelope(dialect, body);
  if (!envelope) return 0;
  check_edits(*envelope, body);
  // The same body, cut and glued at a place that the input chooses.
  const std::size_t at = body.size() * data[1] / 256;
  std::string changed = body.substr(0, at) + "\"" + body.substr(at);
  check_resumed(*envelope, changed, at, body.size() - at);
  changed = body.substr(0, at) + body.substr(body.size() * (data[0] >> 1) / 128);
  check_resumed(*envelope, changed, at, 0);
  return 0;
}
