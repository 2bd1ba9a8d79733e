#include "app/commands.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "app/cli/client.h"
#include "app/config_spec.h"
#include "app/phrases.h"
#include "app/usage_error.h"

namespace sekisho::app {

bool japanese_locale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value) return std::string_view(value).starts_with("ja");
  }
  return false;
}

int complain(const std::string& sentence) {
  std::fprintf(stderr, "sekisho: %s\n", for_people(sentence, japanese_locale()).c_str());
  return 1;
}

int config_document(const std::string& which) {
  std::string text = which == "schema"         ? config_json_schema()
                     : which == "reference-ja" ? config_reference(DocLanguage::kJapanese)
                                               : config_reference(DocLanguage::kEnglish);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

namespace {

using cli::Text;

// The commands that do not ask a running gateway.
class OwnCommands {
 public:
  OwnCommands(CLI::App& app, int& result, cli::Language language)
      : app_(app), result_(result), language_(language) {
    add_serve();
    add_demo();
    add_init();
    add_doctor();
    add_config();
  }

 private:
  std::string say(const Text& text) const { return std::string(text.in(language_)); }
  CLI::App& command(const char* name, const Text& doc) {
    return *app_.add_subcommand(name, say(doc));
  }
  void add_file(CLI::App& command, std::string& file) const {
    command.add_option("--config", file, say({"Configuration file", "設定ファイル"}))
        ->capture_default_str();
  }

  void add_serve() {
    auto& own = command("serve", {"Run the gateway", "ゲートウェイを起動"});
    add_file(own, serve_.config);
    own.callback([this] { result_ = serve(serve_); });
  }
  void add_demo() {
    auto& own =
        command("demo", {"Run the gateway with simulated providers and a sample organisation",
                         "シミュレーションのプロバイダーとサンプルの組織で起動"});
    own.add_option("--data-dir", demo_.data_directory,
                   say({"Where data is kept", "データの保存先"}));
    own.add_option("--port", demo_.port,
                   say({"Port; 0 picks a free one", "ポート（0 で空きポート）"}))
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    own.add_flag("--json", demo_.json,
                 say({"Print one JSON object with every URL and key",
                      "URL とキーを 1 つの JSON オブジェクトで出力"}));
    own.callback([this] { result_ = demo(demo_); });
  }
  void add_init() {
    auto& own = command("init", {"Write a commented configuration and create the administrator key",
                                 "コメント付きの設定ファイルを書き、管理者キーを発行"});
    own.add_option("directory", init_.directory, say({"Where to write", "書き込み先"}))
        ->capture_default_str();
    own.callback([this] { result_ = init(init_); });
  }
  void add_doctor() {
    auto& own = command("doctor", {"Check configuration, disk, clock and upstreams",
                                   "設定、ディスク、時計、上流を診断"});
    add_file(own, doctor_.config);
    own.add_flag("--json", doctor_.json, say({"Print JSON", "JSON で出力"}));
    own.add_flag("--repair", doctor_.repair,
                 say({"Move damaged journal segments aside and keep their good records",
                      "壊れたジャーナルを退避し、正常な記録を残す"}));
    own.callback([this] { result_ = doctor(doctor_); });
  }
  void add_config() {
    auto& own = command("config", {"Print the configuration's schema or reference",
                                   "設定のスキーマまたはリファレンスを出力"});
    own.add_option("document", document_, "schema, reference, reference-ja")
        ->check(CLI::IsMember({"schema", "reference", "reference-ja"}))
        ->capture_default_str();
    own.callback([this] { result_ = config_document(document_); });
  }

  CLI::App& app_;
  int& result_;
  cli::Language language_;
  ServeCommand serve_;
  DemoCommand demo_;
  InitCommand init_;
  DoctorCommand doctor_;
  std::string document_ = "reference";
};

}  // namespace

int run_command_line(int argc, char** argv) {
  auto language = cli::language_of(argc, argv);
  bool japanese = language == cli::Language::kJapanese;
  // What --lang says holds for everything this process prints; no thread has begun.
  ::setenv("LC_ALL", japanese ? "ja_JP.UTF-8" : "C.UTF-8", 1);
  constexpr Text kAbout{"Sekisho: the checkpoint for an organisation's AI coding agents",
                        "関所 Sekisho: 組織の AI コーディングエージェントのゲートウェイ"};
  CLI::App app{std::string(kAbout.in(language))};
  app.set_version_flag("--version", SEKISHO_VERSION);
  app.require_subcommand(1);
  std::string chosen;  // read by language_of() already
  app.add_option("--lang", chosen, japanese ? "メッセージの言語" : "Language of messages")
      ->check(CLI::IsMember({"ja", "en"}));
  int result = 0;
  OwnCommands own(app, result, language);
  cli::add_client_commands(app, result, language);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    complain(usage_error(app, error, japanese));
    std::fputs(japanese ? "--help で使い方を表示します。\n" : "Run with --help for more.\n",
               stderr);
    return 2;
  }
  return result;
}

}  // namespace sekisho::app
