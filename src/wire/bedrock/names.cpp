#include "wire/bedrock/names.h"

#include <algorithm>

#include "wire/aws/sha256.h"

namespace sekisho::wire::bedrock {
namespace {

constexpr std::size_t kIdSize = 64;
constexpr std::size_t kDocumentNameSize = 200;
constexpr std::size_t kMetadataSize = 256;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool all_of(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_word(c) || also.find(c) != std::string_view::npos; });
}

std::string digest(std::string_view text, std::size_t digits) {
  return aws::hex(aws::sha256(text)).substr(0, digits);
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string tool_use_id(std::string_view id) {
  const bool allowed = !id.empty() && id.size() <= kIdSize && all_of(id, "_.:-");
  return allowed ? std::string(id) : "id_" + digest(id, 40);
}

std::string tool_name(std::string_view name) {
  if (!name.empty() && name.size() <= kIdSize && all_of(name, "_-")) return std::string(name);
  constexpr std::size_t kDigits = 12;
  std::string out;
  for (const char c : name.substr(0, kIdSize - kDigits - 1)) {
    if (continues_character(c)) continue;
    out += is_word(c) || c == '_' || c == '-' ? c : '_';
  }
  return out + '_' + digest(name, kDigits);
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
