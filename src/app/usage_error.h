#pragma once
// What is wrong with a command line, in one sentence in the reader's language.

#include <CLI/CLI.hpp>
#include <string>

namespace sekisho::app {

// REQUIRES: `app` has just thrown `error` while parsing.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error, bool japanese);

}  // namespace sekisho::app
