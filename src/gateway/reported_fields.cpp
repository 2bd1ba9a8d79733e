#include "gateway/reported_fields.h"

#include <cstddef>

#include "http/percent.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kListBytes = 1000;  // some proxies take 4 KB of head, for all headers
constexpr std::size_t kNameBytes = 100;

std::string header_name(const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (out.size() >= kNameBytes) return out + "...";
    const char c = name[i];
    const bool at_edge = i == 0 || i + 1 == name.size();  // a header loses spaces at its ends
    const bool plain = c > ' ' && c < 0x7f && c != ',' && c != '%';
    if (plain || (c == ' ' && !at_edge)) {
      out += c;
    } else {
      http::append_percent_escape(c, out);
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
