#pragma once
// Answers that pass through in their own dialect: frames stay the provider's bytes; on the side we
// read usage, stop and the text fields that guards inspect. Sans-IO: the outcome depends on the
// bytes alone, not on how they were split. One owner, not thread-safe.
//
// What cannot be inspected does not pass: an event whose data is no JSON, or is cut off, is an
// error (kUpstreamFailed) instead of a frame, and every later call repeats it. Only an event whose
// JSON stands on several "data:" lines is rewritten, onto one line.
//
// Strings that are no text and so not listed: identifiers, names, types, signatures and encrypted
// content, error messages (see RawFrame::is_error), the echo of the model's name.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "wire/dialect.h"
#include "wire/envelope.h"
#include "wire/json_text.h"  // escape_json, unescape_json
#include "wire/usage.h"

namespace sekisho::wire {

enum class FrameTextKind : std::uint8_t { kText = 0, kReasoning = 1, kToolArguments = 2 };

// One text field of a frame: `raw` is the content between the quotes of a JSON string, relative to
// the frame's first byte. Texts with the same `field` continue one logical text; in a whole body
// each string is a field of its own (so also every string of an Anthropic tool_use input).
struct FrameText {
  std::uint32_t field = 0;  // a number per choice or block, times 4, plus the kind
  Span raw;
  std::uint16_t named = 0;  // as TextBlock::named; only of strings that are a field of their own
  FrameTextKind kind() const { return static_cast<FrameTextKind>(field & 3); }
  friend bool operator==(const FrameText&, const FrameText&) = default;
};

struct RawFrame {
  // One SSE event with its blank line, one message of an event stream, or the whole JSON body.
  std::string bytes;
  std::vector<FrameText> texts;
  std::vector<FrameText> signatures;  // of reasoning; `field` is that of the text they stand for
  Span data;                          // the JSON in `bytes`; empty for comments and [DONE]
  bool ends_fields = false;         // every field seen so far is complete (block stop, finish, end)
  bool carries_usage_only = false;  // OpenAI's last chunk with empty choices
  bool is_error = false;            // an error object; the gateway words it anew from `data`
  bool sealed = false;              // `bytes` hold lengths and checksums (an event stream)
  friend bool operator==(const RawFrame&, const RawFrame&) = default;
};

class RawAnswer {
 public:
  virtual ~RawAnswer() = default;
  virtual Result<void> feed(std::string_view bytes, std::vector<RawFrame>& out) = 0;
  // The upstream ended. An event without its blank line comes out now, inspected; a whole body too.
  virtual Result<void> finish(std::vector<RawFrame>& out) = 0;
  virtual const Usage& usage() const = 0;
  // True once the dialect's own end was seen ([DONE], message_stop, a complete JSON body); finish()
  // adds a [DONE] that was left out after every choice had finished.
  virtual bool complete() const = 0;
  virtual std::string_view stop_reason() const = 0;
  virtual std::string_view served_tier() const = 0;
  // Anthropic's usage.speed "fast" and usage.inference_geo "us" have prices of their own; absent
  // when the answer does not say.
  virtual std::optional<bool> served_fast() const = 0;
  virtual std::optional<bool> served_us() const = 0;
  // Bytes of output text seen (for estimates when usage is missing).
  virtual std::size_t output_bytes() const = 0;
};

// What to send to a client of the dialect in a silent gap of a stream of server-sent events.
std::string_view stream_ping(Dialect dialect);

// REQUIRES: kOpenAiChat, kAnthropicMessages or kBedrockConverse.
std::unique_ptr<RawAnswer> make_raw_answer(Dialect dialect, bool stream);
// Gemini's stream as it comes where no server-sent events are asked for: one JSON array, whose
// elements are the chunks. A frame is an element with what stands before it.
std::unique_ptr<RawAnswer> make_raw_array();

// The frame's bytes with the content of some texts (by index in `texts`) replaced by new decoded
// text; every other byte stays.
std::string rewrite_frame(const RawFrame& frame,
                          const std::vector<std::pair<std::size_t, std::string>>& new_texts);

}  // namespace sekisho::wire
