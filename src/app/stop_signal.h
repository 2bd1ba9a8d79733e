#pragma once
// Waits for the signals that a server obeys: SIGINT and SIGTERM stop it, SIGHUP reloads. They are
// blocked from construction on (in threads started later too) and taken by wait() alone.

#include <cstdint>

namespace sekisho::app {

class StopSignal {
 public:
  enum class Kind : std::uint8_t { kStop, kReload };
  StopSignal();
  Kind wait();
};

}  // namespace sekisho::app
