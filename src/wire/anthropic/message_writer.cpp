#include "wire/anthropic/message_writer.h"

#include "wire/anthropic/names.h"
#include "wire/json_text.h"
#include "wire/media.h"

namespace sekisho::wire::anthropic {
namespace {

using Kind = Block::Kind;

bool is_text(std::string_view format) {
  return format == "txt" || format == "md" || format == "csv" || format == "html";
}

Failure no_place(const Block& document, std::string_view why) {
  return fail(Code::kUnsupported,
              "messages: file '" + std::string(document.name) + "': " + std::string(why));
}

}  // namespace

void MessageWriter::cache_control(CacheMark mark) {
  if (mark == CacheMark::kNone) return;
  json_.key("cache_control").begin_object().field("type", "ephemeral");
  if (mark == CacheMark::kOneHour) json_.field("ttl", "1h");
  json_.end_object();
}

JsonWriter& MessageWriter::begin(std::string_view type) {
  return json_.begin_object().field("type", type);
}

void MessageWriter::system(const std::vector<Block>& blocks) {
  json_.begin_array();
  for (const Block& one : blocks) text(one);
  json_.end_array();
}

Result<void> MessageWriter::messages(const std::vector<Turn>& turns) {
  json_.begin_array();
  for (const Turn& turn : turns) {
    json_.begin_object();
    json_.field("role", turn.role == Role::kUser ? "user" : "assistant");
    json_.key("content").begin_array();
    for (const Block& one : turn.blocks) TRY_VOID(block(one));
    json_.end_array().end_object();
  }
  json_.end_array();
  return {};
}

Result<void> MessageWriter::block(const Block& block) {
  switch (block.kind) {
    case Kind::kText:
      text(block);
      break;
    case Kind::kImage:
      begin("image");
      source("base64", "image/" + std::string(block.format), block.media);
      cache_control(block.cache);
      json_.end_object();
      break;
    case Kind::kDocument:
      return document(block);
    case Kind::kReasoning:
    case Kind::kRedactedReasoning:
      reasoning(block);
      break;
    case Kind::kToolCall:
      tool_call(block);
      break;
    case Kind::kToolResult:
      return tool_result(block);
  }
  return {};
}

void MessageWriter::text(const Block& block) {
  begin("text").key("text").raw_string(block.text);
  cache_control(block.cache);
  json_.end_object();
}

void MessageWriter::source(std::string_view type, std::string_view media_type,
                           std::string_view data) {
  json_.key("source").begin_object().field("type", type).field("media_type", media_type);
  json_.field("data", data).end_object();
}

Result<void> MessageWriter::document(const Block& block) {
  begin("document");
  if (block.format == "pdf") {
    source("base64", "application/pdf", block.media);
  } else if (is_text(block.format)) {
    const auto content = base64_text(block.media);
    if (!content) return no_place(block, "not text in UTF-8");
    if (is_blank(escape_json(*content))) return no_place(block, "empty");
    source("text", "text/plain", *content);
  } else {
    return no_place(block, "this model takes PDF and plain text, no " + std::string(block.format));
  }
  if (!block.name.empty()) json_.field("title", block.name);
  cache_control(block.cache);
  json_.end_object();
  return {};
}

void MessageWriter::reasoning(const Block& block) {
  if (block.kind == Kind::kRedactedReasoning) {
    begin("redacted_thinking").key("data").raw_string(block.text);
  } else {
    begin("thinking").key("thinking").raw_string(block.text);
    json_.key("signature").raw_string(block.signature);
  }
  json_.end_object();
}

void MessageWriter::tool_call(const Block& block) {
  begin("tool_use").field("id", tool_use_id(block.tool_id)).field("name", tool_name(block.name));
  json_.raw_field("input", block.arguments);
  cache_control(block.cache);
  json_.end_object();
}

Result<void> MessageWriter::tool_result(const Block& one) {
  begin("tool_result").field("tool_use_id", tool_use_id(one.tool_id));
  json_.key("content").begin_array();
  for (const Block& part : one.content) TRY_VOID(block(part));
  json_.end_array();
  if (one.is_error) json_.field("is_error", true);
  cache_control(one.cache);
  json_.end_object();
  return {};
}

}  // namespace sekisho::wire::anthropic
