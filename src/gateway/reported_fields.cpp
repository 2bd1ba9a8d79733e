#include "gateway/reported_fields.h"

#include <cstddef>

namespace sekisho::gateway {
namespace {

constexpr std::size_t kListBytes = 1000;  // some proxies take 4 KB of head, for all headers
constexpr std::size_t kNameBytes = 100;

std::string header_name(const std::string& name) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (out.size() >= kNameBytes) return out + "...";
    const char c = name[i];
    const bool at_edge = i == 0 || i + 1 == name.size();  // a header loses spaces at its ends
    const bool plain = c > ' ' && c < 0x7f && c != ',' && c != '%';
    if (plain || (c == ' ' && !at_edge)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

}  // namespace

std::string reported_fields(std::span<const std::string> names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = header_name(names[i]);
    if (out.size() + name.size() > kListBytes) {
      return out + ",...+" + std::to_string(names.size() - i);
    }
    if (i > 0) out += ',';
    out += name;
  }
  return out;
}

}  // namespace sekisho::gateway
