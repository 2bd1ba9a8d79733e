#pragma once
// What `sekisho demo` sets up: simulated providers on a loop of their own, a configuration that
// buys from them, and a sample organisation with a developer's key of USD 5.

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/config.h"
#include "app/server_process.h"
#include "io/epoll_network.h"
#include "sim/server.h"

namespace sekisho::app {

// The simulated providers on a thread of their own.
class DemoProviders {
 public:
  static Result<std::unique_ptr<DemoProviders>> start();
  ~DemoProviders();
  std::string url() const { return url_; }

 private:
  DemoProviders();
  SystemClock clock_;
  SystemRandom random_;
  io::EpollLoop loop_;
  io::Resolver resolver_;
  io::EpollNetwork network_;
  http::BodyBudget budget_;
  http::BufferPool buffers_;
  std::optional<sim::SimServer> server_;
  std::string url_;
  std::thread thread_;
};

Config demo_config(const std::string& data_directory, int port, const std::string& providers_url,
                   bool japanese);

struct DemoKeys {
  std::string administrator, developer;
  std::string aws_access_key_id, aws_secret_access_key;  // the developer's
};
// Keys are made at the first start and kept in the data directory (mode 0600) for the next.
Result<DemoKeys> make_demo_organisation(ServerProcess& server, const std::string& data_directory,
                                        bool japanese);

}  // namespace sekisho::app
