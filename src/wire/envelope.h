#pragma once
// The envelope: what one walk of a raw request body finds, as spans into that body. Nothing is
// decoded that a later stage does not need, and nothing is re-encoded: edits are splices.
// All keys of all objects down to the depth limit are walked and the whole body is validated:
// JSON grammar (numbers, literals, no NaN), UTF-8, duplicate keys at top level and in every object
// whose fields are governed, depth and counts within limits.h. Gemini's servers read each key in
// two spellings (maxOutputTokens, max_output_tokens): both are governed, and one key in both is a
// duplicate.
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
#include "wire/span.h"

namespace sekisho::wire {

enum class BlockKind : std::uint8_t {
  kSystem,
  kUser,
  kAssistant,
  kToolResult,
  kToolArguments,
  kToolDefinition,
  kOther
};

// A string that a guardrail must read: every string of the body, but for the model's name, short
// roles, types and identifiers (providers check their characters), signatures and other data that
// only its provider can read, image data, and strings in free-form values (tool definitions and
// arguments, unknown fields) under limits::kShortestBlock. Long keys of free-form objects are
// blocks too. `raw` is the JSON string's content between its quotes, still escaped (kToolArguments
// of Anthropic and kToolDefinition: every string inside the object is a block of its own).
// `escaped` is true if it holds a backslash. Empty strings are left out. `named` bytes before `raw`
// begins what names it (see named_value.h): a guard reads them with it, up to its closing quote.
struct TextBlock {
  Span raw;
  BlockKind kind = BlockKind::kOther;
  bool escaped = false;
  std::uint16_t named = 0;
  std::uint32_t message = 0;  // index in messages; 0 for system and tools
  friend bool operator==(const TextBlock&, const TextBlock&) = default;
};

// The longest-lived cache write that the body asks for. Where a mark cannot be read it counts as
// one hour: bounds of cost stay provable.
enum class CacheLife : std::uint8_t { kNone, kFiveMinutes, kOneHour };

// Where the request names its model. In the path it wins over a member of the body.
enum class ModelPlace : std::uint8_t { kBody, kPath };

inline constexpr std::size_t kProviderFeatures = 16;
inline constexpr std::string_view kMoreFeatures = "more than 16 such features";

// Gemini: a tool that the provider would run, offered to the model beside the client's own. Some
// clients always offer one: where it may not be used it is left out.
struct OfferedTool {
  std::string name;           // "googleSearch"
  Span member, element;       // of its object, and that object in the list
  bool fills_element = true;  // the object holds nothing but such tools
  friend bool operator==(const OfferedTool&, const OfferedTool&) = default;
};

// What is found once per body. A field that is null counts as absent, but its span is kept, so that
// an edit replaces it instead of adding a second key.
struct EnvelopeFields {
  Dialect dialect = Dialect::kOpenAiChat;
  ModelPlace model_place = ModelPlace::kBody;
  Span model;              // content between the quotes; empty if the body names none
  std::string model_name;  // decoded; of kPath: set by whoever knows the path
  bool stream = false;
  std::optional<Span> stream_value;  // the literal: true, false or null
  // The larger of max_tokens and max_completion_tokens when both are there (both spans are kept).
  std::optional<std::int64_t> max_tokens;
  std::vector<Span> max_tokens_values;      // numbers or null
  bool include_usage = false;               // stream_options.include_usage is true
  std::optional<Span> include_usage_value;  // its literal
  std::optional<Span> stream_options;       // the whole value, an object or null
  std::uint32_t choices = 1;                // n; completions: the larger of n and best_of
  std::uint32_t prompts = 0;                // completions, embeddings: what is read one by one
  // How often an output of at most max_tokens is generated.
  std::int64_t outputs() const { return std::int64_t{choices} * (prompts > 0 ? prompts : 1); }
  CacheLife cache_life = CacheLife::kNone;  // of every cache_control in the body
  std::uint32_t messages_count = 0;
  std::uint32_t tools_count = 0;
  std::uint32_t images = 0;
  std::uint32_t image_bytes = 0;        // raw bytes of image data inside the body
  std::uint32_t documents = 0;          // files, audio, video: tokens not bounded by their bytes
  std::uint32_t remote_sources = 0;     // Anthropic: images and documents by URL or file id
  std::uint32_t unsigned_thinking = 0;  // Anthropic: thinking whose signature is ""
  std::optional<Span> messages;         // the whole array value; Gemini: contents
  std::optional<Span> system;           // Anthropic, Gemini: the whole value
  std::optional<Span> first_user;       // raw content of the first user text
  std::optional<Span> thinking_budget;  // Anthropic thinking.budget_tokens number
  // Converse's inferenceConfig: the whole value, an object or null.
  std::optional<Span> inference_config;
  // Anthropic's betas in the body, where such a body is packed for Bedrock or Vertex (the model in
  // the path) or for Converse: they mean what the header means.
  std::vector<std::string> betas;
  std::optional<Span> generation_config;  // Gemini: the whole value, which holds the limits
  std::string litellm_session_id, prompt_cache_key, metadata_user_id, end_user;
  std::string service_tier, speed, inference_geo;  // what changes the price
  std::vector<std::string> tool_names;
  // What runs, or is decided, at the provider, so that neither its tokens nor its fees are bounded
  // by this body: types of hosted tools without their date ("web_search"), names of such fields
  // ("mcp_servers"). Each once; at most kProviderFeatures, then kMoreFeatures.
  std::vector<std::string> provider_features;
  std::vector<OfferedTool> offered_tools;
  bool context_edits = false;  // context_management may leave parts of the prompt out
  // Top-level members besides the messages that can change how many tokens a prompt has; see
  // same_settings.
  std::vector<Span> settings;
  // Top-level members but "messages", from the key's quote to the value's end; and those of them
  // that speak to a gateway (LiteLLM's).
  std::vector<Span> members, gateway_members;
  std::vector<std::string> tags;  // metadata.tags / tags
  friend bool operator==(const EnvelopeFields&, const EnvelopeFields&) = default;
};

struct Envelope : EnvelopeFields {
  std::vector<TextBlock> blocks;  // in body order
  std::uint32_t body_size = 0;

  struct Checkpoint {  // state of the walk before element `message` of `messages`
    std::uint32_t offset = 0;
    std::uint32_t message = 0;
    std::uint32_t blocks = 0;
    std::uint32_t images = 0;
    std::uint32_t image_bytes = 0;
    std::uint32_t documents = 0;
    std::uint32_t remote_sources = 0;
    std::uint32_t unsigned_thinking = 0;
    CacheLife cache_life = CacheLife::kNone;
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
  };
  std::vector<Checkpoint> checkpoints;
  // For a resumed walk: what was found before the messages, and the state right behind them.
  EnvelopeFields head;
  std::vector<Span> head_keys;                   // top-level keys up to and with "messages"
  Checkpoint tail;                               // `offset`: the first byte behind the array
  CacheLife tail_cache_life = CacheLife::kNone;  // of what stands behind it alone

  // Bytes behind the messages; see resume_envelope.
  std::size_t tail_size() const { return body_size - tail.offset; }
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// Errors: kInvalidArgument (names the byte offset and what was expected), kTooLarge.
// REQUIRES: body < 4 GiB.
Result<Envelope> parse_envelope(Dialect dialect, std::string_view body,
                                ModelPlace place = ModelPlace::kBody);

// As parse_envelope, given that body.substr(0, same_prefix) equals the first bytes of the body
// that `earlier` came from, and (optionally) that its last `same_suffix` bytes equal the last bytes
// of that body: with at least earlier.tail_size() of them what stands behind the messages (tools,
// for many clients) is not walked again either. The result equals parse_envelope(body) always.
Result<Envelope> resume_envelope(const Envelope& earlier, std::size_t same_prefix,
                                 std::string_view body, std::size_t same_suffix = 0);

// Whether everything that decides how many tokens the same messages have is the same, byte for
// byte: all top-level members but messages, model, stream, metadata, cache_control, (Anthropic)
// max_tokens and those that speak to a gateway.
bool same_settings(const Envelope& a, std::string_view body_a, const Envelope& b,
                   std::string_view body_b);

struct SpanEdit;
// The edits that a governed request may need; each appends to `edits`.
// Nothing to do where the body names none.
void edit_model(const Envelope& envelope, std::string_view name, std::vector<SpanEdit>& edits);
// Every present maximum gets `value`; without one, `key` is added ("max_tokens", …; Converse:
// always inferenceConfig.maxTokens; Gemini: always generationConfig.maxOutputTokens).
void edit_max_tokens(const Envelope& envelope, std::string_view body, std::string_view key,
                     std::int64_t value, std::vector<SpanEdit>& edits);
// A lone max_tokens gets the name max_completion_tokens.
void rename_max_tokens(const Envelope& envelope, std::string_view body,
                       std::vector<SpanEdit>& edits);
// OpenAI: stream_options.include_usage becomes true (nothing to do where it is).
void edit_include_usage(const Envelope& envelope, std::string_view body,
                        std::vector<SpanEdit>& edits);
// Members of an object (or elements of an array) are taken out, each with one comma. REQUIRES: in
// body order, and some other one stays.
void edit_out(const std::vector<Span>& members, std::string_view body,
              std::vector<SpanEdit>& edits);
// Adds a member at the beginning of the body; `value` is JSON.
void edit_in(std::string_view body, std::string_view key, std::string_view value,
             std::vector<SpanEdit>& edits);
// Members that speak to a gateway are taken out: providers refuse them.
void edit_gateway_members(const Envelope& envelope, std::string_view body,
                          std::vector<SpanEdit>& edits);

// Offered tools that are not among the allowed ones are taken out; `dropped` names them.
void edit_offered_tools(const Envelope& envelope, std::string_view body,
                        const std::vector<std::string>& allowed, std::vector<SpanEdit>& edits,
                        std::vector<std::string>& dropped);

// Span edits, applied without copying what stays: pieces to hand to writev. Spans must not
// overlap; they are sorted by apply. An empty span inserts.
struct SpanEdit {
  Span where;
  std::string replacement;
};
class SplicedBody {
 public:
  // `body` must outlive this object. Of edits that overlap all bytes covered are replaced; one that
  // lies wholly inside another does nothing.
  SplicedBody(std::string_view body, std::vector<SpanEdit> edits);
  SplicedBody(SplicedBody&&) = default;
  SplicedBody& operator=(SplicedBody&&) = default;
  const std::vector<std::string_view>& pieces() const { return pieces_; }
  std::size_t size() const { return size_; }
  std::string str() const;

 private:
  std::vector<SpanEdit> edits_;
  std::vector<std::string_view> pieces_;
  std::size_t size_ = 0;
};

}  // namespace sekisho::wire
