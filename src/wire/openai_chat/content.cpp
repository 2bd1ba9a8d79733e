#include <cstdint>
#include <optional>
#include <string>

#include "wire/media.h"
#include "wire/openai_chat/reading.h"

namespace sekisho::wire::openai_chat {
namespace {

std::optional<DataUrl> read_data_url(Reading& reading, std::string_view text) {
  auto data = parse_data_url(text);
  if (data) data->base64 = reading.without_breaks(data->base64);
  return data;
}

Result<Block> read_image(Reading& reading, JsonValue part, const Place& place) {
  const JsonValue image = part.find("image_url");
  const JsonValue url = image.is(JsonKind::kString) ? image : image.find("url");
  if (!url.is(JsonKind::kString)) return invalid(place, "image_url.url is missing");
  const std::string_view text = reading.text_of(url);
  if (text.starts_with("http://") || text.starts_with("https://")) {
    return unsupported(place, "image URLs are not fetched; send the image as a data: URL");
  }
  const auto data = read_data_url(reading, text);
  if (!data) return invalid(place, "image_url.url is not a data: URL with base64 content");
  Block block;
  block.kind = Block::Kind::kImage;
  block.media = data->base64;
  block.format = image_format(data->base64);
  if (block.format.empty()) return unsupported(place, "the image is not PNG, JPEG, GIF or WebP");
  if (image.find("detail").exists() && !image.find("detail").equals("auto")) {
    reading.drop("image_url.detail");
  }
  return block;
}

Result<Block> read_file(Reading& reading, JsonValue part, const Place& place) {
  const JsonValue file = part.find("file");
  if (!file.find("file_data").is(JsonKind::kString)) {
    return unsupported(place, "only file.file_data (a data: URL) can be sent, no file_id");
  }
  const auto data = read_data_url(reading, reading.text_of(file.find("file_data")));
  if (!data) return invalid(place, "file.file_data is not a data: URL with base64 content");
  Block block;
  block.kind = Block::Kind::kDocument;
  block.media = data->base64;
  block.name = reading.text_of(file.find("filename"));
  block.format = document_format(*data, block.name);
  if (block.format.empty()) {
    return unsupported(place, "the file is not pdf, csv, doc, docx, xls, xlsx, html, txt or md");
  }
  return block;
}

Result<Block> read_part(Reading& reading, JsonValue part, ContentRules rules, const Place& place) {
  const JsonValue type = part.find("type");
  if (type.equals("text") || type.equals("input_text") || type.equals("output_text")) {
    if (!part.find("text").is(JsonKind::kString)) return invalid(place, "text is missing");
    return text_block(part.find("text").string());
  }
  if (type.equals("refusal")) return text_block(part.find("refusal").string());
  const bool image = type.equals("image_url"), file = type.equals("file");
  if ((image || file) && rules == ContentRules::kTextOnly) {
    return unsupported(place, "only user messages and tool results may hold images and files");
  }
  if (image) return read_image(reading, part, place);
  if (file) return read_file(reading, part, place);
  return unsupported(place, "content of type " + type.text());
}

bool is_markable(const Block& block) {
  return block.kind == Block::Kind::kText || block.kind == Block::Kind::kImage ||
         block.kind == Block::Kind::kDocument;
}

}  // namespace

Result<void> read_content(Reading& reading, JsonValue content, ContentRules rules,
                          const Place& place, std::vector<Block>& out) {
  if (!content.has_value()) return {};
  if (content.is(JsonKind::kString)) {
    out.push_back(text_block(content.string()));
    return {};
  }
  if (!content.is(JsonKind::kArray)) {
    return invalid(Place{&place, "content"}, "neither a string nor an array of parts");
  }
  std::int64_t index = 0;
  for (const JsonValue part : content) {
    const Place here{&place, "content", index++};
    if (!part.is(JsonKind::kObject)) return invalid(here, "not an object");
    TRY(Block block, read_part(reading, part, rules, here));
    if (is_markable(block)) block.cache = cache_mark(part);
    out.push_back(std::move(block));
  }
  return {};
}

}  // namespace sekisho::wire::openai_chat
