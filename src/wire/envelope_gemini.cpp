// What a Gemini request holds: contents made of parts, declarations of functions, limits inside
// generationConfig. Keys come in camel case, however they were spelled.

#include <optional>
#include <utility>

#include "wire/envelope_walk.h"
#include "wire/json_text.h"

namespace sekisho::wire {

// A content without a meaningful role.
bool EnvelopeWalk::system_instruction() {
  c_.peek();
  const std::uint32_t at = c_.position();
  const std::uint32_t message = std::exchange(message_, 0);
  bool good = true;
  if (c_.peek() == JsonType::kObject) {
    GovernedObject object(*this);
    while (auto key = object.next()) {
      good = *key == "parts" ? content_parts(BlockKind::kSystem) : strings(BlockKind::kOther);
      if (!good) return false;
    }
    good = c_.ok();
  } else {
    good = text(BlockKind::kSystem);
  }
  message_ = message;
  if (good) e_.system = Span{at, c_.position()};
  return good;
}

bool EnvelopeWalk::content_field(std::string_view key, BlockKind& role) {
  if (key == "role" && !is_null()) return c_.ok() && message_role(role);
  if (key == "role") return true;
  if (key == "parts") return content_parts(kByRole);
  return strings(BlockKind::kOther);
}

bool EnvelopeWalk::content_parts(BlockKind kind) {
  if (c_.peek() == JsonType::kObject) return content_part(kind);
  if (c_.peek() != JsonType::kArray) return text(kind);
  for (JsonArray array(c_); array.next();) {
    if (!(c_.peek() == JsonType::kObject ? content_part(kind) : text(kind))) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::content_part(BlockKind kind) {
  GovernedObject object(*this);
  while (auto key = object.next()) {
    bool good = true;
    if (*key == "text") {
      good = text(kind);
    } else if (*key == "thoughtSignature" && c_.peek() == JsonType::kString) {
      good = c_.read_string().has_value();
    } else if (*key == "inlineData") {
      good = inline_data();
    } else if (*key == "fileData") {
      good = file_data();
    } else if (*key == "functionCall") {
      good = function_call();
    } else if (*key == "functionResponse") {
      good = function_response();
    } else {
      const bool code = *key == "executableCode" || *key == "codeExecutionResult";
      good = strings(code ? kind : BlockKind::kOther);
    }
    if (!good) return false;
  }
  return c_.ok();
}

// {mimeType, data}. Sound has a price of its own, which no catalogue here knows.
bool EnvelopeWalk::inline_data() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kOther);
  std::string_view type;
  std::optional<std::size_t> data_block;
  GovernedObject object(*this);
  while (auto key = object.next()) {
    bool good = true;
    if (*key == "mimeType" && c_.peek() == JsonType::kString) {
      auto name = c_.read_string();
      if (!name) return false;
      type = short_text(*name);
      good = is_plain(*name) || add_block(*name, BlockKind::kOther);
    } else if (*key == "data" && c_.peek() == JsonType::kString) {
      data_block = e_.blocks.size();
      good = text(BlockKind::kOther);
    } else {
      good = strings(BlockKind::kOther);
    }
    if (!good) return false;
  }
  if (!c_.ok()) return false;
  if (type.starts_with("audio/")) note_feature("audio");
  if (!type.starts_with("image/")) {
    ++e_.documents;
    return true;
  }
  ++e_.images;
  if (!data_block || *data_block >= e_.blocks.size()) return true;
  e_.image_bytes += e_.blocks[*data_block].raw.size();
  e_.blocks.erase(e_.blocks.begin() + static_cast<std::ptrdiff_t>(*data_block));
  return true;
}

// By the address of something that the provider fetches, or has been given before.
bool EnvelopeWalk::file_data() {
  ++e_.remote_sources;
  ++e_.documents;
  note_feature("fileData");
  return strings(BlockKind::kOther);
}

bool EnvelopeWalk::function_call() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolArguments);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool name = *key == "id" || *key == "name";
    if (!(name ? identifier() : strings(BlockKind::kToolArguments))) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::function_response() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolResult);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    const bool good = *key == "id" || *key == "name" ? identifier()
                      : *key == "parts"              ? content_parts(BlockKind::kToolResult)
                                                     : strings(BlockKind::kToolResult);
    if (!good) return false;
  }
  return c_.ok();
}

// One tool instead of a list of them: what it offers cannot be left out.
bool EnvelopeWalk::gemini_tools() {
  if (c_.peek() == JsonType::kObject) {
    if (!gemini_tool()) return false;
    for (const OfferedTool& tool : std::exchange(e_.offered_tools, {})) note_feature(tool.name);
    return true;
  }
  if (c_.peek() != JsonType::kArray) return strings(BlockKind::kToolDefinition);
  for (JsonArray array(c_); array.next();) {
    if (!gemini_tool()) return false;
  }
  return c_.ok();
}

// Any member but the declarations is a tool that runs at the provider.
bool EnvelopeWalk::gemini_tool() {
  if (c_.peek() != JsonType::kObject) {
    note_feature("unknown tool");
    return strings(BlockKind::kToolDefinition);
  }
  const std::uint32_t begin = c_.position();
  const std::size_t first = e_.offered_tools.size();
  bool declares = false;
  {
    GovernedObject object(*this);
    while (auto key = object.next()) {
      const std::uint32_t at = object.key_span().begin - 1;
      const std::string name(key->substr(0, limits::kIdentifierBytes));
      const bool declarations = name == "functionDeclarations", none = is_null();
      declares = declares || declarations;
      if (!c_.ok()) return false;
      if (none) continue;
      if (!(declarations ? function_declarations() : strings(BlockKind::kToolDefinition))) {
        return false;
      }
      if (declarations) continue;
      if (e_.offered_tools.size() == limits::kTools) {
        return c_.refuse(Code::kTooLarge, "more than 4096 tools", c_.position());
      }
      e_.offered_tools.push_back({name, {at, c_.position()}, {}, true});
    }
  }
  for (std::size_t i = first; i < e_.offered_tools.size(); ++i) {
    e_.offered_tools[i].element = {begin, c_.position()};
    e_.offered_tools[i].fills_element = !declares;
  }
  return c_.ok();
}

bool EnvelopeWalk::function_declarations() {
  if (c_.peek() != JsonType::kArray) return strings(BlockKind::kToolDefinition);
  for (JsonArray array(c_); array.next();) {
    if (e_.tools_count == limits::kTools) {
      return c_.refuse(Code::kTooLarge, "more than 4096 tools", c_.position());
    }
    ++e_.tools_count;
    if (!function_declaration()) return false;
  }
  return c_.ok();
}
static_assert(limits::kTools == 4'096, "the sentence above names it");

bool EnvelopeWalk::function_declaration() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolDefinition);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (!(*key == "name" ? tool_name() : strings(BlockKind::kToolDefinition))) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::generation_config() {
  const JsonType type = c_.peek();
  const std::uint32_t at = c_.position();
  if (type == JsonType::kNull) {
    c_.read_literal();
  } else if (type == JsonType::kObject) {
    GovernedObject object(*this);
    while (auto key = object.next()) {
      const bool good = *key == "maxOutputTokens"      ? max_output_tokens()
                        : *key == "candidateCount"     ? candidate_count()
                        : *key == "responseModalities" ? response_modalities()
                                                       : strings(BlockKind::kOther);
      if (!good) return false;
    }
  } else {
    return c_.expected("generationConfig to be an object");
  }
  e_.generation_config = Span{at, c_.position()};
  return c_.ok();
}

bool EnvelopeWalk::max_output_tokens() {
  c_.peek();
  const std::uint32_t at = c_.position();
  std::optional<std::int64_t> value;
  if (!is_null() && !integer("maxOutputTokens to be a whole number, not negative", value)) {
    return false;
  }
  e_.max_tokens_values.push_back({at, c_.position()});
  if (value) e_.max_tokens = value;
  return true;
}

bool EnvelopeWalk::candidate_count() {
  if (is_null()) return true;
  if (!c_.ok()) return false;
  std::optional<std::int64_t> value;
  const std::uint32_t at = c_.position();
  if (!integer("candidateCount to be a whole number from 1", value)) return false;
  if (*value < 1) return c_.expected_at("candidateCount to be a whole number from 1", at);
  if (*value > static_cast<std::int64_t>(limits::kChoices)) {
    return c_.refuse(Code::kTooLarge, "candidateCount above 128", at);
  }
  e_.choices = static_cast<std::uint32_t>(*value);
  return true;
}
static_assert(limits::kChoices == 128, "the sentence above names it");

// Sound and images have prices of their own.
bool EnvelopeWalk::response_modalities() {
  return c_.walk([&](const JsonString& text, bool is_key) {
    const auto word = short_text(text);
    if (word == "AUDIO") note_feature("audio");
    if (word != "AUDIO" && word != "TEXT") note_feature("image output");
    free_text(text, is_key, BlockKind::kOther);
  });
}

// countTokens may hold the whole request that it is about. No turn goes on from inside of it.
bool EnvelopeWalk::count_request() {
  if (c_.peek() != JsonType::kObject) {
    return c_.expected("generateContentRequest to be an object");
  }
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (*key == "generateContentRequest")
      return c_.refuse_key("key inside itself", object.key_span());
    if (!top_field(*key, object.key_span())) return false;
  }
  e_.checkpoints.clear();
  return c_.ok();
}

}  // namespace sekisho::wire
