#include <algorithm>

#include "wire/envelope_walk.h"
#include "wire/json_text.h"

namespace sekisho::wire {

bool EnvelopeWalk::model() {
  if (c_.peek() != JsonType::kString) return c_.expected("model to be a string");
  auto name = c_.read_string();
  if (!name) return false;
  if (name->raw.empty()) {
    return c_.refuse(Code::kInvalidArgument, "empty model name", name->raw.begin);
  }
  e_.model = name->raw;
  e_.model_name = unescape_json(c_.of(name->raw));
  return true;
}

bool EnvelopeWalk::stream() {
  return boolean("stream to be true or false", e_.stream, e_.stream_value);
}

bool EnvelopeWalk::max_tokens() {
  return most_tokens("max_tokens to be a whole number from 0 to 1000000000000");
}

bool EnvelopeWalk::max_completion_tokens() {
  return most_tokens("max_completion_tokens to be a whole number from 0 to 1000000000000");
}

// Of both the larger one counts: which of them binds is the provider's affair.
bool EnvelopeWalk::most_tokens(const char* what) {
  c_.peek();
  std::uint32_t at = c_.position();
  std::optional<std::int64_t> value;
  if (!is_null() && !integer(what, value)) return false;
  e_.max_tokens_values.push_back({at, c_.position()});
  if (value) e_.max_tokens = std::max(e_.max_tokens.value_or(0), *value);
  return true;
}

// n, or best_of.
bool EnvelopeWalk::choices() {
  if (is_null()) return true;
  if (!c_.ok()) return false;
  std::optional<std::int64_t> value;
  std::uint32_t at = c_.position();
  if (!integer("a whole number of choices from 1", value)) return false;
  if (*value < 1) return c_.expected_at("a whole number of choices from 1", at);
  if (*value > static_cast<std::int64_t>(limits::kChoices)) {
    return c_.refuse(Code::kTooLarge, "n above 128", at);
  }
  e_.choices = std::max(e_.choices, static_cast<std::uint32_t>(*value));
  return true;
}
static_assert(limits::kChoices == 128, "the sentence above names it");

bool EnvelopeWalk::stream_options() {
  JsonType type = c_.peek();
  std::uint32_t at = c_.position();
  if (type == JsonType::kNull) {
    c_.read_literal();
  } else if (type == JsonType::kObject) {
    GovernedObject object(*this);
    while (auto key = object.next()) {
      bool good = *key == "include_usage" ? boolean("include_usage to be true or false",
                                                    e_.include_usage, e_.include_usage_value)
                                          : strings(BlockKind::kOther);
      if (!good) return false;
    }
  } else {
    return c_.expected("stream_options to be an object");
  }
  e_.stream_options = Span{at, c_.position()};
  return c_.ok();
}

bool EnvelopeWalk::metadata() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kOther);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (*key == "user_id") {
      if (auto id = decoded(BlockKind::kOther)) e_.metadata_user_id = std::move(*id);
    } else if (*key == "tags") {
      tags();
    } else {
      strings(BlockKind::kOther);
    }
    if (!c_.ok()) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::thinking() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kOther);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (*key == "budget_tokens" && c_.peek() == JsonType::kNumber) {
      e_.thinking_budget = c_.read_number();
    } else if (*key == "type") {
      identifier();
    } else {
      strings(BlockKind::kOther);
    }
    if (!c_.ok()) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::tags() {
  if (c_.peek() != JsonType::kArray) return strings(BlockKind::kOther);
  for (JsonArray array(c_); array.next();) {
    if (e_.tags.size() == limits::kRequestTags) {
      return c_.refuse(Code::kTooLarge, "more than 256 tags", c_.position());
    }
    if (auto tag = decoded(BlockKind::kOther)) e_.tags.push_back(std::move(*tag));
    if (!c_.ok()) return false;
  }
  return c_.ok();
}
static_assert(limits::kRequestTags == 256, "the sentence above names it");

bool EnvelopeWalk::user() {
  if (auto user = decoded(BlockKind::kOther)) e_.end_user = std::move(*user);
  return c_.ok();
}

bool EnvelopeWalk::session_id() {
  if (auto id = decoded(BlockKind::kOther)) e_.litellm_session_id = std::move(*id);
  return c_.ok();
}

bool EnvelopeWalk::cache_key() {
  if (auto key = decoded(BlockKind::kOther)) e_.prompt_cache_key = std::move(*key);
  return c_.ok();
}

bool EnvelopeWalk::service_tier() {
  if (auto tier = decoded(BlockKind::kOther)) e_.service_tier = std::move(*tier);
  return c_.ok();
}

bool EnvelopeWalk::speed() {
  if (auto speed = decoded(BlockKind::kOther)) e_.speed = std::move(*speed);
  return c_.ok();
}

bool EnvelopeWalk::inference_geo() {
  if (auto geo = decoded(BlockKind::kOther)) e_.inference_geo = std::move(*geo);
  return c_.ok();
}

// {"type":"ephemeral","ttl":"5m"}; without a ttl five minutes.
bool EnvelopeWalk::cache_control() {
  if (is_null()) return true;
  if (!c_.ok()) return false;
  e_.cache_life = std::max(e_.cache_life, CacheLife::kFiveMinutes);
  return c_.walk([&](const JsonString& text, bool is_key) {
    std::string_view word = c_.of(text.raw);
    if (!is_key && word != "ephemeral" && word != "5m") e_.cache_life = CacheLife::kOneHour;
    if (text.escaped || word.size() > limits::kIdentifierBytes) add_block(text, BlockKind::kOther);
  });
}

bool EnvelopeWalk::tools() {
  if (c_.peek() != JsonType::kArray) return strings(BlockKind::kToolDefinition);
  for (JsonArray array(c_); array.next();) {
    if (e_.tools_count == limits::kTools) {
      return c_.refuse(Code::kTooLarge, "more than 4096 tools", c_.position());
    }
    ++e_.tools_count;
    if (!tool()) return false;
  }
  return c_.ok();
}
static_assert(limits::kTools == 4'096, "the sentence above names it");

bool EnvelopeWalk::tool() {
  if (c_.peek() != JsonType::kObject) {
    note_feature("unknown tool");
    return strings(BlockKind::kToolDefinition);
  }
  std::string_view type, first_key;
  bool is_described = false;
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (first_key.empty()) first_key = *key;
    is_described = is_described || *key == "function" || *key == "name";
    bool good = *key == "name"            ? tool_name()
                : *key == "type"          ? tool_type(type)
                : *key == "function"      ? tool_function()
                : *key == "cache_control" ? cache_control()
                                          : strings(BlockKind::kToolDefinition);
    if (!good) return false;
  }
  note_tool(type, is_described, first_key);
  return c_.ok();
}

bool EnvelopeWalk::tool_type(std::string_view& type) {
  if (is_null()) return true;
  if (c_.peek() != JsonType::kString) {
    type = "unknown tool";
    return strings(BlockKind::kToolDefinition);
  }
  auto name = c_.read_string();
  if (!name) return false;
  type = short_text(*name);
  bool plain = !name->escaped && name->raw.size() <= limits::kIdentifierBytes;
  return plain || add_block(*name, BlockKind::kOther);
}

bool EnvelopeWalk::tool_function() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolDefinition);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    bool good = *key == "name"            ? tool_name()
                : *key == "cache_control" ? cache_control()
                                          : strings(BlockKind::kToolDefinition);
    if (!good) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::tool_name() {
  if (c_.peek() != JsonType::kString) return strings(BlockKind::kToolDefinition);
  auto name = c_.read_string();
  if (!name) return false;
  e_.tool_names.push_back(unescape_json(c_.of(name->raw)));
  return is_plain(*name) || add_block(*name, BlockKind::kToolDefinition);
}

}  // namespace sekisho::wire
