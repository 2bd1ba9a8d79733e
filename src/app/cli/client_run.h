#pragma once
// Runs one client command: looks names up, asks the API, shows the answer. Exit codes: 0 done,
// 1 refused or failed (one sentence on `err`), 2 wrong usage.

#include <functional>
#include <map>
#include <ostream>
#include <string>

#include "app/cli/api_client.h"
#include "app/cli/client_command.h"

namespace sekisho::app::cli {

using Ask = std::function<Result<ApiAnswer>(std::string_view method, const std::string& target,
                                            const std::string& body)>;

struct Invocation {
  const Command* command = nullptr;
  std::map<std::string_view, std::string> given;  // by option name, as written
  bool json = false;
  Language language = Language::kEnglish;
};

int run_command(const Invocation& invocation, const Ask& ask, std::ostream& out, std::ostream& err);

}  // namespace sekisho::app::cli
