#include <algorithm>

#include "wire/bedrock/reading.h"
#include "wire/json_text.h"
#include "wire/media.h"

namespace sekisho::wire::bedrock {
namespace {

Block text_block(RawText text) {
  Block block;
  block.text = text;
  return block;
}

class ContentReader {
 public:
  ContentReader(Reading& reading, const std::string& place, std::vector<Block>& out)
      : reading_(reading), place_(place), out_(out) {}

  // {kind: value}; kinds that this build does not know are refused by name.
  Result<void> read(JsonValue block) {
    if (!block.is(JsonKind::kObject)) return invalid(place_, "not an object");
    for (const JsonValue value : block) {
      if (value.has_value()) TRY_VOID(take(value.name_text(), value));
    }
    return {};
  }

 private:
  Result<void> take(std::string_view kind, JsonValue value) {
    if (kind == "text") {
      if (!value.is(JsonKind::kString)) return invalid(place_ + ".text", "not a string");
      out_.push_back(text_block(value.string()));
      return {};
    }
    if (kind == "cachePoint") {
      // The prefix that ends with what stands before it.
      if (!out_.empty()) out_.back().cache = std::max(out_.back().cache, cache_mark(value));
      return {};
    }
    if (kind == "image") return image(value);
    if (kind == "document") return document(value);
    if (kind == "toolUse") return tool_use(value);
    if (kind == "toolResult") return tool_result(value);
    if (kind == "reasoningContent") return reasoning(value);
    if (kind == "guardContent") return guarded(value);
    if (kind == "json") {
      std::string escaped = escape_json(value.raw());
      out_.push_back(text_block(reading_.conversation.keep(std::move(escaped))));
      return {};
    }
    if (kind == "citationsContent") return texts(value.find("content"));
    if (kind == "searchResult") return search_result(value);
    return unsupported(place_, "content of kind " + std::string(kind.substr(0, 64)));
  }

  // Its bytes as base64, or an error: what lies in S3 is not fetched.
  Result<std::string_view> bytes_of(JsonValue source, std::string_view what) const {
    const JsonValue bytes = source.find("bytes");
    if (bytes.is(JsonKind::kString)) return reading_.text_of(bytes);
    if (source.find("s3Location").exists()) {
      return unsupported(place_ + "." + std::string(what),
                         "s3Location is not fetched; send the bytes");
    }
    return invalid(place_ + "." + std::string(what), "source.bytes is missing");
  }

  Result<void> image(JsonValue image) {
    Block block;
    block.kind = Block::Kind::kImage;
    TRY(block.media, bytes_of(image.find("source"), "image"));
    block.format = image_format(block.media);
    if (block.format.empty()) {
      return unsupported(place_ + ".image", "not PNG, JPEG, GIF or WebP");
    }
    out_.push_back(std::move(block));
    return {};
  }

  Result<void> document(JsonValue document) {
    const JsonValue source = document.find("source");
    Block block;
    block.kind = Block::Kind::kDocument;
    block.name = reading_.text_of(document.find("name"));
    block.format = reading_.text_of(document.find("format"));
    std::string written;
    if (const JsonValue text = source.find("text"); text.is(JsonKind::kString)) {
      written = text.text();
    } else if (const JsonValue parts = source.find("content"); parts.is(JsonKind::kArray)) {
      for (const JsonValue part : parts) written.append(part.find("text").text()).append("\n");
    }
    if (!written.empty()) {
      block.media = reading_.conversation.keep(encode_base64(written));
      block.format = "txt";
    } else {
      TRY(block.media, bytes_of(source, "document"));
      block.format = document_format({"", block.media}, "x." + std::string(block.format));
      if (block.format.empty()) return unsupported(place_ + ".document", "unknown format");
    }
    if (document.find("citations").find("enabled").is(JsonKind::kTrue)) {
      reading_.drop("document.citations");
    }
    if (document.find("context").has_value()) reading_.drop("document.context");
    out_.push_back(std::move(block));
    return {};
  }

  Result<void> tool_use(JsonValue tool) {
    if (tool.find("type").has_value()) {
      return unsupported(place_ + ".toolUse", "a tool that ran at the provider");
    }
    Block block;
    block.kind = Block::Kind::kToolCall;
    block.tool_id = reading_.text_of(tool.find("toolUseId"));
    block.name = reading_.text_of(tool.find("name"));
    if (block.name.empty()) return invalid(place_ + ".toolUse", "name is missing");
    const JsonValue input = tool.find("input");
    if (input.has_value() && !input.is(JsonKind::kObject)) {
      return invalid(place_ + ".toolUse", "input is not an object");
    }
    block.arguments = input.has_value() ? input.raw() : "{}";
    out_.push_back(std::move(block));
    return {};
  }

  Result<void> tool_result(JsonValue result) {
    Block block;
    block.kind = Block::Kind::kToolResult;
    block.tool_id = reading_.text_of(result.find("toolUseId"));
    block.is_error = result.find("status").equals("error");
    TRY_VOID(read_content(reading_, result.find("content"), place_ + ".toolResult", block.content));
    for (Block& inner : block.content) {  // the checkpoint stands behind the whole result
      block.cache = std::max(block.cache, inner.cache);
      inner.cache = CacheMark::kNone;
    }
    out_.push_back(std::move(block));
    return {};
  }

  Result<void> reasoning(JsonValue reasoning) {
    Block block;
    if (const JsonValue data = reasoning.find("redactedContent"); data.is(JsonKind::kString)) {
      block.kind = Block::Kind::kRedactedReasoning;
      block.text = data.string();
    } else {
      const JsonValue text = reasoning.find("reasoningText");
      block.kind = Block::Kind::kReasoning;
      block.text = text.find("text").string();
      block.signature = text.find("signature").string();
    }
    out_.push_back(std::move(block));
    return {};
  }

  // What the qualifiers say is for Bedrock's own guardrail.
  Result<void> guarded(JsonValue content) {
    if (content.find("image").has_value()) return image(content.find("image"));
    const JsonValue text = content.find("text").find("text");
    if (!text.is(JsonKind::kString)) return invalid(place_ + ".guardContent", "text is missing");
    reading_.drop("guardContent");
    out_.push_back(text_block(text.string()));
    return {};
  }

  Result<void> texts(JsonValue parts) {
    for (const JsonValue part : parts) {
      if (const JsonValue text = part.find("text"); text.is(JsonKind::kString)) {
        out_.push_back(text_block(text.string()));
      }
    }
    reading_.drop("citations");
    return {};
  }

  Result<void> search_result(JsonValue result) {
    std::string head = std::string(result.find("title").string());
    head.append("\\n").append(result.find("source").string());
    out_.push_back(text_block(reading_.conversation.keep(std::move(head))));
    return texts(result.find("content"));
  }

  Reading& reading_;
  const std::string& place_;
  std::vector<Block>& out_;
};

}  // namespace

Result<void> read_content(Reading& reading, JsonValue content, const std::string& place,
                          std::vector<Block>& out) {
  if (!content.has_value()) return {};
  if (!content.is(JsonKind::kArray)) return invalid(place + ".content", "not an array");
  std::int64_t index = 0;
  for (const JsonValue block : content) {
    const std::string here = place + ".content[" + std::to_string(index++) + "]";
    TRY_VOID(ContentReader(reading, here, out).read(block));
  }
  return {};
}

}  // namespace sekisho::wire::bedrock
