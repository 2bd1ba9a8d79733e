#include "api/query_text.h"

#include <fmt/format.h>

#include "wire/json_slice.h"
#include "wire/json_text.h"

namespace sekisho::api {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

// A JSON string must be UTF-8, and the reader of JSON checks that.
bool is_utf8(std::string_view text) {
  wire::JsonDocument document;
  auto quoted = "\"" + wire::escape_json(text) + "\"";
  return document.parse(quoted).has_value();
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(Code::kInvalidArgument, "the URL has a broken percent escape");
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_utf8(out)) return fail(Code::kInvalidArgument, "the URL is not UTF-8");
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Result<> for_each_pair(std::string_view query,
                       const std::function<Result<>(std::string, std::string)>& pair) {
  while (!query.empty()) {
    auto amp = query.find('&');
    auto text = query.substr(0, amp);
    query = amp == std::string_view::npos ? std::string_view() : query.substr(amp + 1);
    if (text.empty()) continue;
    auto equals = text.find('=');
    auto value = equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
    TRY(auto name, percent_decode(text.substr(0, equals), true));
    TRY(auto decoded, percent_decode(value, true));
    TRY_VOID(pair(std::move(name), std::move(decoded)));
  }
  return {};
}

}  // namespace sekisho::api
