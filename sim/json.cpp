#include "sim/json.h"

#include <charconv>
#include <cstdlib>

namespace sekisho::sim {
namespace {

void append_escape(unsigned char c, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\') {
      append_escape(byte, out);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

Json Json::object(std::initializer_list<Member> members) {
  Json value;
  value.kind_ = Kind::kObject;
  value.members_.assign(members.begin(), members.end());
  return value;
}

Json Json::array(std::vector<Json> items) {
  Json value;
  value.kind_ = Kind::kArray;
  value.items_ = std::move(items);
  return value;
}

Json Json::number(std::string_view spelling) {
  Json value;
  value.kind_ = Kind::kNumber;
  value.text_ = spelling;
  return value;
}

std::optional<std::int64_t> Json::as_int() const {
  std::int64_t value = 0;
  const char* end = text_.data() + text_.size();
  if (!is_number()) return std::nullopt;
  const auto [stop, error] = std::from_chars(text_.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<double> Json::as_double() const {
  if (!is_number()) return std::nullopt;
  return std::strtod(text_.c_str(), nullptr);
}

const Json* Json::find(std::string_view name) const {
  for (auto it = members_.rbegin(); it != members_.rend(); ++it) {
    if (it->first == name) return &it->second;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  static const Json kNone;
  const Json* found = find(name);
  return found ? *found : kNone;
}

const Json& Json::at(std::string_view outer, std::string_view inner) const {
  return (*this)[outer][inner];
}

Json& Json::set(std::string_view name, Json value) {
  if (is_null()) kind_ = Kind::kObject;
  for (Member& member : members_) {
    if (member.first == name) {
      member.second = std::move(value);
      return *this;
    }
  }
  members_.emplace_back(std::string(name), std::move(value));
  return *this;
}

void Json::push(Json value) {
  if (is_null()) kind_ = Kind::kArray;
  items_.push_back(std::move(value));
}

void Json::erase(std::string_view name) {
  std::erase_if(members_, [name](const Member& member) { return member.first == name; });
}

void Json::dump_to(std::string& out) const {
  switch (kind_) {
    case Kind::kNull:
      out += "null";
      return;
    case Kind::kBool:
      out += flag_ ? "true" : "false";
      return;
    case Kind::kNumber:
      out += text_;
      return;
    case Kind::kString:
      append_quoted(text_, out);
      return;
    case Kind::kArray: {
      out += '[';
      bool first = true;
      for (const Json& item : items_) {
        if (!std::exchange(first, false)) out += ',';
        item.dump_to(out);
      }
      out += ']';
      return;
    }
    case Kind::kObject: {
      out += '{';
      bool first = true;
      for (const auto& [name, value] : members_) {
        if (!std::exchange(first, false)) out += ',';
        append_quoted(name, out);
        out += ':';
        value.dump_to(out);
      }
      out += '}';
      return;
    }
  }
}

std::string Json::dump() const {
  std::string out;
  dump_to(out);
  return out;
}

}  // namespace sekisho::sim
