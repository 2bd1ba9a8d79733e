#include "app/config_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>

namespace sekisho::app {
namespace {

using T = Key::Type;
constexpr std::size_t kConfigBytes = 4 << 20;
constexpr int kConfigDepth = 16;

struct Reader {
  const std::string& file;
  int key_line = 1;  // of the key that is being read; yaml-cpp puts an absent value further down

  Failure error(int line, const std::string& what) const {
    return fail(Code::kInvalidArgument, fmt::format("{}:{}: {}", file, line, what));
  }
  static int line_of(const YAML::Node& node) { return node.Mark().line + 1; }
  // "upstreams:" with nothing but comments below it.
  static bool empty(const YAML::Node& node) { return !node.IsDefined() || node.IsNull(); }

  Result<Node> value(const YAML::Node& yaml, const Key& key, const std::string& path, int depth);
  Result<Node> object(const YAML::Node& yaml, const Key& key, const std::string& path, int depth);
  Result<Node> list(const YAML::Node& yaml, const Key& key, const std::string& path, int depth);
  Result<Node> map(const YAML::Node& yaml, const Key& key, const std::string& path);
  Result<Node> scalar(const YAML::Node& yaml, const Key& key, const std::string& path);
  Result<void> unknown(const YAML::Node& name, const Key& key, const std::string& path) const;
  Result<void> check(const Node& node, const std::string& path) const;
};

Result<void> Reader::unknown(const YAML::Node& name, const Key& key,
                             const std::string& path) const {
  std::vector<std::string_view> known;
  for (const auto& child : key.children) known.push_back(child.name);
  auto text = name.IsScalar() ? name.Scalar() : std::string("(not a name)");
  auto nearest = nearest_name(text, known);
  std::string hint = nearest.empty() ? fmt::format("known keys are {}", fmt::join(known, ", "))
                                     : fmt::format("did you mean '{}'?", nearest);
  return error(line_of(name), fmt::format("unknown key '{}{}'; {}", path, text, hint));
}

Result<Node> Reader::object(const YAML::Node& yaml, const Key& key, const std::string& path,
                            int depth) {
  Node node{&key, empty(yaml) ? key_line : line_of(yaml), {}, {}, {}, {}};
  if (!empty(yaml) && !yaml.IsMap()) {
    auto what = path.empty() ? "the file" : fmt::format("'{}'", path.substr(0, path.size() - 1));
    return error(node.line, what + " must be an object");
  }
  for (const auto& entry : yaml) {
    auto name = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    auto child = std::ranges::find(key.children, name, &Key::name);
    if (child == key.children.end()) {
      TRY_VOID(unknown(entry.first, key, path));
    }
    if (node.find(name)) {
      return error(line_of(entry.first), fmt::format("key '{}{}' stands twice", path, name));
    }
    key_line = line_of(entry.first);
    TRY(auto read, value(entry.second, *child, path + name, depth + 1));
    read.name = name;
    node.members.push_back(std::move(read));
  }
  for (const auto& child : key.children) {
    if (child.required && !node.find(child.name)) {
      return error(node.line, fmt::format("'{}{}' is missing", path, child.name));
    }
  }
  return node;
}

Result<Node> Reader::list(const YAML::Node& yaml, const Key& key, const std::string& path,
                          int depth) {
  Node node{&key, line_of(yaml), {}, {}, {}, {}};
  if (!empty(yaml) && !yaml.IsSequence()) {
    return error(node.line, fmt::format("'{}' must be a list", path));
  }
  for (std::size_t i = 0; i < yaml.size(); ++i) {
    auto where = fmt::format("{}[{}]", path, i);
    if (key.children.empty()) {
      if (!yaml[i].IsScalar())
        return error(line_of(yaml[i]), fmt::format("'{}' must be a string", where));
      node.items.push_back({&key, line_of(yaml[i]), yaml[i].Scalar(), {}, {}, {}});
    } else {
      TRY(auto item, object(yaml[i], key, where + ".", depth + 1));
      node.items.push_back(std::move(item));
    }
  }
  return node;
}

Result<Node> Reader::map(const YAML::Node& yaml, const Key& key, const std::string& path) {
  Node node{&key, line_of(yaml), {}, {}, {}, {}};
  if (!empty(yaml) && !yaml.IsMap()) {
    return error(node.line, fmt::format("'{}' must be a map", path));
  }
  for (const auto& entry : yaml) {
    Node item{&key, line_of(entry.second), {}, entry.first.Scalar(), {}, {}};
    if (entry.second.IsScalar()) item.text = entry.second.Scalar();
    if (item.text == "false") item.text = "off";  // YAML 1.1 reads a bare off as a boolean
    if (std::ranges::find(key.choices, item.text) == key.choices.end()) {
      return error(item.line, fmt::format("'{}.{}' must be one of {}", path, entry.first.Scalar(),
                                          fmt::join(key.choices, ", ")));
    }
    node.members.push_back(std::move(item));
  }
  return node;
}

Result<void> Reader::check(const Node& node, const std::string& path) const {
  const Key& key = *node.key;
  switch (key.type) {
    case T::kInteger: {
      long long number = 0;
      auto end = node.text.data() + node.text.size();
      auto [at, ec] = std::from_chars(node.text.data(), end, number);
      if (ec != std::errc() || at != end) {
        return error(node.line, fmt::format("'{}' must be an integer, not '{}'", path, node.text));
      }
      if (number < key.least || (key.most > 0 && number > key.most)) {
        return error(node.line, fmt::format("'{}' must be between {} and {}, not {}", path,
                                            key.least, key.most, number));
      }
      return {};
    }
    case T::kBoolean:
      if (node.text == "true" || node.text == "false") return {};
      return error(node.line, fmt::format("'{}' must be true or false, not '{}'", path, node.text));
    case T::kEnum: {
      if (std::ranges::find(key.choices, node.text) != key.choices.end()) return {};
      return error(node.line, fmt::format("'{}' must be one of {}, not '{}'", path,
                                          fmt::join(key.choices, ", "), node.text));
    }
    case T::kSecret:
      if (node.text.starts_with("env:") || node.text.starts_with("file:")) return {};
      return error(node.line, fmt::format("'{}' must be a reference (env:NAME or file:PATH): "
                                          "secrets do not stand in this file",
                                          path));
    default:
      return {};
  }
}

Result<Node> Reader::scalar(const YAML::Node& yaml, const Key& key, const std::string& path) {
  Node node{&key, line_of(yaml), {}, {}, {}, {}};
  if (!yaml.IsScalar()) return error(node.line, fmt::format("'{}' must be a single value", path));
  node.text = yaml.Scalar();
  TRY_VOID(check(node, path));
  return node;
}

Result<Node> Reader::value(const YAML::Node& yaml, const Key& key, const std::string& path,
                           int depth) {
  if (depth > kConfigDepth) return error(line_of(yaml), "nested too deeply");
  switch (key.type) {
    case T::kObject:
      return object(yaml, key, path + ".", depth);
    case T::kList:
      return list(yaml, key, path, depth);
    case T::kMap:
      return map(yaml, key, path);
    default:
      return scalar(yaml, key, path);
  }
}

}  // namespace

const Node* Node::find(std::string_view wanted) const {
  for (const auto& member : members) {
    if (member.name == wanted) return &member;
  }
  return nullptr;
}

std::string Node::get(std::string_view member) const {
  if (const auto* node = find(member)) return node->text;
  auto child = std::ranges::find(key->children, member, &Key::name);
  return child == key->children.end() ? std::string() : std::string(child->fallback);
}

std::int64_t Node::integer(std::string_view member) const {
  auto digits = get(member);
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

bool Node::boolean(std::string_view member) const {
  return get(member) == "true";
}

std::string nearest_name(std::string_view wrong, const std::vector<std::string_view>& candidates) {
  std::string best;
  if (wrong.size() > 100) return best;
  std::size_t best_distance = std::max<std::size_t>(2, wrong.size() / 2);
  for (auto candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= wrong.size(); ++i) {
      auto diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        auto next =
            std::min({row[j] + 1, row[j - 1] + 1, diagonal + (wrong[i - 1] != candidate[j - 1])});
        diagonal = std::exchange(row[j], next);
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

Result<Node> read_config(std::string_view yaml, const std::string& name) {
  if (yaml.size() > kConfigBytes) return fail(Code::kTooLarge, name + ": larger than 4 MB");
  YAML::Node root;
  try {
    root = YAML::Load(std::string(yaml));
  } catch (const YAML::Exception& e) {
    return fail(Code::kInvalidArgument,
                fmt::format("{}:{}: not YAML: {}", name, e.mark.line + 1, e.msg));
  }
  Reader reader{name};
  return reader.object(root, config_spec(), "", 0);
}

}  // namespace sekisho::app
