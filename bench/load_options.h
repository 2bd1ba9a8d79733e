#pragma once
// What the load generator is asked to do, from its command line.

#include <cstdint>
#include <string>

#include "agent_body.h"

namespace sekisho::bench {

struct LoadOptions {
  std::uint16_t port = 0;
  int connections = 1;
  double seconds = 3;
  int warm_up = 3;        // requests per connection before the clock starts
  double stagger_ms = 0;  // between the first requests of two connections
  bool wait = false;      // after the warm-up, print "warm" and wait for a line
  std::string key = "none";
  std::string conversation = "bench";
  BodyShape body;
};

// Ends the program with the usage when it does not understand.
LoadOptions parse_load_options(int argc, char** argv);

}  // namespace sekisho::bench
