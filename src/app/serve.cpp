#include <csignal>

#include "app/commands.h"
#include "app/server_process.h"
#include "app/stop_signal.h"

namespace sekisho::app {

int serve(const ServeCommand& command) {
  StopSignal signals;  // before any thread starts, so that all of them inherit the mask
  auto config = load_config(command.config);
  if (!config) return complain(config.error().detail);
  auto server = ServerProcess::start(*std::move(config), {});
  if (!server) return complain(server.error().detail);
  auto& log = (*server)->log();
  log.line(trace::LogLevel::kInfo, "listening").field("url", (*server)->url());
  if (const auto& key = (*server)->new_administrator_key()) {
    std::printf("Administrator key (shown once): %s\n", key->c_str());
    std::fflush(stdout);
  }
  while (signals.wait() == StopSignal::Kind::kReload) {
    auto again = load_config(command.config);
    auto done = again ? (*server)->reload(*std::move(again)) : Result<>(Failure(again.error()));
    if (done) {
      log.line(trace::LogLevel::kInfo, "reloaded");
    } else {
      log.line(trace::LogLevel::kError, "reload_failed").field("detail", done.error().detail);
    }
  }
  log.line(trace::LogLevel::kInfo, "stopping");
  (*server)->stop();
  return 0;
}

}  // namespace sekisho::app
