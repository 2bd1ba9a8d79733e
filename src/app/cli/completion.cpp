#include "app/cli/completion.h"

#include <fmt/format.h>

#include <map>

#include "app/cli/client_command.h"

namespace sekisho::app::cli {
namespace {

// The words that may follow "sekisho key": sub-commands and long options.
std::string words_of(const CLI::App& app) {
  std::string out;
  auto add = [&out](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
  for (const auto* command : app.get_subcommands(nullptr)) add(command->get_name());
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) add("--" + name);
  }
  return out;
}

void add_cases(const CLI::App& app, const std::string& path, std::string& out) {
  out += fmt::format("    '{}') words='{}' ;;\n", path, words_of(app));
  for (const auto* command : app.get_subcommands(nullptr)) {
    add_cases(*command, path + " " + command->get_name(), out);
  }
}

// What may follow an option, whichever command it belongs to.
std::string value_cases() {
  std::map<std::string, std::string> values{
      {"--lang", "ja en"}, {"--config", ""}, {"--key-file", ""}, {"--ca-file", ""}};
  for (const auto& command : client_commands()) {
    for (const auto& argument : command.arguments) {
      std::string words(argument.kind == ArgumentKind::kBoolean ? "true false" : argument.choices);
      if (!words.empty()) values[std::string(argument.option)] = words;
    }
  }
  std::string out;
  for (const auto& [option, words] : values) {
    out += fmt::format("    {}) words='{}' ;;\n", option, words);
  }
  return out;
}

}  // namespace

// The path is made of the words before the cursor that are no options; what an option takes may
// get in between, and then the longest known path counts.
std::string bash_completion(const CLI::App& app) {
  std::string cases;
  add_cases(app, "sekisho", cases);
  return "_sekisho_words() {\n  words=\n  case \"$1\" in\n" + cases +
         "    *) return 1 ;;\n  esac\n}\n"
         "_sekisho_values() {\n  case \"$1\" in\n" +
         value_cases() +
         "    *) return 1 ;;\n  esac\n}\n"
         "_sekisho() {\n"
         "  local path=sekisho word words\n"
         "  if _sekisho_values \"${COMP_WORDS[COMP_CWORD-1]}\"; then\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "    return\n"
         "  fi\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$word\" in -*) continue ;; esac\n"
         "    _sekisho_words \"$path $word\" && path=\"$path $word\"\n"
         "  done\n"
         "  _sekisho_words \"$path\"\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _sekisho sekisho\n";
}

std::string zsh_completion(const CLI::App& app) {
  return "#compdef sekisho\nautoload -U +X bashcompinit && bashcompinit\n" + bash_completion(app);
}

}  // namespace sekisho::app::cli
