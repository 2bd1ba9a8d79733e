#pragma once
// The parts of the table of commands that stand in a file of their own.

#include <vector>

#include "app/cli/client_command.h"

namespace sekisho::app::cli {

std::vector<Command> budget_commands();
std::vector<Command> model_commands();
std::vector<Command> report_commands();

}  // namespace sekisho::app::cli
