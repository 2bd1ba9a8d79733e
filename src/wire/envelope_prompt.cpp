// Completions' prompt and embeddings' input: a string, an array of strings, a prompt as tokens, or
// an array of such.
#include "wire/envelope_walk.h"

namespace sekisho::wire {

namespace {

constexpr std::string_view kShapes = "a string, an array of strings, or token numbers";
constexpr std::uint32_t kPrompts = 2048;

}  // namespace

bool EnvelopeWalk::prompt() {
  const JsonType type = c_.peek();
  if (type == JsonType::kString) {
    e_.prompts = 1;
    return text(BlockKind::kUser);
  }
  if (type != JsonType::kArray) return c_.expected(kShapes.data());
  bool is_tokens = false;
  for (JsonArray array(c_); array.next();) {
    if (!prompt_element(c_.peek(), is_tokens)) return false;
  }
  if (is_tokens) ++e_.prompts;
  return c_.ok();
}

bool EnvelopeWalk::prompt_element(JsonType type, bool& is_tokens) {
  if (type == JsonType::kNumber) {
    is_tokens = true;
    return c_.skip();
  }
  if (++e_.prompts > kPrompts) {
    return c_.refuse(Code::kTooLarge, "more than 2048 prompts", c_.position());
  }
  if (type == JsonType::kString) return text(BlockKind::kUser);
  if (type != JsonType::kArray) return c_.expected(kShapes.data());
  for (JsonArray tokens(c_); tokens.next();) {
    if (c_.peek() != JsonType::kNumber) return c_.expected("token numbers");
    if (!c_.skip()) return false;
  }
  return c_.ok();
}

}  // namespace sekisho::wire
