#include "wire/gemini/fields.h"

namespace sekisho::wire::gemini {

std::string camel_case(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  bool upper = false;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

JsonValue field(JsonValue object, std::string_view camel) {
  for (const JsonValue member : object) {
    if (member.name() == camel) return member;
    if (member.name().contains('_') && camel_case(member.name()) == camel) return member;
  }
  return {};
}

}  // namespace sekisho::wire::gemini
