// Bedrock's packed streams of Messages on foreign bytes: how they are cut must not change what
// comes out, frames are whole server-sent events and their texts lie inside them. The first byte
// chooses the cut and whether the rest is the stream itself, or lines that are packed as events.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "wire/aws/event_stream.h"
#include "wire/bedrock/invoke_answer.h"
#include "wire/raw_answer_testing.h"

namespace {

using namespace sekisho::wire;
using bedrock::make_invoke_stream;
using sekisho::wire::testing::read;

std::string packed(std::string_view json) {
  std::string base64(4 * (json.size() / 3 + 1) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                   reinterpret_cast<const unsigned char*>(json.data()),
                                   static_cast<int>(json.size()));
  base64.resize(static_cast<std::size_t>(size));
  return aws::encode_event("chunk", "{\"bytes\":\"" + base64 + "\"}");
}

std::string packed_lines(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    out += packed(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

void check_frame(const RawFrame& frame) {
  if (!frame.bytes.starts_with("event: ") || !frame.bytes.ends_with("\n\n")) std::abort();
  for (const FrameText& text : frame.texts) {
    if (text.raw.end >= frame.bytes.size() || frame.bytes[text.raw.end] != '"') std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string bytes = data[0] & 1 ? std::string(rest) : packed_lines(rest);
  const auto whole = read(make_invoke_stream(), bytes, bytes.size() + 1);
  if (read(make_invoke_stream(), bytes, 1 + (data[0] >> 1)) != whole) std::abort();
  for (const RawFrame& frame : whole.frames) check_frame(frame);
  return 0;
}
