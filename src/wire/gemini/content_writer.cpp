#include "wire/gemini/content_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/gemini/thought_signature.h"
#include "wire/tool_names.h"

namespace sekisho::wire::gemini {
namespace {

using Kind = Block::Kind;

// What Google's documentation gives for calls that no Gemini model made, or whose signature is lost
// (ai.google.dev, thought signatures): newer models refuse a call without any.
constexpr std::string_view kNoSignature = "skip_thought_signature_validator";

std::string_view document_type(std::string_view format) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr std::array kTypes{Row{"pdf", "application/pdf"}, Row{"txt", "text/plain"},
                              Row{"md", "text/markdown"}, Row{"html", "text/html"},
                              Row{"csv", "text/csv"}};
  const auto* row = std::ranges::find(kTypes, format, &Row::first);
  return row == kTypes.end() ? std::string_view() : row->second;
}

bool is_user_text(const Turn& turn) {
  return turn.role == Role::kUser && std::ranges::none_of(turn.blocks, [](const Block& block) {
           return block.kind == Kind::kToolResult;
         });
}

}  // namespace

std::string function_name(std::string_view name) {
  constexpr std::size_t kNameSize = 64;
  const bool digit =
      !name.empty() && ((name.front() >= '0' && name.front() <= '9') || name.front() == '-');
  return tool_name_within(digit ? "_" + std::string(name) : std::string(name), kNameSize);
}

// The task that the model is at: what it did since the user spoke last. There its calls must carry
// their signatures.
Result<void> ContentWriter::contents(const std::vector<Turn>& turns) {
  std::size_t task = turns.size();
  while (task > 0 && !is_user_text(turns[task - 1])) --task;
  json_.begin_array();
  for (std::size_t i = 0; i < turns.size(); ++i) TRY_VOID(turn(turns[i], i >= task));
  json_.end_array();
  return {};
}

Result<void> ContentWriter::turn(const Turn& turn, bool in_task) {
  json_.begin_object().field("role", turn.role == Role::kUser ? "user" : "model");
  json_.key("parts").begin_array();
  signature_ = {};
  needs_signature_ = in_task && target_.adaptive_thinking && turn.role == Role::kAssistant;
  for (const Block& one : turn.blocks) TRY_VOID(block(one));
  if (!signature_.empty()) {
    json_.begin_object().field("text", "");
    signature();
    json_.end_object();
  }
  json_.end_array().end_object();
  return {};
}

Result<void> ContentWriter::block(const Block& block) {
  switch (block.kind) {
    case Kind::kText:
      json_.begin_object().key("text").raw_string(block.text);
      signature();
      json_.end_object();
      return {};
    case Kind::kImage:
    case Kind::kDocument:
      return media(block);
    case Kind::kReasoning:
      signature_ = unmarked_signature(block.signature);
      return {};
    case Kind::kRedactedReasoning:
      return {};
    case Kind::kToolCall:
      call(block);
      return {};
    case Kind::kToolResult:
      return result(block);
  }
  return {};
}

Result<void> ContentWriter::media(const Block& block) {
  std::string type(document_type(block.format));
  if (block.kind == Kind::kImage) {
    if (!target_.images) return fail(Code::kUnsupported, "messages: this model takes no images");
    if (block.format == "gif") {
      return fail(Code::kUnsupported, "messages: this model takes PNG, JPEG and WebP, no GIF");
    }
    type = "image/" + std::string(block.format);
  } else if (type.empty()) {
    return fail(Code::kUnsupported,
                "messages: this model takes no files of type " + std::string(block.format));
  }
  json_.begin_object().key("inlineData").begin_object().field("mimeType", type);
  json_.field("data", block.media).end_object().end_object();
  return {};
}

void ContentWriter::call(const Block& block) {
  names_[block.tool_id] = block.name;
  json_.begin_object().key("functionCall").begin_object();
  json_.field("id", block.tool_id).field("name", function_name(block.name));
  json_.raw_field("args", block.arguments).end_object();
  if (signature_.empty() && needs_signature_) signature_ = kNoSignature;
  needs_signature_ = false;
  signature();
  json_.end_object();
}

// {"output": "…"} or {"error": "…"}, as Google's own clients say it. What is no text stands behind.
Result<void> ContentWriter::result(const Block& block) {
  json_.begin_object().key("functionResponse").begin_object();
  json_.field("id", block.tool_id).field("name", function_name(names_[block.tool_id]));
  std::string text;
  for (const Block& part : block.content) {
    if (part.kind != Kind::kText) continue;
    if (!text.empty()) text += "\\n";
    text += part.text;
  }
  json_.key("response").begin_object().key(block.is_error ? "error" : "output");
  json_.raw_string(text).end_object().end_object().end_object();
  for (const Block& part : block.content) {
    if (part.kind != Kind::kText) TRY_VOID(media(part));
  }
  return {};
}

void ContentWriter::signature() {
  if (signature_.empty()) return;
  json_.key("thoughtSignature").raw_string(std::exchange(signature_, {}));
}

}  // namespace sekisho::wire::gemini
