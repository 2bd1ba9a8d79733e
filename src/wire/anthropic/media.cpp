#include "wire/media.h"

#include "wire/anthropic/reading.h"

namespace sekisho::wire::anthropic {
namespace {

Failure by_reference(const Place& place, std::string_view what) {
  const Place source{&place, "source"};
  return unsupported(source, std::string(what).append(
                                 "s by URL or file id are not fetched; send the bytes as base64"));
}

// Plain text goes as text, which every model reads; its title and context go before it.
std::string heading(JsonValue block) {
  std::string out;
  for (const std::string_view name : {"title", "source", "context"}) {
    const RawText text = block.find(name).string();
    if (!text.empty()) out.append(text).append("\\n");
  }
  if (!out.empty()) out += "\\n";
  return out;
}

void drop_citations(Reading& reading, JsonValue block, std::string_view type) {
  if (block.find("citations").find("enabled").is(JsonKind::kTrue)) {
    reading.drop(std::string("content[").append(type).append("].citations"));
  }
}

Result<void> read_file(Reading& reading, JsonValue block, const Place& place,
                       std::vector<Block>& out) {
  const JsonValue source = block.find("source");
  const DataUrl data{source.find("media_type").string(),
                     reading.without_breaks(reading.text_of(source.find("data")))};
  Block file;
  file.kind = Block::Kind::kDocument;
  file.media = data.base64;
  file.name = reading.text_of(block.find("title"));
  file.format = document_format(data, file.name);
  if (file.format.empty()) {
    return unsupported(place,
                       "the document is not pdf, csv, doc, docx, xls, xlsx, html, txt or md");
  }
  if (const RawText context = block.find("context").string(); !context.empty()) {
    out.push_back(text_block(context));
  }
  out.push_back(std::move(file));
  return {};
}

}  // namespace

Result<void> read_image(Reading& reading, JsonValue block, const Place& place,
                        std::vector<Block>& out) {
  const JsonValue source = block.find("source");
  if (!source.find("type").equals("base64")) return by_reference(place, "image");
  Block image;
  image.kind = Block::Kind::kImage;
  image.media = reading.without_breaks(reading.text_of(source.find("data")));
  image.format = image_format(image.media);
  if (image.format.empty()) return unsupported(place, "the image is not PNG, JPEG, GIF or WebP");
  out.push_back(std::move(image));
  return {};
}

Result<void> read_document(Reading& reading, JsonValue block, const Place& place,
                           std::vector<Block>& out) {
  drop_citations(reading, block, "document");
  const JsonValue source = block.find("source"), type = source.find("type");
  if (type.equals("base64")) return read_file(reading, block, place, out);
  if (type.equals("text")) {
    out.push_back(
        text_block(reading.conversation.keep(heading(block).append(source.find("data").string()))));
    return {};
  }
  if (!type.equals("content")) return by_reference(place, "document");
  if (std::string head = heading(block); !head.empty()) {
    out.push_back(text_block(reading.conversation.keep(std::move(head))));
  }
  const Place here{&place, "source"};
  return read_content(reading, source.find("content"), Holder::kToolResult, here, out);
}

Result<void> read_search_result(Reading& reading, JsonValue block, const Place& place,
                                std::vector<Block>& out) {
  drop_citations(reading, block, "search_result");
  out.push_back(text_block(reading.conversation.keep(heading(block))));
  return read_content(reading, block.find("content"), Holder::kToolResult, place, out);
}

}  // namespace sekisho::wire::anthropic
