// Answers that pass through, on foreign bytes: how they are cut must not change what comes out, the
// frames are the stream, texts are whole strings inside their frame and can be rewritten. The first
// byte chooses dialect and cut.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "wire/raw_answer_testing.h"

namespace {

using namespace sekisho::wire;
using sekisho::wire::testing::read;

void check_frame(const RawFrame& frame) {
  std::vector<std::pair<std::size_t, std::string>> same;
  for (std::size_t i = 0; i < frame.texts.size(); ++i) {
    const Span raw = frame.texts[i].raw;
    if (raw.end >= frame.bytes.size() || frame.bytes[raw.end] != '"') std::abort();
    same.emplace_back(i, unescape_json(raw.of(frame.bytes)));
  }
  if (rewrite_frame(frame, {}) != frame.bytes) std::abort();
  (void)rewrite_frame(frame, same);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto dialect = data[0] & 1                ? Dialect::kAnthropicMessages
                       : (data[0] & 0x42) == 0x42 ? Dialect::kOpenAiEmbeddings
                                                  : Dialect::kOpenAiChat;
  const bool stream = (data[0] & 2) == 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(dialect, stream, bytes, bytes.size() + 1);
  if (read(dialect, stream, bytes, 1 + (data[0] >> 2)) != whole) std::abort();
  for (const RawFrame& frame : whole.frames) check_frame(frame);
  return 0;
}
