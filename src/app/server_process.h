#pragma once
// The whole server of one process, wired: stores, ledger, policy, workers, listeners. Objects are
// built here and handed on by reference; nothing is global. `start` listens when it returns;
// `stop` drains, settles and closes everything in order.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/control.h"
#include "api/router.h"
#include "app/call_observer.h"
#include "app/config.h"
#include "app/upstreams.h"
#include "app/worker_thread.h"
#include "gateway/policy_builder.h"
#include "gateway/policy_hub.h"

namespace sekisho::app {

class ServerProcess {
 public:
  struct Options {
    Environment environment = process_environment;
    LiveLine live;  // called on worker threads for every finished call; empty = log lines
  };
  // Errors: one clear sentence each (port in use, no permission, disk full, old data format,
  // damaged journal with file and offset, another process on the data directory).
  static Result<std::unique_ptr<ServerProcess>> start(Config config, Options options);
  ~ServerProcess();

  std::string url() const { return url_; }
  std::optional<std::string> tls_url() const { return tls_url_; }
  // The administrator key, if one was made at this start; shown once.
  const std::optional<std::string>& new_administrator_key() const { return new_key_; }
  store::StoreThread& store() { return *store_; }
  trace::Log& log() { return *log_; }
  ledger::Ledger& ledger() { return *ledger_; }
  const identity::AwsKeys& aws_keys() const { return *aws_keys_; }

  // Reads the configuration again: models, upstreams, guardrails, TLS certificate. What needs a
  // restart (listeners, workers, directories) stays and is logged. The old policy stays on error.
  Result<> reload(Config config);
  // Makes what people manage hold on every worker; control thread or start-up.
  Result<> publish(store::Database& db);
  void stop();

 private:
  ServerProcess(Config config, Options options);
  Result<> open_stores();
  Result<> bootstrap();
  Result<> make_workers();
  Result<> listen();
  Result<std::unique_ptr<io::Listener>> listen_at(const std::string& where,
                                                  const io::TlsServerContext* tls,
                                                  std::string& url);
  WorkerThread& least_loaded();
  Result<gateway::PolicyPtr> make_policy(store::Database& db,
                                         std::vector<gateway::Upstream> upstreams,
                                         const gateway::Settings& settings);
  std::string not_ready() const;
  void check_file_limit();
  void tell_trouble(ledger::Ledger::Options::Part part, const Error* error);
  Result<> tell_kept_organisation(store::Database& db, const Config& config);
  void tell_accept_pause(int error);
  void declare_gauges();

  Config config_;
  Options options_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<trace::Log> log_;
  std::shared_ptr<const identity::AwsKeys> aws_keys_;
  std::unique_ptr<store::StoreThread> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<trace::TraceStore> traces_;
  std::unique_ptr<trace::Metrics> metrics_;
  std::unique_ptr<CallMetrics> families_;
  std::unique_ptr<io::Resolver> resolver_;
  std::unique_ptr<http::BodyBudget> body_budget_;
  std::unique_ptr<io::TlsServerContext> tls_;
  Upstreams upstream_settings_;
  std::vector<gateway::Upstream> upstreams_;  // store thread only after start
  gateway::PolicyHub hub_;
  std::unique_ptr<api::Control> control_;
  std::unique_ptr<api::Router> router_;
  std::uint64_t policy_version_ = 0;
  std::vector<std::unique_ptr<WorkerThread>> workers_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;  // on the first worker's loop
  std::string url_;
  std::optional<std::string> tls_url_, new_key_;
  std::optional<SteadyTime> accept_told_;  // first worker's thread
  bool started_ = false;
};

}  // namespace sekisho::app
