#include "wire/bedrock/names.h"

#include "wire/tool_names.h"

namespace sekisho::wire::bedrock {
namespace {

constexpr std::size_t kIdSize = 64;
constexpr std::size_t kDocumentNameSize = 200;
constexpr std::size_t kMetadataSize = 256;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string tool_use_id(std::string_view id) {
  return tool_id_within(id, kIdSize, "_.:-");
}

std::string tool_name(std::string_view name) {
  return tool_name_within(name, kIdSize);
}

std::string document_name(std::string_view file_name) {
  std::string out;
  for (const char c : file_name) {
    if (out.size() == kDocumentNameSize) break;
    const bool allowed = is_word(c) || std::string_view("-()[]").find(c) != std::string_view::npos;
    const char next = allowed ? c : c == '.' || c == '_' ? '-' : ' ';
    if (next == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += next;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out.empty() ? "document" : out;
}

std::string metadata_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() == kMetadataSize) break;
    if (continues_character(c)) continue;
    const bool allowed =
        is_word(c) || std::string_view(" \t\n\r:_@$#=/+,-.").find(c) != std::string_view::npos;
    out += allowed ? c : '_';
  }
  return out;
}

}  // namespace sekisho::wire::bedrock
