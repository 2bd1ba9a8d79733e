#pragma once
// Completion scripts from the tree of commands: static, no process is started while completing.

#include <CLI/CLI.hpp>
#include <string>

namespace sekisho::app::cli {

std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);

}  // namespace sekisho::app::cli
