#include "gateway/query_string.h"

#include <algorithm>
#include <array>

#include "http/message.h"
#include "http/percent.h"

namespace sekisho::gateway {
namespace {

constexpr std::array<std::string_view, 8> kCredentialNames{
    "key", "api_key", "apikey", "api-key", "token", "access_token", "authorization", "x-api-key"};
constexpr std::array<std::string_view, 2> kUpstreamNames{"beta", "api-version"};
constexpr std::size_t kValueBytes = 64;  // of what goes up
constexpr std::size_t kKeyBytes = 4;     // so many bytes behind "sk-" are no word any more
constexpr int kDecodings = 3;            // encoders that encode what is encoded

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string decode_once(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return http::percent_decode(spaced);
}

std::string decode(std::string_view text) {
  std::string out(text);
  for (int i = 0; i < kDecodings && out.find('%') != std::string::npos; ++i) out = decode_once(out);
  return out;
}

template <class Each>
void for_each_parameter(std::string_view query, const Each& each) {
  while (!query.empty()) {
    auto parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
    auto sign = std::min(parameter.find('='), parameter.size());
    each(parameter, parameter.substr(0, sign),
         parameter.substr(std::min(sign + 1, parameter.size())));
  }
}

// "sk-" at the beginning of a word, with enough behind it. "task-list" and "?x=disk-2" are none.
bool holds_key(std::string_view text) {
  constexpr std::string_view kStart = "sk-";
  for (auto at = text.find(kStart); at != std::string_view::npos; at = text.find(kStart, at + 1)) {
    if (at > 0 && is_alnum(text[at - 1])) continue;
    auto end = at + kStart.size();
    while (end < text.size() && (is_alnum(text[end]) || text[end] == '-' || text[end] == '_'))
      ++end;
    if (end - at >= kStart.size() + kKeyBytes) return true;
  }
  return false;
}

template <std::size_t N>
const std::string_view* find_name(const std::array<std::string_view, N>& names,
                                  std::string_view name) {
  const auto* found = std::ranges::find_if(
      names, [&](std::string_view known) { return http::equals_ignoring_case(known, name); });
  return found == names.end() ? nullptr : found;
}

bool is_plain(std::string_view value) {
  return value.size() <= kValueBytes && std::ranges::all_of(value, [](char c) {
           return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == ',';
         });
}

}  // namespace

bool holds_virtual_key(std::string_view query) {
  return !query.empty() && holds_key(decode(query));
}

std::optional<std::string> credential_parameter(std::string_view query) {
  std::optional<std::string> found;
  for_each_parameter(query, [&](std::string_view, std::string_view name, std::string_view) {
    if (found) return;
    // Only names that we know are repeated: what else stands there may be the key itself.
    const auto* known = find_name(kCredentialNames, decode(name));
    if (known != nullptr) found = "the parameter '" + std::string(*known) + "'";
  });
  if (!found && holds_virtual_key(query)) found = "a virtual key";
  return found;
}

bool asks_for_events(std::string_view query) {
  bool events = false;
  for_each_parameter(query, [&](std::string_view, std::string_view name, std::string_view value) {
    events = events || (decode(name) == "alt" && decode(value) == "sse");
  });
  return events;
}

std::string query_for_upstream(std::string_view query) {
  std::string out;
  for_each_parameter(query,
                     [&](std::string_view all, std::string_view name, std::string_view value) {
                       if (!find_name(kUpstreamNames, name) || !is_plain(value) || holds_key(value))
                         return;
                       if (!out.empty()) out += '&';
                       out += all;
                     });
  return out;
}

}  // namespace sekisho::gateway
