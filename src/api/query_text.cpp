#include "api/query_text.h"

#include "http/percent.h"
#include "wire/json_slice.h"
#include "wire/json_text.h"

namespace sekisho::api {
namespace {

// A JSON string must be UTF-8, and the reader of JSON checks that.
bool is_utf8(std::string_view text) {
  wire::JsonDocument document;
  auto quoted = "\"" + wire::escape_json(text) + "\"";
  return document.parse(quoted).has_value();
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto escape = http::percent_escape(text, i);
    if (text[i] == '%' && !escape) {
      return fail(Code::kInvalidArgument, "the URL has a broken percent escape");
    }
    out += escape ? *escape : text[i] == '+' && plus_is_space ? ' ' : text[i];
    i += escape ? http::kPercentEscapeBytes : 1;
  }
  if (!is_utf8(out)) return fail(Code::kInvalidArgument, "the URL is not UTF-8");
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
