// What Bedrock's Converse spells in its own way: blocks named by their one key, settings in
// objects.
#include <algorithm>
#include <array>

#include "wire/envelope_walk.h"
#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

// Whether a model's own field may raise what the model writes, beside inferenceConfig.maxTokens:
// max_gen_len, maxTokenCount, num_generations, …
bool may_raise_output(std::string_view key) {
  constexpr std::array<std::string_view, 5> kChoices{"n", "num_generations", "numResults",
                                                     "num_results", "best_of"};
  if (std::ranges::find(kChoices, key) != kChoices.end()) return true;
  std::string lower(key);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  auto holds = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  return holds("max") && (holds("token") || holds("len") || holds("gen"));
}

// Of Anthropic's own fields those that run, or are decided, at the provider.
bool runs_at_provider(std::string_view key) {
  constexpr std::array<std::string_view, 9> kKeys{"mcp_servers",    "container", "thread",
                                                  "compaction",     "fallbacks", "tools",
                                                  "billing_policy", "betas",     "service_tier"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

}  // namespace

bool EnvelopeWalk::inference_config() {
  const JsonType type = c_.peek();
  const std::uint32_t at = c_.position();
  if (type == JsonType::kNull) {
    c_.read_literal();
  } else if (type != JsonType::kObject) {
    return c_.expected("inferenceConfig to be an object");
  } else {
    GovernedObject object(*this);
    while (auto key = object.next()) {
      if (*key != "maxTokens") {
        if (!strings(BlockKind::kOther)) return false;
        continue;
      }
      c_.peek();
      const std::uint32_t begin = c_.position();
      std::optional<std::int64_t> value;
      if (!is_null() && !integer("maxTokens to be a whole number, not negative", value)) {
        return false;
      }
      e_.max_tokens_values.push_back({begin, c_.position()});
      e_.max_tokens = value;
    }
  }
  e_.inference_config = Span{at, c_.position()};
  return c_.ok();
}

bool EnvelopeWalk::tool_config() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolDefinition);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool list = *key == "tools" && c_.peek() == JsonType::kArray;
    if (!list) {
      if (!strings(BlockKind::kToolDefinition)) return false;
      continue;
    }
    for (JsonArray array(c_); array.next();) {
      if (e_.tools_count == limits::kTools) {
        return c_.refuse(Code::kTooLarge, "more than 4096 tools", c_.position());
      }
      ++e_.tools_count;
      if (!converse_tool()) return false;
    }
  }
  return c_.ok();
}
static_assert(limits::kTools == 4'096, "the sentence above names it");

// {toolSpec: {name, …}}, {cachePoint}, or {systemTool: {name}}, which the provider runs.
bool EnvelopeWalk::converse_tool() {
  if (c_.peek() != JsonType::kObject) {
    note_feature("unknown tool");
    return strings(BlockKind::kToolDefinition);
  }
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const std::string_view name = *key;
    if (name == "cachePoint") {
      if (!cache_point()) return false;
    } else if (name == "toolSpec") {
      if (!tool_function()) return false;
    } else {
      const std::size_t before = e_.tool_names.size();
      if (!tool_function()) return false;
      const bool named = e_.tool_names.size() > before;
      note_feature(named ? e_.tool_names.back() : std::string(name));
    }
  }
  return c_.ok();
}

// additionalModelRequestFields: whatever the model takes beside Converse's own members.
bool EnvelopeWalk::model_fields() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kOther);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const std::string_view name = *key;
    bool good = false;
    if (name == "thinking" || name == "reasoning_config") {
      good = thinking();
    } else if (name == "anthropic_beta") {
      good = betas();
    } else if (name == "context_management") {
      good = context_management();
    } else if (runs_at_provider(name)) {
      field_ = name;
      good = provider_field();
    } else {
      if (may_raise_output(name)) note_feature("additionalModelRequestFields");
      good = c_.walk([&](const JsonString& text, bool is_key) {
        if (is_key && may_raise_output(short_text(text))) {
          note_feature("additionalModelRequestFields");
        }
        free_text(text, is_key, BlockKind::kOther);
      });
    }
    if (!good) return false;
  }
  return c_.ok();
}

// {"latency": "optimized"} has a price of its own.
bool EnvelopeWalk::latency() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kOther);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (*key != "latency") {
      if (!strings(BlockKind::kOther)) return false;
    } else if (auto value = decoded(BlockKind::kOther)) {
      e_.speed = std::move(*value);
    }
    if (!c_.ok()) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::tier_object() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kOther);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (!(*key == "type" ? service_tier() : strings(BlockKind::kOther))) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::converse_block(BlockKind kind) {
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (!converse_block_field(*key, kind)) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::converse_block_field(std::string_view key, BlockKind kind) {
  if (key == "text") return text(kind);
  if (key == "toolUse") return tool_use();
  if (key == "toolResult") return tool_result();
  if (key == "image") return media(true, kind);
  if (key == "document" || key == "video" || key == "audio") {
    ++e_.documents;
    return media(false, kind);
  }
  if (key == "reasoningContent") return reasoning_content(kind);
  if (key == "cachePoint") return cache_point();
  if (key == "guardContent") return guarded_text(kind);
  if (key == "toolAddition") note_feature(key);  // whichever tool it adds
  if (key == "json") return strings(BlockKind::kToolResult);
  return strings(kind);  // citationsContent, searchResult, and what comes later
}

// {format, source, …}; of documents also name, context, citations.
bool EnvelopeWalk::media(bool image, BlockKind kind) {
  if (image) ++e_.images;
  if (c_.peek() != JsonType::kObject) return strings(kind);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool good = *key == "source"                      ? media_source(image, kind)
                      : *key == "name" || *key == "context" ? text(kind)
                                                            : labels();
    if (!good) return false;
  }
  return c_.ok();
}

// {bytes} in base64, {s3Location}, or a document's {text} or {content: [{text}]}. Only the bytes of
// images are not read.
bool EnvelopeWalk::media_source(bool image, BlockKind kind) {
  if (c_.peek() != JsonType::kObject) return strings(kind);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    bool good = false;
    if (*key == "bytes" && image && c_.peek() == JsonType::kString) {
      auto data = c_.read_string();
      good = data.has_value();
      if (data) e_.image_bytes += data->raw.size();
    } else if (*key == "s3Location") {
      ++e_.remote_sources;
      good = strings(BlockKind::kOther);
    } else {
      good = *key == "content" ? content(kind) : text(kind);
    }
    if (!good) return false;
  }
  return c_.ok();
}

// {reasoningText: {text, signature}} or {redactedContent}: what only the provider can read is no
// text.
bool EnvelopeWalk::reasoning_content(BlockKind kind) {
  if (c_.peek() != JsonType::kObject) return strings(kind);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool is_string = c_.peek() == JsonType::kString;
    bool good = false;
    if (*key == "reasoningText") {
      good = reasoning_content(kind);
    } else if ((*key == "signature" || *key == "redactedContent") && is_string) {
      good = c_.read_string().has_value();
    } else {
      good = text(kind);
    }
    if (!good) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::tool_use() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolArguments);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool name = *key == "toolUseId" || *key == "name" || *key == "type";
    if (!(name ? identifier() : strings(BlockKind::kToolArguments))) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::tool_result() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolResult);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool good = *key == "content" ? content(BlockKind::kToolResult)
                      : *key == "toolUseId" || *key == "status" || *key == "type"
                          ? identifier()
                          : strings(BlockKind::kToolResult);
    if (!good) return false;
  }
  return c_.ok();
}

// {text: {text, qualifiers}} or {image}: read by Bedrock's guardrail, and by ours.
bool EnvelopeWalk::guarded_text(BlockKind kind) {
  if (c_.peek() != JsonType::kObject) return strings(kind);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool good = *key == "image"                                    ? media(true, kind)
                      : *key == "text" && c_.peek() == JsonType::kObject ? guarded_text(kind)
                      : *key == "text"                                   ? text(kind)
                                                                         : labels();
    if (!good) return false;
  }
  return c_.ok();
}

// {"type": "default", "ttl": "5m"}; without a ttl five minutes.
bool EnvelopeWalk::cache_point() {
  if (is_null()) return true;
  if (!c_.ok()) return false;
  e_.cache_life = std::max(e_.cache_life, CacheLife::kFiveMinutes);
  return c_.walk([&](const JsonString& text, bool is_key) {
    const std::string_view word = c_.of(text.raw);
    if (!is_key && word != "default" && word != "5m") e_.cache_life = CacheLife::kOneHour;
    if (text.escaped || word.size() > limits::kIdentifierBytes) add_block(text, BlockKind::kOther);
  });
}

}  // namespace sekisho::wire
