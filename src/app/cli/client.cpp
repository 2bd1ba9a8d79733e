#include "app/cli/client.h"

#include <cstdlib>
#include <iostream>
#include <memory>

#include "app/cli/client_run.h"
#include "app/cli/completion.h"
#include "app/phrases.h"

namespace sekisho::app::cli {
namespace {

struct Options {
  std::string url, key_file, ca_file, language;
  bool json = false;
};

// One command's place in the tree of CLI11, with what was written there.
struct Wiring {
  Command command;
  Options options;
  std::vector<std::pair<CLI::Option*, std::string>> values;  // in the order of the arguments
};

Language chosen(const std::string& name, Language fallback) {
  if (name == "ja") return Language::kJapanese;
  return name == "en" ? Language::kEnglish : fallback;
}

int complain(std::string_view sentence, int code) {
  std::cerr << "sekisho: " << sentence << '\n';
  return code;
}

Result<Connection> connection_of(const Options& options) {
  Connection connection;
  if (!options.url.empty()) connection.url = options.url;
  connection.ca_file = options.ca_file;
  const char* key = std::getenv("SEKISHO_KEY");
  if (!options.key_file.empty()) {
    TRY(connection.key, read_key_file(options.key_file));
  } else if (key && *key) {
    connection.key = key;
  }
  return connection;
}

int run(const Wiring& wiring, Language fallback) {
  auto language = chosen(wiring.options.language, fallback);
  auto connection = connection_of(wiring.options);
  if (!connection) {
    bool japanese = language == Language::kJapanese;
    return complain(for_people(connection.error().detail, japanese), 2);
  }
  connection->language = language == Language::kJapanese ? "ja" : "en";
  if (connection->key.empty()) {
    constexpr Text kNoKey{
        "no virtual key: set SEKISHO_KEY or give --key-file",
        "仮想キーがありません。SEKISHO_KEY を設定するか --key-file を指定してください"};
    return complain(kNoKey.in(language), 2);
  }
  Invocation invocation{&wiring.command, {}, wiring.options.json, language};
  for (std::size_t i = 0; i < wiring.values.size(); ++i) {
    const auto& [option, text] = wiring.values[i];
    if (option->count() > 0) invocation.given.emplace(wiring.command.arguments[i].option, text);
  }
  auto ask = [&](std::string_view method, const std::string& target, const std::string& body) {
    return ask_api(*connection, method, target, body);
  };
  return run_command(invocation, ask, std::cout, std::cerr);
}

void add_common(CLI::App& app, Options& options, Language language) {
  constexpr Text kUrl{"The gateway", "ゲートウェイの URL"};
  constexpr Text kKeyFile{"File that holds your key; otherwise SEKISHO_KEY",
                          "キーを書いたファイル（省略時は SEKISHO_KEY）"};
  constexpr Text kCaFile{"Private authority for https", "https 用の認証局ファイル"};
  constexpr Text kJson{"Print the answer as JSON", "応答を JSON で出力"};
  constexpr Text kLanguage{"Language of messages", "メッセージの言語"};
  auto doc = [language](const Text& text) { return std::string(text.in(language)); };
  options.url = "http://127.0.0.1:4000";
  app.add_option("--url", options.url, doc(kUrl))->envname("SEKISHO_URL")->capture_default_str();
  app.add_option("--key-file", options.key_file, doc(kKeyFile));
  app.add_option("--ca-file", options.ca_file, doc(kCaFile));
  app.add_flag("--json", options.json, doc(kJson))->disable_flag_override();
  app.add_option("--lang", options.language, doc(kLanguage))->check(CLI::IsMember({"ja", "en"}));
}

void add_arguments(CLI::App& app, Wiring& wiring, Language language) {
  wiring.values.reserve(wiring.command.arguments.size());  // CLI11 keeps references
  for (const auto& argument : wiring.command.arguments) {
    auto& [option, text] = wiring.values.emplace_back(nullptr, "");
    std::string name(argument.option), doc(argument.doc.in(language));
    if (argument.kind == ArgumentKind::kFlag) {
      option = app.add_flag(name)->description(doc)->disable_flag_override();
      continue;
    }
    option = app.add_option(name, text, doc);
    if (!name.starts_with('-')) option->required();
  }
}

void add_completion(CLI::App& app, Language language) {
  constexpr Text kDoc{"Print the completion script of a shell", "シェル補完スクリプトを出力"};
  auto shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", std::string(kDoc.in(language)));
  command->add_option("shell", *shell)->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->callback([shell, &app] {
    std::cout << (*shell == "zsh" ? zsh_completion(app) : bash_completion(app));
  });
}

}  // namespace

void add_client_commands(CLI::App& app, int& result, Language language) {
  for (const auto& group : client_groups()) {
    auto* parent = app.add_subcommand(std::string(group.name), std::string(group.doc.in(language)));
    for (const auto& command : client_commands()) {
      if (command.group != group.name) continue;
      auto* own = parent;
      if (!command.name.empty()) {
        parent->require_subcommand(1);
        own = parent->add_subcommand(std::string(command.name),
                                     std::string(command.doc.in(language)));
      }
      auto wiring = std::make_shared<Wiring>();
      wiring->command = command;
      add_arguments(*own, *wiring, language);
      add_common(*own, wiring->options, language);
      own->callback([wiring, &result, language] { result = run(*wiring, language); });
    }
  }
  add_completion(app, language);
}

Language language_of(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--lang" && i + 1 < argc) return chosen(argv[i + 1], Language::kEnglish);
    if (argument.starts_with("--lang=")) {
      return chosen(std::string(argument.substr(7)), Language::kEnglish);
    }
  }
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    return std::string_view(value).starts_with("ja") ? Language::kJapanese : Language::kEnglish;
  }
  return Language::kEnglish;
}

}  // namespace sekisho::app::cli
