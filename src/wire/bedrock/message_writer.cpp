#include "wire/bedrock/message_writer.h"

#include <algorithm>

#include "wire/bedrock/names.h"

namespace sekisho::wire::bedrock {

using Kind = Block::Kind;

void MessageWriter::cache_point(CacheMark mark) {
  if (mark == CacheMark::kNone) return;
  json_.begin_object().key("cachePoint").begin_object().field("type", "default");
  if (mark == CacheMark::kOneHour) json_.field("ttl", "1h");
  json_.end_object().end_object();
}

void MessageWriter::system(const std::vector<Block>& blocks) {
  json_.begin_array();
  for (const Block& one : blocks) {
    text(one.text);
    cache_point(one.cache);
  }
  json_.end_array();
}

void MessageWriter::messages(const std::vector<Turn>& turns) {
  json_.begin_array();
  for (const Turn& one : turns) turn(one);
  json_.end_array();
}

void MessageWriter::turn(const Turn& turn) {
  json_.begin_object();
  json_.field("role", turn.role == Role::kUser ? "user" : "assistant");
  json_.key("content").begin_array();
  const auto has = [&](Kind kind) {
    return std::any_of(turn.blocks.begin(), turn.blocks.end(),
                       [&](const Block& one) { return one.kind == kind; });
  };
  if (has(Kind::kDocument) && !has(Kind::kText)) text("Documents:");  // demanded beside them
  for (const Block& one : turn.blocks) {
    block(one);
    cache_point(one.cache);
  }
  json_.end_array().end_object();
}

void MessageWriter::block(const Block& block) {
  switch (block.kind) {
    case Kind::kText:
      return text(block.text);
    case Kind::kImage:
      return image(block);
    case Kind::kDocument:
      return document(block);
    case Kind::kReasoning:
    case Kind::kRedactedReasoning:
      return reasoning(block);
    case Kind::kToolCall:
      return tool_call(block);
    case Kind::kToolResult:
      return tool_result(block);
  }
}

void MessageWriter::text(RawText text) {
  json_.begin_object().key("text").raw_string(text).end_object();
}

void MessageWriter::image(const Block& block) {
  json_.begin_object().key("image").begin_object().field("format", block.format);
  json_.key("source").begin_object().field("bytes", block.media).end_object();
  json_.end_object().end_object();
}

void MessageWriter::document(const Block& block) {
  const std::string wanted = document_name(block.name);
  std::string name = wanted;
  for (int n = 2; !document_names_.insert(name).second; ++n) {
    name = wanted.substr(0, 190) + " " + std::to_string(n);
  }
  json_.begin_object().key("document").begin_object();
  json_.field("name", name).field("format", block.format);
  json_.key("source").begin_object().field("bytes", block.media).end_object();
  json_.end_object().end_object();
}

void MessageWriter::reasoning(const Block& block) {
  json_.begin_object().key("reasoningContent").begin_object();
  if (block.kind == Kind::kRedactedReasoning) {
    json_.key("redactedContent").raw_string(block.text);
  } else {
    json_.key("reasoningText").begin_object();
    json_.key("text").raw_string(block.text);
    json_.key("signature").raw_string(block.signature);
    json_.end_object();
  }
  json_.end_object().end_object();
}

void MessageWriter::tool_call(const Block& block) {
  json_.begin_object().key("toolUse").begin_object();
  json_.field("toolUseId", tool_use_id(block.tool_id)).field("name", tool_name(block.name));
  json_.raw_field("input", block.arguments);
  json_.end_object().end_object();
}

void MessageWriter::tool_result(const Block& one) {
  json_.begin_object().key("toolResult").begin_object();
  json_.field("toolUseId", tool_use_id(one.tool_id));
  json_.key("content").begin_array();
  for (const Block& part : one.content) block(part);
  json_.end_array();
  if (one.is_error) json_.field("status", "error");
  json_.end_object().end_object();
}

}  // namespace sekisho::wire::bedrock
