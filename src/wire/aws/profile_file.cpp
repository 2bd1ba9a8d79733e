#include "wire/aws/profile_file.h"

#include <algorithm>
#include <optional>

#include "base/limits.h"

namespace sekisho::wire::aws {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_comment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    if ((value[i] == '#' || value[i] == ';') && is_blank(value[i - 1])) return value.substr(0, i);
  }
  return value;
}

// The profile that a section header names; nothing for sections of another kind.
std::optional<std::string> profile_name(std::string_view header, ProfileFileKind kind) {
  constexpr std::string_view kPrefix = "profile";
  if (kind == ProfileFileKind::kCredentials || header == "default") return std::string(header);
  if (!header.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = header.substr(kPrefix.size());
  if (rest.empty() || !is_blank(rest.front())) return std::nullopt;
  std::string_view name = trim(rest);
  if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') &&
      name.back() == name.front()) {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

class Reader {
 public:
  explicit Reader(ProfileFileKind kind) : kind_(kind) {}

  bool take(std::string_view line) {
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') return true;
    if (is_blank(line.front())) return true;  // sub-property or continuation
    return content.front() == '[' ? section(content) : property(content);
  }
  Profiles take_profiles() { return std::move(profiles_); }

 private:
  bool section(std::string_view content) {
    const std::size_t close = content.find(']');
    if (close == std::string_view::npos) return false;
    const auto name = profile_name(trim(content.substr(1, close - 1)), kind_);
    current_ = name ? &profiles_[*name] : nullptr;
    seen_section_ = true;
    return true;
  }
  bool property(std::string_view content) {
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos || !seen_section_) return false;
    std::string name(trim(content.substr(0, equals)));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (current_) (*current_)[name] = trim(without_comment(content.substr(equals + 1)));
    return !name.empty();
  }

  ProfileFileKind kind_;
  Profiles profiles_;
  Profile* current_ = nullptr;
  bool seen_section_ = false;
};

}  // namespace

Result<Profiles> parse_profile_file(std::string_view text, ProfileFileKind kind) {
  if (text.size() > limits::kProfileFileBytes) {
    return fail(Code::kTooLarge, "the profile file is larger than 1 MiB");
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Reader reader(kind);
  std::size_t number = 1;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin && !reader.take(text.substr(begin, end - begin))) {
      return fail(Code::kInvalidArgument,
                  "line " + std::to_string(number) + " is neither a section nor name = value");
    }
    begin = end + 1;
  }
  return reader.take_profiles();
}

}  // namespace sekisho::wire::aws
