// The command line. Each command is in a file of its own; this one only names them.

#include "app/commands.h"

int main(int argc, char** argv) {
  return sekisho::app::run_command_line(argc, argv);
}
