#include "sim/tool_arguments.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace sekisho::sim {
namespace {

using Names = std::initializer_list<std::string_view>;

const ToolOffer* find_named(const std::vector<ToolOffer>& tools, Names names) {
  for (std::string_view name : names) {
    for (const ToolOffer& tool : tools) {
      if (tool.name == name) return &tool;
    }
  }
  return nullptr;
}

const ToolOffer* find_shell(const std::vector<ToolOffer>& tools) {
  return find_named(tools, {"Bash", "bash", "run_commands", "execute_command", "shell",
                            "exec_command", "shell_command", "run_shell_command"});
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

bool any_in(std::string_view text, Names words) {
  return std::ranges::any_of(words, [text](std::string_view word) { return text.contains(word); });
}

enum class Role : std::uint8_t { kNone, kContent, kPath, kCommand, kSummary };

Role role_of(std::string_view raw) {
  const std::string name = lower(raw);
  if (any_in(name, {"content", "file_text", "new_text", "newtext", "new_string", "newstring"}) ||
      name == "text" || name == "code") {
    return Role::kContent;
  }
  if (any_in(name, {"old_", "line", "range", "offset", "limit"})) return Role::kNone;
  if (any_in(name, {"path", "file"})) return Role::kPath;
  if (any_in(name, {"command", "cmd"})) return Role::kCommand;
  if (any_in(name, {"result", "summary", "message", "answer", "description"})) {
    return Role::kSummary;
  }
  return Role::kNone;
}

std::string_view type_of(const Json& schema) {
  const Json& type = schema["type"];
  if (type.is_string()) return type.text();
  for (const Json& option : type.items()) {
    if (option.text() != "null") return option.text();
  }
  if (schema["properties"].is_object()) return "object";
  return "string";
}

class Filler {
 public:
  explicit Filler(const Errand& errand) : errand_(errand) {}

  Json value(const Json& schema, std::string_view name) const {
    if (const Json* fixed = schema.find("const")) return *fixed;
    if (const Json* choices = schema.find("enum")) return choose(choices->items());
    for (std::string_view choice : {"anyOf", "oneOf", "allOf"}) {
      if (!schema[choice].items().empty()) return value(schema[choice].items().front(), name);
    }
    const std::string_view type = type_of(schema);
    if (type == "object") return object(schema);
    if (type == "array") return Json::array({value(schema["items"], name)});
    if (type == "boolean") return false;
    if (type == "integer" || type == "number") return schema["minimum"].int_or(1);
    return string(name);
  }

 private:
  Json choose(const std::vector<Json>& choices) const {
    for (const Json& choice : choices) {
      const std::string word = lower(choice.text());
      if (errand_.write ? any_in(word, {"create", "write"}) : any_in(word, {"view", "read"})) {
        return choice;
      }
    }
    return choices.empty() ? Json("") : choices.front();
  }

  Json object(const Json& schema) const {
    Json out = Json::object();
    const std::vector<Json>& required = schema["required"].items();
    for (const auto& [name, property] : schema["properties"].members()) {
      const bool needed =
          std::ranges::any_of(required, [&name](const Json& word) { return word.text() == name; });
      const Role role = role_of(name);
      const bool telling = (role == Role::kContent && errand_.write) || role == Role::kPath ||
                           (role == Role::kCommand && !property.has("enum"));
      if (needed || telling) out.set(name, value(property, name));
    }
    return out;
  }

  Json string(std::string_view name) const {
    switch (role_of(name)) {
      case Role::kContent:
        return errand_.content;
      case Role::kPath:
        return errand_.path;
      case Role::kCommand:
        return errand_.command();
      case Role::kSummary:
        return errand_.summary;
      case Role::kNone:
        return name.contains("old") ? "" : "sim";
    }
    return "";
  }

  const Errand& errand_;
};

std::string shell_quote(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace

std::string Errand::command() const {
  if (!write) return "cat " + shell_quote(path);
  return "printf %s " + shell_quote(content) + " > " + shell_quote(path);
}

const ToolOffer* find_writer(const std::vector<ToolOffer>& tools) {
  const ToolOffer* writer =
      find_named(tools, {"Write", "write_to_file", "write_file", "editor", "create_file", "write",
                         "str_replace_based_edit_tool"});
  return writer != nullptr ? writer : find_shell(tools);
}

const ToolOffer* find_reader(const std::vector<ToolOffer>& tools) {
  const ToolOffer* reader = find_named(tools, {"Read", "read_file", "read_files", "read"});
  return reader != nullptr ? reader : find_shell(tools);
}

const ToolOffer* find_completion(const std::vector<ToolOffer>& tools) {
  return find_named(tools, {"attempt_completion", "submit_and_exit", "task_complete", "finish"});
}

Json fill_arguments(const Json& schema, const Errand& errand) {
  Json filled = Filler(errand).value(schema, "");
  return filled.is_object() ? filled : Json::object();
}

}  // namespace sekisho::sim
