#include "wire/tool_names.h"

#include <algorithm>

#include "wire/aws/sha256.h"

namespace sekisho::wire {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool all_of(std::string_view text, std::string_view also) {
  return std::ranges::all_of(text, [&](char c) { return is_word(c) || also.contains(c); });
}

std::string digest(std::string_view text, std::size_t digits) {
  return aws::hex(aws::sha256(text)).substr(0, digits);
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string tool_id_within(std::string_view id, std::size_t most, std::string_view also) {
  const bool allowed = !id.empty() && id.size() <= most && all_of(id, also);
  return allowed ? std::string(id) : "id_" + digest(id, 40);
}

std::string tool_name_within(std::string_view name, std::size_t most) {
  if (!name.empty() && name.size() <= most && all_of(name, "_-")) return std::string(name);
  constexpr std::size_t kDigits = 12;
  std::string out;
  for (const char c : name.substr(0, most - kDigits - 1)) {
    if (continues_character(c)) continue;
    out += is_word(c) || c == '_' || c == '-' ? c : '_';
  }
  return out + '_' + digest(name, kDigits);
}

}  // namespace sekisho::wire
