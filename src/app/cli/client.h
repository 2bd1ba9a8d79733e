#pragma once
// `sekisho key|unit|user|budget|model|spend|requests|explain|organisation …` and `sekisho
// completion`: clients of the management API of a running gateway.

#include <CLI/CLI.hpp>

#include "app/cli/client_text.h"

namespace sekisho::app::cli {

// Adds the commands. Running one sets `result` to its exit code: 0 done, 1 refused or failed,
// 2 wrong usage. `app` and `result` outlive the parsing; help texts are in `language`.
void add_client_commands(CLI::App& app, int& result, Language language);

// What `--lang` says in the arguments, else LC_ALL, LC_MESSAGES, LANG.
Language language_of(int argc, const char* const* argv);

}  // namespace sekisho::app::cli
