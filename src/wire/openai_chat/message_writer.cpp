#include "wire/openai_chat/message_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/aws/sha256.h"
#include "wire/json_slice.h"
#include "wire/json_text.h"
#include "wire/media.h"
#include "wire/openai_chat/model_rules.h"
#include "wire/tool_names.h"

namespace sekisho::wire::openai_chat {
namespace {

using Kind = Block::Kind;

constexpr std::size_t kLongestCallId = 40;  // OpenAI refuses longer ones
constexpr std::size_t kShortCallId = 9;
// There is no field for it.
constexpr std::string_view kErrorPrefix = "Error: ";
constexpr std::string_view kSeeBelow = "(see the next message)";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_media(const Block& block) {
  return block.kind == Kind::kImage || block.kind == Kind::kDocument;
}

std::string_view media_type_of(std::string_view format) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypes{
      {{"pdf", "application/pdf"},
       {"csv", "text/csv"},
       {"html", "text/html"},
       {"txt", "text/plain"},
       {"md", "text/markdown"},
       {"doc", "application/msword"},
       {"xls", "application/vnd.ms-excel"},
       {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
       {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}}};
  for (const auto& [name, type] : kTypes) {
    if (name == format) return type;
  }
  return "application/octet-stream";
}

// Read by every model, while files are few servers' business.
bool is_plain_text(std::string_view format) {
  return format == "txt" || format == "md" || format == "csv" || format == "html";
}

bool is_utf8(std::string_view text) {
  const std::string quoted = '"' + escape_json(text) + '"';
  return JsonDocument().parse(std::string_view(quoted)).has_value();
}

}  // namespace

std::string MessageWriter::call_id(std::string_view id) const {
  const bool words = std::ranges::all_of(
      id, [&](char c) { return is_word(c) || (!rules_.short_call_ids && (c == '_' || c == '-')); });
  if (rules_.short_call_ids) {
    if (words && id.size() == kShortCallId) return std::string(id);
    return aws::hex(aws::sha256(id)).substr(0, kShortCallId);
  }
  if (words && !id.empty() && id.size() <= kLongestCallId) return std::string(id);
  return "call_" + aws::hex(aws::sha256(id)).substr(0, 24);
}

// One string: several texts would be one to the model too, and older servers take no array here.
void MessageWriter::system(const std::vector<Block>& blocks) {
  if (blocks.empty()) return;
  std::string text;
  for (const Block& block : blocks) {
    if (!text.empty()) text += "\\n\\n";
    text += block.text;
  }
  json_.begin_object().field("role", "system").key("content").raw_string(text).end_object();
}

void MessageWriter::turn(const Turn& turn) {
  turn.role == Role::kUser ? user(turn) : assistant(turn);
}

void MessageWriter::user(const Turn& turn) {
  std::vector<Block> titles;  // of what moves out of the results
  titles.reserve(turn.blocks.size());
  Blocks rest;
  for (const Block& block : turn.blocks) {
    if (block.kind != Kind::kToolResult) continue;
    tool_result(block);
  }
  std::vector<std::string> texts;
  texts.reserve(turn.blocks.size());
  for (const Block& block : turn.blocks) {
    if (block.kind != Kind::kToolResult) {
      rest.push_back(&block);
      continue;
    }
    if (std::ranges::none_of(block.content, is_media)) continue;
    texts.push_back("[from the result of tool call " + call_id(block.tool_id) + "]");
    titles.emplace_back().text = texts.back();
    rest.push_back(&titles.back());
    for (const Block& one : block.content) {
      if (is_media(one)) rest.push_back(&one);
    }
  }
  if (rest.empty()) return;
  json_.begin_object().field("role", "user");
  content(rest);
  json_.end_object();
}

void MessageWriter::tool_result(const Block& result) {
  Blocks texts;
  for (const Block& block : result.content) {
    if (block.kind == Kind::kText) texts.push_back(&block);
  }
  Block below;
  below.text = kSeeBelow;
  if (texts.empty()) texts.push_back(&below);
  json_.begin_object().field("role", "tool").field("tool_call_id", call_id(result.tool_id));
  content(texts, result.is_error ? kErrorPrefix : std::string_view());
  json_.end_object();
}

void MessageWriter::assistant(const Turn& turn) {
  Blocks texts, calls, thoughts;
  for (const Block& block : turn.blocks) {
    switch (block.kind) {
      case Kind::kReasoning:
        thoughts.push_back(&block);
        break;
      case Kind::kRedactedReasoning:
        left_out_reasoning_ = true;
        break;
      case Kind::kToolCall:
        calls.push_back(&block);
        break;
      default:
        texts.push_back(&block);
    }
  }
  Block filler;
  filler.text = "(empty)";
  if (texts.empty() && calls.empty()) texts.push_back(&filler);
  json_.begin_object().field("role", "assistant");
  reasoning(thoughts);
  if (texts.empty()) {
    json_.key("content").null();
  } else {
    content(texts);
  }
  if (!calls.empty()) {
    json_.key("tool_calls").begin_array();
    for (const Block* call : calls) tool_call(*call);
    json_.end_array();
  }
  json_.end_object();
}

void MessageWriter::reasoning(const Blocks& blocks) {
  if (blocks.empty()) return;
  if (rules_.reasoning_field.empty()) {
    left_out_reasoning_ = true;
    return;
  }
  std::string text;
  for (const Block* block : blocks) text += block->text;
  if (!text.empty()) json_.key(rules_.reasoning_field).raw_string(text);
}

void MessageWriter::tool_call(const Block& call) {
  json_.begin_object().field("id", call_id(call.tool_id)).field("type", "function");
  json_.key("function").begin_object().field("name", tool_name_within(call.name, kToolName));
  json_.field("arguments", call.arguments).end_object().end_object();
}

// A string where it is one text, which is what every server takes; else parts.
void MessageWriter::content(const Blocks& blocks, std::string_view prefix) {
  json_.key("content");
  const bool single = blocks.size() == 1 && blocks.front()->kind == Kind::kText;
  if (single && prefix.empty()) {
    json_.raw_string(blocks.front()->text);
    return;
  }
  if (single) {
    json_.raw_string(std::string(prefix).append(blocks.front()->text));
    return;
  }
  json_.begin_array();
  for (const Block* block : blocks) part(*block, std::exchange(prefix, {}));
  json_.end_array();
}

void MessageWriter::part(const Block& block, std::string_view prefix) {
  if (block.kind == Kind::kDocument) return file(block);
  json_.begin_object();
  if (block.kind == Kind::kImage) {
    json_.field("type", "image_url").key("image_url").begin_object().key("url");
    json_.raw_string(std::string("data:image/")
                         .append(block.format)
                         .append(";base64,")
                         .append(escape_json(block.media)));
    json_.end_object();
  } else {
    json_.field("type", "text").key("text");
    json_.raw_string(std::string(prefix).append(block.text));
  }
  json_.end_object();
}

void MessageWriter::file(const Block& block) {
  const std::string_view name = block.name.empty() ? "document" : block.name;
  if (is_plain_text(block.format)) {
    const auto text = base64_head(block.media, block.media.size());
    if (text && is_utf8(*text)) {
      json_.begin_object().field("type", "text");
      json_.field("text", std::string(name).append(":\n").append(*text)).end_object();
      return;
    }
  }
  std::string file_name(name);
  if (!file_name.contains('.')) file_name.append(".").append(block.format);
  json_.begin_object().field("type", "file").key("file").begin_object();
  json_.field("filename", file_name).key("file_data");
  json_.raw_string(std::string("data:")
                       .append(media_type_of(block.format))
                       .append(";base64,")
                       .append(escape_json(block.media)));
  json_.end_object().end_object();
}

}  // namespace sekisho::wire::openai_chat
