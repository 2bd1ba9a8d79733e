#pragma once
// The envelope: what one walk of a raw request body finds, as spans into that body. Nothing is
// decoded that a later stage does not need, and nothing is re-encoded: edits are splices.
// All keys of all objects down to the depth limit are walked and the whole body is validated:
// JSON grammar (numbers, literals, no NaN), UTF-8, duplicate keys at top level and in every object
// whose fields are governed, depth and counts within limits.h.
//
// A walk can resume: `Envelope::checkpoints` remember places (offset, nesting) in the message list
// where a later body with the same first bytes may continue. A resumed walk gives exactly the
// envelope that a full walk gives (property test).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/dialect.h"

namespace sekisho::wire {

// [begin, end) in bytes of the raw body.
struct Span {
  std::uint32_t begin = 0, end = 0;
  std::uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  std::string_view of(std::string_view body) const { return body.substr(begin, end - begin); }
  friend bool operator==(const Span&, const Span&) = default;
};

enum class BlockKind : std::uint8_t {
  kSystem, kUser, kAssistant, kToolResult, kToolArguments, kToolDefinition, kOther
};

// A string that a guardrail must read. `raw` is the JSON string's content between its quotes, still
// escaped (kToolArguments of Anthropic and kToolDefinition: every string inside the object is a
// block of its own). `escaped` is true if it holds a backslash.
struct TextBlock {
  Span raw;
  BlockKind kind = BlockKind::kOther;
  bool escaped = false;
  std::uint32_t message = 0;  // index in messages; 0 for system and tools
  friend bool operator==(const TextBlock&, const TextBlock&) = default;
};

struct Envelope {
  Dialect dialect = Dialect::kOpenAiChat;
  Span model;              // content between the quotes
  std::string model_name;  // decoded
  bool stream = false;
  std::optional<Span> stream_value;  // the literal true / false
  // max_completion_tokens wins over max_tokens when both are there (both spans are kept).
  std::optional<std::int64_t> max_tokens;
  std::vector<Span> max_tokens_values;
  bool include_usage = false;               // stream_options.include_usage is true
  std::optional<Span> include_usage_value;  // its literal
  std::optional<Span> stream_options;       // the whole object value
  std::uint32_t choices = 1;                // n
  std::uint32_t messages_count = 0;
  std::uint32_t tools_count = 0;
  std::uint32_t images = 0;
  std::uint32_t image_bytes = 0;       // raw bytes of image data inside the body
  std::optional<Span> messages;        // the whole array value
  std::optional<Span> system;          // Anthropic: the whole value
  std::optional<Span> first_user;      // raw content of the first user text
  std::optional<Span> thinking_budget; // Anthropic thinking.budget_tokens number
  std::string litellm_session_id, prompt_cache_key, metadata_user_id, end_user;
  std::vector<std::string> tool_names;
  std::vector<std::string> tags;  // metadata.tags / tags
  std::vector<TextBlock> blocks;  // in body order

  struct Checkpoint {  // state of the walk before element `message` of `messages`
    std::uint32_t offset = 0;
    std::uint32_t message = 0;
    std::uint32_t blocks = 0;
    std::uint32_t images = 0;
    std::uint32_t image_bytes = 0;
  };
  std::vector<Checkpoint> checkpoints;
};

// Errors: kInvalidArgument (names the byte offset and what was expected), kTooLarge.
// REQUIRES: 64 readable bytes behind body's end (http::Buffer gives them); body < 4 GiB.
Result<Envelope> parse_envelope(Dialect dialect, std::string_view body);

// As parse_envelope, given that body.substr(0, same_prefix) equals the first bytes of the body
// that `earlier` came from.
Result<Envelope> resume_envelope(const Envelope& earlier, std::size_t same_prefix,
                                 std::string_view body);

// Span edits, applied without copying what stays: pieces to hand to writev. Spans must not
// overlap; they are sorted by apply. An empty span inserts.
struct SpanEdit {
  Span where;
  std::string replacement;
};
class SplicedBody {
 public:
  SplicedBody(std::string_view body, std::vector<SpanEdit> edits);
  const std::vector<std::string_view>& pieces() const { return pieces_; }
  std::size_t size() const { return size_; }
  std::string str() const;

 private:
  std::vector<SpanEdit> edits_;
  std::vector<std::string_view> pieces_;
  std::size_t size_ = 0;
};

}  // namespace sekisho::wire
