#pragma once
// An answer of the API for people: a table, or lines of "name  value" where the command names no
// columns. What is beside the rows (totals, how to go on) follows.

#include <ostream>

#include "app/cli/client_command.h"
#include "wire/json_slice.h"

namespace sekisho::app::cli {

void show_answer(const Command& command, const wire::JsonValue& root, Language language,
                 std::ostream& out, std::ostream& err);

// One value for people: money "$1.23", times in the local zone, nothing as "-".
std::string show_value(const wire::JsonValue& value, Show show, Language language);

}  // namespace sekisho::app::cli
