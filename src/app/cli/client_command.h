#pragma once
// The client's commands as data: what each takes, which route of the management API it asks, and
// how its answer is shown to people. The table is client_table.cpp; the engine client_run.cpp.

#include <span>
#include <string_view>
#include <vector>

#include "app/cli/client_text.h"

namespace sekisho::app::cli {

enum class ArgumentKind : unsigned char {
  kText,
  kNumber,
  kMoney,
  kTime,
  kFlag,
  kBoolean,  // true or false
  kList,     // comma separated
  kJson,     // a JSON value as it is
  kUser,     // id or name, looked up
  kUnit,
  kKey,
  kModel,
};

struct Argument {
  std::string_view option;  // "--alias"; "alias" without dashes is positional and required
  std::string_view field;   // of the path, the query or the body
  ArgumentKind kind = ArgumentKind::kText;
  Text doc;
  std::string_view choices;  // words for completion; the server checks
};

enum class Show : unsigned char { kText, kMoney, kTime, kNumber };

struct Column {
  Text title;
  std::string_view path;  // "user.name" in one row of the answer
  Show show = Show::kText;
};

struct Command {
  std::string_view group, name;  // "key", "list"; an empty name: the group itself
  Text doc;
  std::string_view method, path;  // "/api/v1/keys/{id}"
  std::vector<Argument> arguments;
  std::string_view rows;  // the list in the answer; empty: one object, or what `rows` points to
  std::vector<Column> columns;
  std::string_view secret;  // a member that is shown once
};

struct Group {
  std::string_view name;
  Text doc;
};

std::span<const Group> client_groups();
std::vector<Command> client_commands();

}  // namespace sekisho::app::cli
