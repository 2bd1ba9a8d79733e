#include "app/stop_signal.h"

#include <pthread.h>

#include <csignal>

namespace sekisho::app {
namespace {

sigset_t obeyed() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  auto set = obeyed();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

StopSignal::Kind StopSignal::wait() {
  auto set = obeyed();
  int signal = 0;
  sigwait(&set, &signal);
  return signal == SIGHUP ? Kind::kReload : Kind::kStop;
}

}  // namespace sekisho::app
