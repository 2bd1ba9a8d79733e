#include <unistd.h>

#include <cstdio>

#include "app/commands.h"
#include "app/private_file.h"
#include "app/server_process.h"
#include "app/start_memory.h"
#include "app/stop_signal.h"

namespace sekisho::app {

namespace {

// To a person at a terminal; else into a file, because what a service prints is kept in a journal
// that others read.
void hand_over(const std::string& key, const std::string& directory, trace::Log& log) {
  if (::isatty(STDOUT_FILENO) == 1) {
    std::printf(japanese_locale() ? "管理者キー（一度だけ表示します）: %s\n"
                                  : "Administrator key (shown once): %s\n",
                key.c_str());
    std::fflush(stdout);
    return;
  }
  auto path = directory + "/administrator-key";
  if (auto written = write_private_file(path, key + "\n"); written) {
    log.line(trace::LogLevel::kWarn, "administrator_key_written")
        .field("path", path)
        .field("remedy", "keep it elsewhere and delete the file");
  } else {
    log.line(trace::LogLevel::kError, "administrator_key_lost")
        .field("detail", written.error().detail);
  }
}

void tell_addresses(ServerProcess& server) {
  auto line = server.log().line(trace::LogLevel::kInfo, "listening");
  line.field("url", server.url());
  if (auto secure = server.tls_url()) line.field("tls_url", *secure);
}

}  // namespace

int serve(const ServeCommand& command) {
  StopSignal signals;  // before any thread starts, so that all of them inherit the mask
  auto config = load_config(command.config);
  if (!config) return complain(config.error().detail);
  auto directory = config->data_directory;
  auto server = ServerProcess::start(*std::move(config), {});
  if (!server) return complain(server.error().detail);
  auto& log = (*server)->log();
  if (const auto& key = (*server)->new_administrator_key()) hand_over(*key, directory, log);
  tell_addresses(**server);
  release_start_memory();
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
