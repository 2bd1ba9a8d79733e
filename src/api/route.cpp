#include "api/route.h"

#include <charconv>

#include "api/query_text.h"

namespace sekisho::api {
namespace {

std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool match_path(std::string_view pattern, std::string_view path,
                std::map<std::string, std::string, std::less<>>& values) {
  while (true) {
    auto want = next_segment(pattern);
    auto have = next_segment(path);
    if (want.empty() || have.empty()) return want.empty() && have.empty();
    if (want.starts_with('{')) {
      auto decoded = percent_decode(have, false);
      if (!decoded) return false;
      values[std::string(want.substr(1, want.size() - 2))] = std::move(*decoded);
    } else if (want != have) {
      return false;
    }
  }
}

}  // namespace

std::string_view permission_name(Permission permission) {
  switch (permission) {
    case Permission::kPublic:
      return "public";
    case Permission::kRead:
      return "read";
    case Permission::kAudit:
      return "audit";
    case Permission::kManage:
      return "manage";
    case Permission::kAdminister:
      return "administer";
  }
  return "administer";
}

bool permits(Permission permission, std::string_view role) {
  switch (permission) {
    case Permission::kPublic:
      return true;
    case Permission::kRead:
      return !role.empty();
    case Permission::kAudit:
      return role == "administrator" || role == "auditor";
    case Permission::kManage:
      return role == "administrator" || role == "unit_head";
    case Permission::kAdminister:
      return role == "administrator";
  }
  return false;
}

Result<std::int64_t> Request::id(std::string_view name) const {
  auto it = path.find(name);
  std::int64_t value = 0;
  if (it != path.end()) {
    const auto& text = it->second;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size() || value <= 0) value = 0;
  }
  if (value == 0)
    return fail(Code::kInvalidArgument, "'" + std::string(name) + "' in the path must be a number");
  return value;
}

std::optional<wire::Language> Request::asked_language() const {
  auto accepted = http.request().headers.get("accept-language");
  if (accepted.starts_with("ja")) return wire::Language::kJapanese;
  if (accepted.starts_with("en")) return wire::Language::kEnglish;
  return std::nullopt;
}

std::string methods_of(const RouteTable& table, std::string_view raw_path) {
  std::string out;
  for (const auto& route : table) {
    std::map<std::string, std::string, std::less<>> values;
    if (!match_path(route.path, raw_path, values)) continue;
    out += (out.empty() ? "" : ", ") + std::string(route.method);
  }
  return out;
}

Match match_route(const RouteTable& table, std::string_view method, std::string_view raw_path) {
  Match match;
  for (const auto& route : table) {
    std::map<std::string, std::string, std::less<>> values;
    if (!match_path(route.path, raw_path, values)) continue;
    match.path_known = true;
    if (route.method != method) continue;
    match.route = &route;
    match.path = std::move(values);
    return match;
  }
  return match;
}

}  // namespace sekisho::api
