#pragma once
// The character rules of HTTP/1.1 (RFC 9110 §5, RFC 9112) shared by parsers and writer. Pure
// functions over views; no state, no allocation.

#include <string_view>

namespace sekisho::http {

// token = 1*tchar: methods, field names.
bool is_token(std::string_view text);
// A field value: visible ASCII, blank, tab, bytes from 0x80; no control character, no DEL.
bool is_field_value(std::string_view text);
// A request target on the wire: visible ASCII without '#'.
bool is_target(std::string_view text);
// host [":" port], as in a Host field; not empty.
bool is_authority(std::string_view text);
// Without blanks and tabs at both ends.
std::string_view trim_blanks(std::string_view text);

// Calls `visit` for each non-empty member of a comma-separated list, trimmed.
template <class Visit>
void each_list_member(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto member = trim_blanks(list.substr(0, comma));
    if (!member.empty()) visit(member);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace sekisho::http
