#include "app/usage_error.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"

namespace sekisho::app {
namespace {

// The command that was being read: the deepest one that was named.
const CLI::App& innermost(const CLI::App& app) {
  auto named = app.get_subcommands();
  return named.empty() ? app : innermost(*named.back());
}

std::vector<std::string> words_of(const CLI::App& app, bool options) {
  std::vector<std::string> words;
  if (!options) {
    for (const auto* command : app.get_subcommands(nullptr)) words.push_back(command->get_name());
    return words;
  }
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

std::string unexpected(const CLI::App& app, bool japanese) {
  auto left = app.remaining(true);
  auto option = std::ranges::find_if(left, [](const auto& word) { return word.starts_with('-'); });
  bool is_option = option != left.end();
  auto word = is_option ? *option : left.empty() ? std::string() : left.front();
  auto known = words_of(innermost(app), is_option);
  auto near = nearest(word.substr(0, word.find('=')), known);
  auto hint = near.empty() ? std::string()
              : japanese   ? fmt::format("（「{}」のことでしょうか）", near)
                           : fmt::format("; did you mean '{}'?", near);
  if (japanese) {
    return fmt::format("{}「{}」はありません{}", is_option ? "オプション" : "コマンドや引数", word,
                       hint);
  }
  return fmt::format("there is no {} '{}'{}", is_option ? "option" : "command or argument", word,
                     hint);
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error, bool japanese) {
  bool required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  bool extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  // What is missing is often there, but mistyped.
  if (extras || (required && !app.remaining(true).empty())) return unexpected(app, japanese);
  std::string what = error.what();
  if (!japanese) return what;
  if (required) {
    auto known = words_of(innermost(app), false);
    return known.empty() ? fmt::format("必須の引数が足りません（{}）", what)
                         : fmt::format("コマンドを指定してください: {}", fmt::join(known, ", "));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    return fmt::format("オプションの値が足りません（{}）", what);
  }
  return fmt::format("オプションの値が正しくありません（{}）", what);
}

}  // namespace sekisho::app
