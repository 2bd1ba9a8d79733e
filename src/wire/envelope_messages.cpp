#include "wire/envelope_walk.h"
#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

BlockKind kind_of_role(std::string_view role) {
  if (role == "user") return BlockKind::kUser;
  if (role == "assistant" || role == "model") return BlockKind::kAssistant;
  if (role == "system" || role == "developer") return BlockKind::kSystem;
  if (role == "tool" || role == "function") return BlockKind::kToolResult;
  return BlockKind::kOther;
}

}  // namespace

bool EnvelopeWalk::system() {
  c_.peek();
  std::uint32_t at = c_.position();
  std::uint32_t message = std::exchange(message_, 0);
  bool good = content(BlockKind::kSystem);
  message_ = message;
  if (good) e_.system = Span{at, c_.position()};
  return good;
}

bool EnvelopeWalk::messages() {
  if (c_.peek() != JsonType::kArray) {
    return c_.expected(e_.dialect == Dialect::kGemini ? "contents to be an array"
                                                      : "messages to be an array");
  }
  e_.head = e_;
  e_.head_keys = key_spans_;
  e_.messages = Span{c_.position(), 0};
  JsonArray array(c_);
  return elements(array);
}

bool EnvelopeWalk::elements(JsonArray& array) {
  while (array.next()) {
    c_.peek();
    if (message_ == limits::kMessages) {
      return c_.refuse(Code::kTooLarge, "more than 100000 messages", c_.position());
    }
    e_.checkpoints.push_back({c_.position(), message_, static_cast<std::uint32_t>(e_.blocks.size()),
                              e_.images, e_.image_bytes, e_.documents, e_.remote_sources,
                              e_.unsigned_thinking, e_.cache_life});
    if (!message()) return false;
    ++message_;
  }
  if (!c_.ok()) return false;
  e_.messages_count = message_;
  e_.messages->end = c_.position();
  e_.tail = {c_.position(),
             message_,
             static_cast<std::uint32_t>(e_.blocks.size()),
             e_.images,
             e_.image_bytes,
             e_.documents,
             e_.remote_sources,
             e_.unsigned_thinking,
             std::exchange(e_.cache_life, CacheLife::kNone)};
  message_ = 0;
  return true;
}
static_assert(limits::kMessages == 100'000, "the sentence above names it");

bool EnvelopeWalk::message() {
  if (c_.peek() != JsonType::kObject) return c_.expected("a message to be an object");
  const std::size_t first = e_.blocks.size();
  const bool gemini = e_.dialect == Dialect::kGemini;
  BlockKind role = gemini ? BlockKind::kUser : BlockKind::kOther;  // Gemini's role may be left out
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (!(gemini ? content_field(*key, role) : message_field(*key, role))) return false;
  }
  for (std::size_t i = first; i < e_.blocks.size(); ++i) {
    TextBlock& block = e_.blocks[i];
    if (block.kind != kByRole) continue;
    block.kind = role;
    if (role == BlockKind::kUser && !e_.first_user) e_.first_user = block.raw;
  }
  return c_.ok();
}

bool EnvelopeWalk::message_role(BlockKind& role) {
  if (c_.peek() != JsonType::kString) return c_.expected("role to be a string");
  auto name = c_.read_string();
  if (!name) return false;
  role = kind_of_role(short_text(*name));
  return is_plain(*name) || add_block(*name, BlockKind::kOther);
}

bool EnvelopeWalk::message_field(std::string_view key, BlockKind& role) {
  if (key == "role") return message_role(role);
  if (key == "content") return content(kByRole);
  if (key == "reasoning_content" || key == "reasoning" || key == "refusal") return text(kByRole);
  if (key == "tool_calls") return tool_calls();
  if (key == "cache_control") return cache_control();
  if (key == "audio" && c_.peek() == JsonType::kObject)
    ++e_.documents;  // an earlier one, by its id
  if (key == "tool_call_id" || key == "id") return identifier();
  return strings(BlockKind::kOther);
}

bool EnvelopeWalk::content(BlockKind kind) {
  if (c_.peek() != JsonType::kArray) return text(kind);
  const bool converse = e_.dialect == Dialect::kBedrockConverse;
  for (JsonArray array(c_); array.next();) {
    const bool object = c_.peek() == JsonType::kObject;
    if (!(!object ? text(kind) : converse ? converse_block(kind) : part(kind))) return false;
  }
  return c_.ok();
}

bool EnvelopeWalk::part(BlockKind kind) {
  std::string_view type;
  const std::uint32_t images = e_.images;
  GovernedObject object(*this);
  while (auto key = object.next()) {
    if (!part_field(*key, kind, type)) return false;
  }
  if (type == "image" && e_.images == images) ++e_.images;  // by URL or file id
  if (type == "tool_addition") note_feature(type);          // whichever tool it adds
  for (auto document :
       {"document", "file", "input_file", "input_audio", "audio", "video", "container_upload"}) {
    if (type == document) ++e_.documents;
  }
  return c_.ok();
}

bool EnvelopeWalk::part_field(std::string_view key, BlockKind kind, std::string_view& type) {
  if (key == "type") {
    if (c_.peek() != JsonType::kString) return strings(BlockKind::kOther);
    auto name = c_.read_string();
    if (!name) return false;
    type = short_text(*name);
    return is_plain(*name) || add_block(*name, BlockKind::kOther);
  }
  if (key == "text" || key == "thinking" || key == "refusal") return text(kind);
  if (key == "content") return content(BlockKind::kToolResult);
  if (key == "input") return strings(BlockKind::kToolArguments);
  if (key == "image_url") return image_url();
  if (key == "source") return source();
  if (key == "id" || key == "tool_use_id" || key == "name") return identifier();
  if (key == "cache_control") return cache_control();
  bool opaque =
      (key == "signature" && type == "thinking") || (key == "data" && type == "redacted_thinking");
  if (opaque && e_.dialect == Dialect::kAnthropicMessages && c_.peek() == JsonType::kString) {
    auto data = c_.read_string();
    if (data && data->raw.empty() && key == "signature") ++e_.unsigned_thinking;
    return data.has_value();
  }
  return strings(BlockKind::kOther);
}

bool EnvelopeWalk::image_url() {
  JsonType type = c_.peek();
  if (type == JsonType::kString) return image();
  if (type != JsonType::kObject) return strings(BlockKind::kOther);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    bool url = *key == "url" && c_.peek() == JsonType::kString;
    if (!(url ? image() : labels())) return false;
  }
  return c_.ok();
}

// Some writers escape every '/', so the beginning is decoded; base64 itself needs no look.
bool EnvelopeWalk::image() {
  constexpr std::size_t kLongestPrefix = 128;
  auto url = c_.read_string();
  if (!url) return false;
  ++e_.images;
  DecodedText begin(c_.of(url->raw).substr(0, kLongestPrefix));
  std::size_t data = begin.text().find(";base64,");
  if (!begin.text().starts_with("data:image/") || data == std::string_view::npos) {
    return add_block(*url, BlockKind::kOther);
  }
  e_.image_bytes += url->raw.size() - static_cast<std::uint32_t>(begin.raw_offset(data + 8));
  return true;
}

bool EnvelopeWalk::source() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kOther);
  std::string_view type, media_type;
  std::optional<std::size_t> data_block;
  GovernedObject object(*this);
  while (auto key = object.next()) {
    JsonType value = c_.peek();
    bool good = true;
    if ((*key == "type" || *key == "media_type") && value == JsonType::kString) {
      auto name = c_.read_string();
      if (!name) return false;
      (*key == "type" ? type : media_type) = short_text(*name);
      good = is_plain(*name) || add_block(*name, BlockKind::kOther);
    } else if (*key == "data" && value == JsonType::kString) {
      data_block = e_.blocks.size();
      good = text(BlockKind::kOther);
    } else {
      good = *key == "content" ? content(BlockKind::kToolResult) : strings(BlockKind::kOther);
    }
    if (!good) return false;
  }
  if (type == "url" || type == "file") ++e_.remote_sources;
  // Type and media type may stand behind the data: only now is it known whether it is an image.
  bool image = type == "base64" && media_type.starts_with("image/");
  if (!c_.ok() || !image || !data_block || *data_block >= e_.blocks.size()) return c_.ok();
  ++e_.images;
  e_.image_bytes += e_.blocks[*data_block].raw.size();
  e_.blocks.erase(e_.blocks.begin() + static_cast<std::ptrdiff_t>(*data_block));
  return true;
}

bool EnvelopeWalk::tool_calls() {
  if (c_.peek() != JsonType::kArray) return strings(BlockKind::kToolArguments);
  for (JsonArray array(c_); array.next();) {
    if (!tool_call()) return false;
  }
  return c_.ok();
}

// {id, type, function: {name, arguments}}; the inner object is read by the same function.
bool EnvelopeWalk::tool_call() {
  if (c_.peek() != JsonType::kObject) return strings(BlockKind::kToolArguments);
  GovernedObject object(*this);
  while (auto key = object.next()) {
    bool good = *key == "function" || *key == "custom"   ? tool_call()
                : *key == "arguments" || *key == "input" ? text(BlockKind::kToolArguments)
                : *key == "id" || *key == "type" || *key == "name"
                    ? identifier()
                    : strings(BlockKind::kToolArguments);
    if (!good) return false;
  }
  return c_.ok();
}

}  // namespace sekisho::wire
