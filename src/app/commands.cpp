#include "app/commands.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "app/cli/client.h"
#include "app/config_spec.h"

namespace sekisho::app {

bool japanese_locale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value) return std::string_view(value).starts_with("ja");
  }
  return false;
}

int complain(const std::string& sentence) {
  std::fprintf(stderr, "sekisho: %s\n", sentence.c_str());
  return 1;
}

int config_document(const std::string& which) {
  std::string text = which == "schema"         ? config_json_schema()
                     : which == "reference-ja" ? config_reference(DocLanguage::kJapanese)
                                               : config_reference(DocLanguage::kEnglish);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Sekisho: the checkpoint for an organisation's AI coding agents");
  app.set_version_flag("--version", SEKISHO_VERSION);
  app.require_subcommand(1);
  int result = 0;

  ServeCommand serving;
  auto* serve_command = app.add_subcommand("serve", "Run the gateway");
  serve_command->add_option("--config", serving.config, "Configuration file")
      ->capture_default_str();
  serve_command->callback([&] { result = serve(serving); });

  DemoCommand trying;
  auto* demo_command = app.add_subcommand(
      "demo", "Run the gateway with simulated providers and a sample organisation");
  demo_command->add_option("--data-dir", trying.data_directory, "Where data is kept");
  demo_command->add_option("--port", trying.port, "Port; 0 picks a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  demo_command->add_flag("--json", trying.json, "Print one JSON object with every URL and key");
  demo_command->callback([&] { result = demo(trying); });

  InitCommand starting;
  auto* init_command = app.add_subcommand(
      "init", "Write a commented configuration and create the administrator key");
  init_command->add_option("directory", starting.directory, "Where to write")
      ->capture_default_str();
  init_command->callback([&] { result = init(starting); });

  DoctorCommand checking;
  auto* doctor_command =
      app.add_subcommand("doctor", "Check configuration, disk, clock and upstreams");
  doctor_command->add_option("--config", checking.config, "Configuration file")
      ->capture_default_str();
  doctor_command->add_flag("--json", checking.json, "Print JSON");
  doctor_command->add_flag("--repair", checking.repair,
                           "Move damaged journal segments aside and keep their good records");
  doctor_command->callback([&] { result = doctor(checking); });

  std::string which = "reference";
  auto* config_command =
      app.add_subcommand("config", "Print the configuration's schema or reference");
  config_command->add_option("document", which, "schema, reference or reference-ja")
      ->check(CLI::IsMember({"schema", "reference", "reference-ja"}))
      ->capture_default_str();
  config_command->callback([&] { result = config_document(which); });

  cli::add_client_commands(app, result, cli::language_of(argc, argv));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return result;
}

}  // namespace sekisho::app
