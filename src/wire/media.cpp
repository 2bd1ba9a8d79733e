#include "wire/media.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "http/message.h"

namespace sekisho::wire {
namespace {

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

using Names = std::pair<std::string_view, std::string_view>;

constexpr Names kByEnding[] = {{"pdf", "pdf"},   {"csv", "csv"},  {"doc", "doc"},
                               {"docx", "docx"}, {"xls", "xls"},  {"xlsx", "xlsx"},
                               {"html", "html"}, {"htm", "html"}, {"txt", "txt"},
                               {"text", "txt"},  {"md", "md"},    {"markdown", "md"}};
constexpr Names kByType[] = {
    {"application/pdf", "pdf"},
    {"text/csv", "csv"},
    {"text/html", "html"},
    {"text/plain", "txt"},
    {"text/markdown", "md"},
    {"application/msword", "doc"},
    {"application/vnd.ms-excel", "xls"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"}};

template <std::size_t N>
std::string_view look_up(const Names (&table)[N], std::string_view name) {
  for (const auto& [key, format] : table) {
    if (http::equals_ignoring_case(name, key)) return format;
  }
  return {};
}

}  // namespace

std::optional<DataUrl> parse_data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:", kMark = ";base64";
  if (!http::starts_ignoring_case(url, kScheme)) return std::nullopt;
  const std::size_t comma = url.substr(0, 512).find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view type = url.substr(kScheme.size(), comma - kScheme.size());
  if (!type.ends_with(kMark)) return std::nullopt;
  type.remove_suffix(kMark.size());
  return DataUrl{type.substr(0, type.find(';')), url.substr(comma + 1)};
}

std::optional<std::string> base64_head(std::string_view base64, std::size_t bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    if (c == '=' || out.size() == bytes) break;
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

std::optional<std::string> base64_text(std::string_view base64) {
  auto text = base64_head(base64, base64.size());
  if (text && !simdjson::validate_utf8(*text)) text.reset();
  return text;
}

std::string encode_base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) : 0;
  };
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t bits = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (int shift = 18; shift >= 0; shift -= 6) out += kAlphabet[bits >> shift & 63];
  }
  const std::size_t missing = (3 - bytes.size() % 3) % 3;
  out.replace(out.size() - missing, missing, missing, '=');
  return out;
}

std::optional<std::string> standard_base64(std::string_view base64) {
  const bool plain =
      base64.find_first_of("-_ \t\r\n") == std::string_view::npos && base64.size() % 4 == 0;
  if (plain) return std::nullopt;
  std::string out;
  out.reserve(base64.size() + 3);
  for (const char c : base64) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    out += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string_view image_format(std::string_view base64) {
  const auto head = base64_head(base64, 12);
  if (!head) return {};
  if (head->starts_with("\x89PNG\r\n\x1a\n")) return "png";
  if (head->starts_with("\xff\xd8\xff")) return "jpeg";
  if (head->starts_with("GIF87a") || head->starts_with("GIF89a")) return "gif";
  if (head->starts_with("RIFF") && head->substr(8) == "WEBP") return "webp";
  return {};
}

std::string_view document_format(const DataUrl& data, std::string_view file_name) {
  const auto head = base64_head(data.base64, 5);
  if (!head) return {};
  if (head->starts_with("%PDF-")) return "pdf";
  const std::size_t dot = file_name.rfind('.');
  const std::string_view ending =
      dot == std::string_view::npos ? std::string_view() : file_name.substr(dot + 1);
  const std::string_view by_ending = look_up(kByEnding, ending);
  return by_ending.empty() ? look_up(kByType, data.media_type) : by_ending;
}

}  // namespace sekisho::wire
