#pragma once
// Answers that pass through in their own dialect: frames stay the provider's bytes; on the side we
// read usage, stop and the text fields that guards inspect. Sans-IO, split-invariant.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/dialect.h"
#include "wire/envelope.h"
#include "wire/json_text.h"  // escape_json, unescape_json
#include "wire/usage.h"

namespace sekisho::wire {

// One text field of a frame: `raw` is the content between the quotes of a JSON string, relative to
// the frame's first byte. Deltas with the same `field` continue one logical text.
struct FrameText {
  std::uint32_t field = 0;  // (choice or block index) * 4 + kind
  Span raw;
};
enum class FrameTextKind : std::uint8_t { kText = 0, kReasoning = 1, kToolArguments = 2 };

struct RawFrame {
  std::string bytes;  // one SSE event with its blank line; or the whole JSON body
  std::vector<FrameText> texts;
  bool ends_fields = false;         // every field seen so far is complete (block stop, finish, end)
  bool carries_usage_only = false;  // OpenAI's last chunk with empty choices
  bool is_error = false;
};

class RawAnswer {
 public:
  virtual ~RawAnswer() = default;
  virtual Result<void> feed(std::string_view bytes, std::vector<RawFrame>& out) = 0;
  virtual Result<void> finish(std::vector<RawFrame>& out) = 0;
  virtual const Usage& usage() const = 0;
  // True once the dialect's own end was seen ([DONE], message_stop, a complete JSON body).
  virtual bool complete() const = 0;
  virtual std::string_view stop_reason() const = 0;
  virtual std::string_view served_tier() const = 0;
  virtual std::string_view ping() const = 0;  // what to send in a silent gap ("" = none)
  // Bytes of output text seen (for estimates when usage is missing).
  virtual std::size_t output_bytes() const = 0;
};

std::unique_ptr<RawAnswer> make_raw_answer(Dialect dialect, bool stream);

}  // namespace sekisho::wire
