#include "wire/envelope.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/envelope_walk.h"

namespace sekisho::wire {

namespace {

constexpr std::uint8_t bit_of(Dialect dialect) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(dialect));
}

}  // namespace

struct TopFields {
  struct Field {
    std::string_view key;
    bool (EnvelopeWalk::*read)();
    std::uint8_t dialects;  // bits, see bit_of
  };
  static constexpr std::uint8_t kChat = bit_of(Dialect::kOpenAiChat),
                                kMessages = bit_of(Dialect::kAnthropicMessages),
                                kBoth = kChat | kMessages,
                                kConverse = bit_of(Dialect::kBedrockConverse),
                                kGemini = bit_of(Dialect::kGemini),
                                kCompletions = bit_of(Dialect::kOpenAiCompletions),
                                kEmbeddings = bit_of(Dialect::kOpenAiEmbeddings),
                                kGenerated = kBoth | kCompletions,
                                kNamed = kGenerated | kEmbeddings, kAll = kNamed | kConverse;
  static constexpr std::array kFields{
      Field{"messages", &EnvelopeWalk::messages, kBoth | kConverse},
      Field{"model", &EnvelopeWalk::model, kNamed},
      Field{"prompt", &EnvelopeWalk::prompt, kCompletions},
      Field{"input", &EnvelopeWalk::prompt, kEmbeddings},
      Field{"best_of", &EnvelopeWalk::choices, kCompletions},  // all are generated and billed
      Field{"stream", &EnvelopeWalk::stream, kGenerated},
      Field{"max_tokens", &EnvelopeWalk::max_tokens, kGenerated},
      Field{"max_completion_tokens", &EnvelopeWalk::max_completion_tokens, kChat},
      Field{"stream_options", &EnvelopeWalk::stream_options, kChat | kCompletions},
      Field{"n", &EnvelopeWalk::choices, kChat | kCompletions},
      Field{"tools", &EnvelopeWalk::tools, kBoth},
      Field{"system", &EnvelopeWalk::system, kMessages | kConverse},
      Field{"metadata", &EnvelopeWalk::metadata, kNamed},
      Field{"thinking", &EnvelopeWalk::thinking, kBoth},
      Field{"tags", &EnvelopeWalk::tags, kAll},
      Field{"user", &EnvelopeWalk::user, kChat | kCompletions | kEmbeddings},
      Field{"litellm_session_id", &EnvelopeWalk::session_id, kAll},
      Field{"cache_control", &EnvelopeWalk::cache_control, kBoth},
      Field{"prompt_cache_key", &EnvelopeWalk::cache_key, kChat | kCompletions},
      Field{"service_tier", &EnvelopeWalk::service_tier, kGenerated},
      Field{"speed", &EnvelopeWalk::speed, kMessages},
      Field{"inference_geo", &EnvelopeWalk::inference_geo, kMessages},
      Field{"context_management", &EnvelopeWalk::context_management, kBoth},
      Field{"modalities", &EnvelopeWalk::modalities, kChat},
      Field{"mcp_servers", &EnvelopeWalk::provider_field, kBoth},
      Field{"container", &EnvelopeWalk::provider_field, kBoth},
      Field{"thread", &EnvelopeWalk::provider_field, kBoth},
      Field{"compaction", &EnvelopeWalk::provider_field, kBoth},
      Field{"fallbacks", &EnvelopeWalk::provider_field, kBoth},
      Field{"billing_policy", &EnvelopeWalk::provider_field, kMessages},
      Field{"betas", &EnvelopeWalk::provider_field, kBoth},
      Field{"anthropic_beta", &EnvelopeWalk::betas, kBoth},
      Field{"web_search_options", &EnvelopeWalk::provider_field, kChat},
      Field{"search_parameters", &EnvelopeWalk::provider_field, kChat},
      Field{"audio", &EnvelopeWalk::provider_field, kChat},
      Field{"prediction", &EnvelopeWalk::provider_field, kChat},
      Field{"plugins", &EnvelopeWalk::provider_field, kChat | kCompletions},
      Field{"models", &EnvelopeWalk::provider_field, kChat | kCompletions},
      Field{"extra_body", &EnvelopeWalk::provider_field, kChat | kCompletions | kEmbeddings},
      Field{"extra_headers", &EnvelopeWalk::provider_field, kChat | kCompletions | kEmbeddings},
      Field{"inferenceConfig", &EnvelopeWalk::inference_config, kConverse},
      Field{"toolConfig", &EnvelopeWalk::tool_config, kConverse},
      Field{"additionalModelRequestFields", &EnvelopeWalk::model_fields, kConverse},
      Field{"requestMetadata", &EnvelopeWalk::metadata, kConverse},
      Field{"performanceConfig", &EnvelopeWalk::latency, kConverse},
      Field{"serviceTier", &EnvelopeWalk::tier_object, kConverse},
      Field{"guardrailConfig", &EnvelopeWalk::provider_field, kConverse},
      Field{"promptVariables", &EnvelopeWalk::provider_field, kConverse},
      Field{"contents", &EnvelopeWalk::messages, kGemini},
      Field{"model", &EnvelopeWalk::model, kGemini},
      Field{"systemInstruction", &EnvelopeWalk::system_instruction, kGemini},
      Field{"tools", &EnvelopeWalk::gemini_tools, kGemini},
      Field{"generationConfig", &EnvelopeWalk::generation_config, kGemini},
      Field{"cachedContent", &EnvelopeWalk::provider_field, kGemini},
      Field{"serviceTier", &EnvelopeWalk::service_tier, kGemini},
      Field{"generateContentRequest", &EnvelopeWalk::count_request, kGemini},
  };
};

namespace {

bool equal_but_for_case(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// The member that holds what was said so far.
std::string_view message_list(Dialect dialect) {
  return dialect == Dialect::kGemini ? "contents" : "messages";
}

// Members that leave the number of a prompt's tokens as it is; the model is compared by its id.
bool is_setting(std::string_view key, bool chat) {
  constexpr std::array<std::string_view, 10> kOthers{
      "messages",      "model",           "stream",          "stream_options", "metadata",
      "cache_control", "inferenceConfig", "requestMetadata", "contents",       "labels"};
  if (!chat && key == "max_tokens") return false;  // chat: translation may drop reasoning by it
  return std::ranges::find(kOthers, key) == kOthers.end();
}

// LiteLLM's own members, which its clients (Cline, scripts) send at top level. Cline 3.0.65 sends
// drop_params and litellm_session_id.
bool is_for_gateway(std::string_view key) {
  return key.starts_with("litellm_") || key == "drop_params" || key == "tags";
}

void shift(Span& span, std::uint32_t behind, std::uint32_t by) {
  if (span.begin < behind) return;
  span.begin += by;
  span.end += by;
}

void shift(std::optional<Span>& span, std::uint32_t behind, std::uint32_t by) {
  if (span) shift(*span, behind, by);
}

}  // namespace

EnvelopeWalk::EnvelopeWalk(Dialect dialect, ModelPlace place, std::string_view body) : c_(body) {
  e_.dialect = dialect;
  e_.model_place = place;
  e_.body_size = static_cast<std::uint32_t>(body.size());
  e_.blocks.reserve(64);
}

bool EnvelopeWalk::top_field(std::string_view key, Span span) {
  for (const TopFields::Field& field : TopFields::kFields) {
    if (!(field.dialects & bit_of(e_.dialect))) continue;
    if (key == field.key) {
      field_ = field.key;
      return (this->*field.read)();
    }
    // Some servers compare keys without regard to case: "Model" would carry a second model past us.
    if (equal_but_for_case(key, field.key)) {
      return c_.refuse_key("key that differs from a governed one only in case", span);
    }
  }
  return strings(BlockKind::kOther);
}

bool EnvelopeWalk::top_level(GovernedObject& object) {
  while (auto key = object.next()) {
    Span span = object.key_span();
    if (!top_field(*key, span)) return false;
    if (*key != message_list(e_.dialect)) e_.members.push_back({span.begin - 1, c_.position()});
    if (is_for_gateway(*key)) {
      e_.gateway_members.push_back({span.begin - 1, c_.position()});
    } else if (is_setting(*key, e_.dialect == Dialect::kOpenAiChat)) {
      e_.settings.push_back({span.begin, c_.position()});
    }
  }
  return c_.finish();
}

// What the model is to read is there.
Result<void> EnvelopeWalk::check_subject() const {
  if (e_.dialect == Dialect::kOpenAiCompletions || e_.dialect == Dialect::kOpenAiEmbeddings) {
    bool input = e_.dialect == Dialect::kOpenAiEmbeddings;
    if (e_.prompts == 0) {
      return fail(Code::kInvalidArgument,
                  input ? "input is missing or empty" : "prompt is missing or empty");
    }
    return {};
  }
  if (!e_.messages) {
    return fail(Code::kInvalidArgument, std::string(message_list(e_.dialect)) + " is missing");
  }
  return {};
}

Result<Envelope> EnvelopeWalk::finish() {
  if (!c_.ok()) return Failure(c_.error());
  if (e_.model.empty() && e_.model_place == ModelPlace::kBody) {
    return fail(Code::kInvalidArgument, "model is missing");
  }
  TRY_VOID(check_subject());
  e_.tail_cache_life = std::exchange(e_.cache_life, std::max(e_.cache_life, e_.tail.cache_life));
  return std::move(e_);
}

Result<Envelope> EnvelopeWalk::run() {
  {
    GovernedObject object(*this);
    top_level(object);
  }
  return finish();
}

Result<Envelope> EnvelopeWalk::resume(const Envelope& earlier, const Envelope::Checkpoint& from,
                                      std::size_t same_suffix) {
  static_cast<EnvelopeFields&>(e_) = earlier.head;
  e_.head = earlier.head;
  e_.head_keys = earlier.head_keys;
  e_.blocks.reserve(earlier.blocks.size() + 64);
  e_.blocks.assign(earlier.blocks.begin(), earlier.blocks.begin() + from.blocks);
  e_.checkpoints.reserve(earlier.checkpoints.size() + 16);
  e_.checkpoints.assign(earlier.checkpoints.begin(), earlier.checkpoints.begin() + from.message);
  e_.images = from.images;
  e_.image_bytes = from.image_bytes;
  e_.documents = from.documents;
  e_.remote_sources = from.remote_sources;
  e_.unsigned_thinking = from.unsigned_thinking;
  e_.cache_life = from.cache_life;
  e_.messages = Span{earlier.messages->begin, 0};
  if (earlier.first_user && earlier.first_user->end <= from.offset) {
    e_.first_user = earlier.first_user;
  }
  message_ = from.message;
  c_ = JsonCursor(c_.text(), from.offset, 2);
  {
    GovernedObject object(*this, earlier.head_keys);
    JsonArray array(c_, JsonArray::Resume{});
    if (elements(array)) {
      if (tail_is_known(earlier, same_suffix)) return with_known_tail(earlier);
      top_level(object);
    }
  }
  return finish();
}

bool EnvelopeWalk::tail_is_known(const Envelope& earlier, std::size_t same_suffix) const {
  return e_.body_size - e_.tail.offset == earlier.tail_size() && same_suffix >= earlier.tail_size();
}

Envelope EnvelopeWalk::with_known_tail(const Envelope& earlier) {
  const std::uint32_t behind = earlier.tail.offset, by = e_.tail.offset - behind;
  EnvelopeFields fields = earlier;
  fields.messages = e_.messages;
  fields.messages_count = e_.messages_count;
  fields.first_user = e_.first_user;
  fields.images = e_.images + (earlier.images - earlier.tail.images);
  fields.image_bytes = e_.image_bytes + (earlier.image_bytes - earlier.tail.image_bytes);
  fields.documents = e_.documents + (earlier.documents - earlier.tail.documents);
  fields.remote_sources =
      e_.remote_sources + (earlier.remote_sources - earlier.tail.remote_sources);
  fields.unsigned_thinking =
      e_.unsigned_thinking + (earlier.unsigned_thinking - earlier.tail.unsigned_thinking);
  fields.cache_life = std::max(e_.tail.cache_life, earlier.tail_cache_life);
  e_.tail_cache_life = earlier.tail_cache_life;
  fields.provider_features = std::move(e_.provider_features);  // the earlier body has none
  for (Span& span : fields.settings) shift(span, behind, by);
  for (Span& span : fields.members) shift(span, behind, by);
  for (Span& span : fields.gateway_members) shift(span, behind, by);
  for (OfferedTool& tool : fields.offered_tools) {
    shift(tool.member, behind, by);
    shift(tool.element, behind, by);
  }
  shift(fields.model, behind, by);
  for (Span& span : fields.max_tokens_values) shift(span, behind, by);
  for (auto* span :
       {&fields.stream_value, &fields.include_usage_value, &fields.stream_options, &fields.system,
        &fields.thinking_budget, &fields.inference_config, &fields.generation_config}) {
    shift(*span, behind, by);
  }
  static_cast<EnvelopeFields&>(e_) = std::move(fields);
  for (std::size_t i = earlier.tail.blocks; i < earlier.blocks.size(); ++i) {
    e_.blocks.push_back(earlier.blocks[i]);
    shift(e_.blocks.back().raw, behind, by);
  }
  return std::move(e_);
}

Result<Envelope> parse_envelope(Dialect dialect, std::string_view body, ModelPlace place) {
  return EnvelopeWalk(dialect, place, body).run();
}

Result<Envelope> resume_envelope(const Envelope& earlier, std::size_t same_prefix,
                                 std::string_view body, std::size_t same_suffix) {
  same_prefix = std::min(same_prefix, body.size());
  auto usable =
      std::partition_point(earlier.checkpoints.begin(), earlier.checkpoints.end(),
                           [&](const Envelope::Checkpoint& c) { return c.offset <= same_prefix; });
  // Which part a feature stands in is not remembered; hardly a body has one. Before the first
  // message an empty list is still possible: not a place to go on from.
  if (!earlier.provider_features.empty() || usable - earlier.checkpoints.begin() < 2) {
    return parse_envelope(earlier.dialect, body, earlier.model_place);
  }
  return EnvelopeWalk(earlier.dialect, earlier.model_place, body)
      .resume(earlier, *(usable - 1), same_suffix);
}

bool same_settings(const Envelope& a, std::string_view body_a, const Envelope& b,
                   std::string_view body_b) {
  return std::ranges::equal(a.settings, b.settings, [&](const Span& left, const Span& right) {
    return left.of(body_a) == right.of(body_b);
  });
}

}  // namespace sekisho::wire
