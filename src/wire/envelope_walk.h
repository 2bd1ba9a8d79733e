#pragma once
// The walk behind parse_envelope and resume_envelope; private to wire/envelope*.cpp. One object per
// body, used once. Readers return false after a fault, which the cursor keeps.

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/envelope.h"
#include "wire/json_walk.h"

namespace sekisho::wire {

class EnvelopeWalk {
 public:
  EnvelopeWalk(Dialect dialect, ModelPlace place, std::string_view body);
  Result<Envelope> run();
  // From the checkpoint on; see resume_envelope.
  Result<Envelope> resume(const Envelope& earlier, const Envelope::Checkpoint& from,
                          std::size_t same_suffix);

 private:
  friend class GovernedObject;
  friend struct TopFields;

  // Blocks of a message get their kind when its role is known.
  static constexpr auto kByRole = static_cast<BlockKind>(255);

  // top level (envelope.cpp)
  bool top_level(class GovernedObject& object);
  bool top_field(std::string_view key, Span span);
  Result<void> check_subject() const;
  Result<Envelope> finish();
  bool tail_is_known(const Envelope& earlier, std::size_t same_suffix) const;
  Envelope with_known_tail(const Envelope& earlier);

  // fields (envelope_fields.cpp)
  bool model();
  bool stream();
  bool max_tokens();
  bool max_completion_tokens();
  bool most_tokens(const char* what);
  bool choices();
  bool stream_options();
  bool metadata();
  bool thinking();
  bool tags();
  bool user();
  bool session_id();
  bool cache_key();
  bool service_tier();
  bool speed();
  bool inference_geo();
  bool cache_control();
  bool tools();
  bool tool();
  bool tool_type(std::string_view& type);
  bool tool_function();
  bool tool_name();

  // Converse's own (envelope_converse.cpp)
  bool inference_config();
  bool tool_config();
  bool converse_tool();
  bool model_fields();
  bool latency();
  bool tier_object();
  bool converse_block(BlockKind kind);
  bool converse_block_field(std::string_view key, BlockKind kind);
  bool media(bool image, BlockKind kind);
  bool media_source(bool image, BlockKind kind);
  bool reasoning_content(BlockKind kind);
  bool tool_use();
  bool tool_result();
  bool guarded_text(BlockKind kind);
  bool cache_point();

  // what runs at the provider (envelope_features.cpp)
  bool betas();
  bool provider_field();
  bool context_management();
  bool modalities();
  void note_tool(std::string_view type, bool is_described, std::string_view first_key);
  void note_feature(std::string_view name);

  // messages and content (envelope_messages.cpp)
  bool system();
  bool messages();
  bool elements(JsonArray& array);
  bool message();
  bool message_role(BlockKind& role);
  bool message_field(std::string_view key, BlockKind& role);
  bool content(BlockKind kind);
  bool part(BlockKind kind);
  bool part_field(std::string_view key, BlockKind kind, std::string_view& type);
  bool image_url();
  bool image();  // a string: an address or the data itself
  bool source();
  bool tool_calls();
  bool tool_call();

  // Gemini (envelope_gemini.cpp)
  bool system_instruction();
  bool content_field(std::string_view key, BlockKind& role);
  bool content_parts(BlockKind kind);
  bool content_part(BlockKind kind);
  bool inline_data();
  bool file_data();
  bool function_call();
  bool function_response();
  bool gemini_tools();
  bool gemini_tool();
  bool function_declarations();
  bool function_declaration();
  bool generation_config();
  bool max_output_tokens();
  bool candidate_count();
  bool response_modalities();
  bool count_request();

  // prompts without messages (envelope_prompt.cpp)
  bool prompt();
  bool prompt_element(JsonType type, bool& is_tokens);

  // values (envelope_values.cpp)
  bool add_block(const JsonString& text, BlockKind kind, std::uint16_t named = 0);
  bool text(BlockKind kind);             // a string is a block; anything else: strings
  bool strings(BlockKind kind);          // every string that is long enough is a block
  bool unnamed_strings(BlockKind kind);  // the same, read without their names
  void free_text(const JsonString& text, bool is_key, BlockKind kind, std::uint16_t named = 0);
  bool labels();  // strings(kOther) that are longer than identifiers
  bool is_cache_control(const JsonString& key) const;
  bool is_plain(const JsonString& name) const;
  bool identifier();                                   // a short plain string is no block
  std::optional<std::string> decoded(BlockKind kind);  // a string that is a block and is wanted
  bool integer(const char* what, std::optional<std::int64_t>& value);
  bool boolean(const char* what, bool& value, std::optional<Span>& span);
  bool is_null();  // reads it if so
  std::string_view short_text(const JsonString& text);

  JsonCursor c_;
  Envelope e_;
  std::uint32_t message_ = 0;
  std::string_view field_;              // the top-level field that is being read
  std::vector<std::string_view> keys_;  // of the governed objects that are open, a stack
  std::vector<Span> key_spans_;         // beside keys_
  std::deque<std::string> spelled_;     // decoded keys that were escaped
};

// An object whose fields are governed: its keys come decoded, a duplicate is refused.
class GovernedObject {
 public:
  explicit GovernedObject(EnvelopeWalk& walk)
      : w_(walk), object_(walk.c_), base_(walk.keys_.size()) {}
  // Goes on inside the object whose first keys are those of `earlier` (resumed walks).
  GovernedObject(EnvelopeWalk& walk, const std::vector<Span>& earlier);
  ~GovernedObject();
  GovernedObject(const GovernedObject&) = delete;
  GovernedObject& operator=(const GovernedObject&) = delete;

  std::optional<std::string_view> next();
  Span key_span() const { return w_.key_spans_.back(); }

 private:
  bool remember(Span key, bool escaped);
  bool is_duplicate(std::string_view key) const;

  EnvelopeWalk& w_;
  JsonObject object_;
  std::size_t base_;
  std::uint64_t seen_ = 0;  // one bit per hash: most keys need no comparison
};

}  // namespace sekisho::wire
