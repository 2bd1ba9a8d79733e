#pragma once
// The program's commands. Exit codes: 0 done, 1 refused or failed (one sentence on standard error),
// 2 wrong usage.

#include <string>

namespace sekisho::app {

int run_command_line(int argc, char** argv);

struct ServeCommand {
  std::string config = "sekisho.yaml";
};
int serve(const ServeCommand& command);

struct DemoCommand {
  std::string data_directory;  // empty: ./sekisho-demo
  int port = 4000;             // 0 = any free one
  bool json = false;
};
int demo(const DemoCommand& command);

struct InitCommand {
  std::string directory = ".";
};
int init(const InitCommand& command);

struct DoctorCommand {
  std::string config = "sekisho.yaml";
  bool json = false;
  bool repair = false;  // of a damaged journal: keep what is good, move the rest aside
};
int doctor(const DoctorCommand& command);

int config_document(const std::string& which);  // schema | reference | reference-ja

// Messages for people follow LC_ALL, LC_MESSAGES, LANG.
bool japanese_locale();
// Prints "sekisho: …" on standard error and returns 1.
int complain(const std::string& sentence);

}  // namespace sekisho::app
