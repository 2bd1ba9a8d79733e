#include "app/server_process.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>

#include "app/file_limit.h"
#include "app/server_secret.h"
#include "catalog/catalog_store.h"
#include "catalog/schema.h"
#include "identity/identity_store.h"
#include "identity/schema.h"
#include "ledger/schema.h"

namespace sekisho::app {
namespace {

Result<> make_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    auto code = error.value() == EACCES ? Code::kPermissionDenied : Code::kStoreFailed;
    return fail(code, "cannot create the data directory '" + path + "': " + error.message());
  }
  ::chmod(path.c_str(), 0700);
  return {};
}

Result<io::Endpoint> parse_listen(const std::string& text) {
  auto url = parse_url("http://" + text);
  auto colon = text.rfind(':');
  if (colon != std::string::npos && text.substr(colon + 1) == "0") {
    auto host = text.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    return io::Endpoint{host, 0};
  }
  if (!url || colon == std::string::npos) {
    return fail(Code::kInvalidArgument, "listen address '" + text + "' must be HOST:PORT");
  }
  return io::Endpoint{url->host, url->port};
}

trace::LogLevel level_of(const std::string& name) {
  if (name == "debug") return trace::LogLevel::kDebug;
  if (name == "warning") return trace::LogLevel::kWarn;
  if (name == "error") return trace::LogLevel::kError;
  return trace::LogLevel::kInfo;
}

}  // namespace

ServerProcess::ServerProcess(Config config, Options options)
    : config_(std::move(config)), options_(std::move(options)) {
  trace::Log::Options log;
  log.level = level_of(config_.log_level);
  log.format = config_.log_format == "json" ? trace::LogFormat::kJson : trace::LogFormat::kText;
  log_ = std::make_unique<trace::Log>(log, clock_);
  resolver_ = std::make_unique<io::Resolver>(clock_);
  body_budget_ =
      std::make_unique<http::BodyBudget>(static_cast<std::size_t>(config_.buffered_bytes));
}

Result<std::unique_ptr<ServerProcess>> ServerProcess::start(Config config, Options options) {
  std::unique_ptr<ServerProcess> server(new ServerProcess(std::move(config), std::move(options)));
  if (!ledger::TimeZone::find(server->config_.time_zone)) {
    return fail(Code::kInvalidArgument, "unknown time zone '" + server->config_.time_zone + "'");
  }
  server->check_file_limit();
  TRY_VOID(server->open_stores());
  TRY_VOID(server->bootstrap());
  TRY_VOID(server->make_workers());
  TRY_VOID(
      server->store_->write_now([&server](store::Database& db) { return server->publish(db); }));
  TRY_VOID(server->listen());
  server->started_ = true;
  return server;
}

ServerProcess::~ServerProcess() {
  stop();
}

Result<> ServerProcess::open_stores() {
  const auto& directory = config_.data_directory;
  TRY_VOID(make_directory(directory));
  TRY_VOID(make_directory(directory + "/journal"));
  TRY(auto secret, load_server_secret(directory + "/server-secret", random_));
  aws_keys_ = std::make_shared<const identity::AwsKeys>(std::move(secret));
  store::OpenOptions file;
  file.path = directory + "/sekisho.db";
  TRY(store_,
      store::StoreThread::start(file, {identity::schema(), catalog::schema(), ledger::schema()}));
  ledger::Ledger::Options books;
  books.directory = directory + "/journal";
  books.segment_bytes = static_cast<std::size_t>(config_.journal_segment_bytes);
  books.sync_interval = std::chrono::milliseconds(config_.journal_sync_ms);
  books.trouble = [this](auto part, const Error* error) { tell_trouble(part, error); };
  TRY(ledger_, ledger::Ledger::open(books, *store_));
  auto status = ledger_->status();
  if (status.recovered > 0 || status.cut_records > 0) {
    log_->line(trace::LogLevel::kWarn, "journal_recovered")
        .field("calls_closed", static_cast<std::int64_t>(status.recovered))
        .field("records_cut", static_cast<std::int64_t>(status.cut_records));
  }
  auto workers = config_.workers > 0 ? static_cast<std::size_t>(config_.workers)
                                     : std::max(1u, std::thread::hardware_concurrency());
  config_.workers = static_cast<std::int64_t>(workers);
  trace::TraceStore::Options traces;
  traces.path = directory + "/traces.db";
  traces.workers = workers;
  traces.retention.days = config_.trace_retention_days;
  TRY(traces_, trace::TraceStore::start(traces, clock_));
  return {};
}

void ServerProcess::tell_trouble(ledger::Ledger::Options::Part part, const Error* error) {
  bool journal = part == ledger::Ledger::Options::Part::kJournal;
  auto line = error ? log_->line(trace::LogLevel::kError, "cannot_write")
                    : log_->line(trace::LogLevel::kWarn, "can_write_again");
  line.field("what", journal ? "journal" : "books")
      .field("path", config_.data_directory + (journal ? "/journal" : "/sekisho.db"));
  if (error) line.field("detail", error->detail);
}

void ServerProcess::check_file_limit() {
  auto files = raise_file_limit();
  if (files >= static_cast<std::uint64_t>(config_.connections)) return;
  log_->line(trace::LogLevel::kWarn, "few_file_descriptors")
      .field("limit", static_cast<std::int64_t>(files))
      .field("connections", config_.connections)
      .field("remedy",
             "raise the limit of open files (LimitNOFILE, ulimit -Hn), or lower "
             "limits.connections");
}

// The file speaks of the first organisation only when it is made.
Result<> ServerProcess::tell_kept_organisation(store::Database& db, const Config& config) {
  TRY(auto all, identity::IdentityStore(db).organisations());
  if (all.empty()) return {};
  std::string kept;
  auto compare = [&](const char* key, const std::string& wanted, const std::string& present) {
    if (wanted == present || std::ranges::find(config.given, key) == config.given.end()) return;
    kept += (kept.empty() ? "" : ", ") + std::string(key);
  };
  compare("language", config.language, all.front().language);
  compare("time_zone", config.time_zone, all.front().time_zone);
  compare("organisation", config.organisation, all.front().name);
  if (kept.empty()) return {};
  log_->line(trace::LogLevel::kWarn, "organisation_kept")
      .field("keys", kept)
      .field("remedy", fmt::format("these keys only count when the data directory is made; change "
                                   "them with `sekisho organisation update {}`",
                                   all.front().id.value));
  return {};
}

Result<> ServerProcess::bootstrap() {
  if (config_.tls) {
    TRY(tls_, io::TlsServerContext::load(config_.tls->certificate_file, config_.tls->key_file));
  }
  identity::Organisation organisation;
  organisation.name = config_.organisation;
  organisation.time_zone = config_.time_zone;
  organisation.language = config_.language;
  auto given = config_.administrator_key;
  auto now = clock_.wall();
  auto made = store_->write_now(
      [&, given, organisation, now](store::Database& db) -> Result<identity::Bootstrap> {
        identity::IdentityStore identities(db);
        if (!given.empty()) {
          return identities.bootstrap_with(organisation, given, random_, now);
        }
        return identities.bootstrap(organisation, random_, now);
      });
  if (!made) return Failure(made.error());
  if (made->administrator) new_key_ = made->administrator->text;
  TRY_VOID(
      store_->read_now([&](store::Database& db) { return tell_kept_organisation(db, config_); }));
  TRY(upstreams_, store_->write_now([&](store::Database& db) {
    return sync_catalog(db, config_, upstream_settings_, options_.environment);
  }));
  return {};
}

Result<gateway::PolicyPtr> ServerProcess::make_policy(store::Database& db,
                                                      std::vector<gateway::Upstream> upstreams,
                                                      const gateway::Settings& settings) {
  TRY(auto world, identity::IdentityStore(db).load_world());
  TRY(auto models, catalog::CatalogStore(db).load_catalog());
  auto now = clock_.wall();
  gateway::PolicySources sources{world,
                                 std::move(models),
                                 std::move(upstreams),
                                 settings,
                                 [this, now](ledger::Scope scope, const ledger::TimeZone& zone) {
                                   return ledger_->account(scope, zone, now);
                                 },
                                 aws_keys_};
  return gateway::build_policy(std::move(sources), ++policy_version_);
}

Result<> ServerProcess::publish(store::Database& db) {
  TRY(auto policy, make_policy(db, upstreams_, config_.settings));
  if (started_) {
    hub_.publish(std::move(policy));
  } else {
    hub_.publish_here(std::move(policy));
  }
  return {};
}

void ServerProcess::declare_gauges() {
  metrics_->gauge("sekisho_connections", "Open client connections.", [this] {
    std::int64_t n = 0;
    for (const auto& worker : workers_) n += static_cast<std::int64_t>(worker->load());
    return n;
  });
  metrics_->gauge("sekisho_buffered_bytes", "Bytes of bodies in flight.",
                  [this] { return static_cast<std::int64_t>(body_budget_->used()); });
  metrics_->gauge("sekisho_traces_dropped", "Trace records dropped because the queue was full.",
                  [this] { return static_cast<std::int64_t>(traces_->dropped()); });
  metrics_->gauge("sekisho_ledger_entries", "Ledger entries written since the start.",
                  [this] { return static_cast<std::int64_t>(ledger_->status().entries); });
}

Result<> ServerProcess::make_workers() {
  auto count = static_cast<std::size_t>(config_.workers);
  metrics_ = std::make_unique<trace::Metrics>(count);
  families_ = std::make_unique<CallMetrics>(*metrics_);
  declare_gauges();
  control_ = std::make_unique<api::Control>(api::Control{
      *store_, *traces_, clock_, [this](store::Database& db) { return publish(db); },
      [this] { return metrics_->render(); }, [this] { return not_ready(); }, aws_keys_});
  router_ = std::make_unique<api::Router>(*control_, api::all_routes());
  auto rules = guard::RuleSet::builtin_secrets();
  auto thinking = std::make_shared<gateway::ThinkingStore>(gateway::kThinkingStoreBytes, random_);
  for (std::size_t i = 0; i < count; ++i) {
    TRY(auto ledger, ledger_->make_worker(static_cast<std::uint32_t>(i), clock_));
    WorkerParts parts{clock_,
                      *resolver_,
                      *body_budget_,
                      std::move(ledger),
                      nullptr,
                      rules,
                      static_cast<std::size_t>(config_.conversation_memory_bytes) / count,
                      thinking,
                      {},
                      {},
                      {}};
    parts.observer = std::make_unique<CallObserver>(i, *traces_, metrics_->shard(i), *families_,
                                                    *log_, options_.live);
    parts.server.max_body = static_cast<std::size_t>(config_.request_body_bytes);
    parts.server.max_connections = static_cast<std::size_t>(config_.connections) / count + 1;
    parts.client.first_byte_timeout = std::chrono::seconds(config_.upstream_first_byte_seconds);
    parts.client.idle_timeout = std::chrono::seconds(config_.upstream_idle_seconds);
    parts.management = [this](http::ServerExchange& http, gateway::Worker& worker) {
      return router_->handle(http, worker);
    };
    workers_.push_back(std::make_unique<WorkerThread>(std::move(parts)));
    hub_.add_worker(workers_.back()->loop(), workers_.back()->slot());
  }
  return {};
}

std::string ServerProcess::not_ready() const {
  auto books = ledger_->status();
  if (books.journal) return "journal: " + books.journal->detail;
  if (books.books) return "books: " + books.books->detail;
  if (auto trouble = store_->trouble()) return "database: " + trouble->detail;
  return {};
}

WorkerThread& ServerProcess::least_loaded() {
  auto* best = workers_.front().get();
  for (const auto& worker : workers_) {
    if (worker->load() < best->load()) best = worker.get();
  }
  return *best;
}

Result<std::unique_ptr<io::Listener>> ServerProcess::listen_at(const std::string& where,
                                                               const io::TlsServerContext* tls,
                                                               std::string& url) {
  TRY(auto endpoint, parse_listen(where));
  TRY(auto listener, workers_.front()->network().listen(
                         endpoint, [this, tls](std::unique_ptr<io::Transport> transport) {
                           least_loaded().adopt(std::move(transport), tls);
                         }));
  auto local = listener->local();
  auto host = local.host == "0.0.0.0" || local.host == "::" ? "localhost" : local.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  url = fmt::format("{}://{}:{}", tls ? "https" : "http", host, local.port);
  return listener;
}

// Told at most once in ten seconds: the kernel's queue is tried again all the time.
void ServerProcess::tell_accept_pause(int error) {
  using namespace std::chrono_literals;
  auto now = clock_.steady();
  if (accept_told_ && now - *accept_told_ < 10s) return;
  accept_told_ = now;
  log_->line(trace::LogLevel::kError, "cannot_accept")
      .field("detail", std::strerror(error))
      .field("remedy",
             "raise the limit of open files (LimitNOFILE, ulimit -Hn), or lower "
             "limits.connections; accepting goes on by itself");
}

Result<> ServerProcess::listen() {
  workers_.front()->network().on_accept_pause([this](int error) { tell_accept_pause(error); });
  TRY(auto plain, listen_at(config_.listen, nullptr, url_));
  listeners_.push_back(std::move(plain));
  if (tls_) {
    std::string url;
    TRY(auto secure, listen_at(config_.tls->listen, tls_.get(), url));
    listeners_.push_back(std::move(secure));
    tls_url_ = std::move(url);
  }
  for (auto& worker : workers_) worker->start();
  return {};
}

Result<> ServerProcess::reload(Config config) {
  if (config.workers == 0) config.workers = config_.workers;
  std::string waiting;
  for (const auto& key : keys_that_need_restart(config_, config)) {
    waiting += (waiting.empty() ? "" : ", ") + key;
  }
  if (!waiting.empty()) {
    log_->line(trace::LogLevel::kWarn, "reload_needs_restart").field("keys", waiting);
  }
  // Everything is tried before anything is taken over: a certificate that cannot be read, and the
  // catalogue and policy in a transaction that a failure undoes.
  if (tls_)
    TRY_VOID(io::TlsServerContext::load(config_.tls->certificate_file, config_.tls->key_file));
  TRY(auto upstreams,
      store_->write_now([&](store::Database& db) -> Result<std::vector<gateway::Upstream>> {
        TRY_VOID(tell_kept_organisation(db, config));
        TRY(auto built, sync_catalog(db, config, upstream_settings_, options_.environment));
        TRY_VOID(make_policy(db, built, config.settings));
        return built;
      }));
  TRY_VOID(store_->write_now([&](store::Database& db) -> Result<> {
    upstreams_ = std::move(upstreams);
    config_.settings = config.settings;
    return publish(db);
  }));
  if (tls_) return tls_->reload();
  return {};
}

void ServerProcess::stop() {
  if (workers_.empty() && !store_) return;
  if (!workers_.empty() && started_) {
    // Listeners live on the first worker's loop: they end there.
    std::promise<void> closed;
    workers_.front()->loop().post([this, &closed] {
      listeners_.clear();
      closed.set_value();
    });
    closed.get_future().wait();
  }
  listeners_.clear();
  // While every loop still runs: a change that is being published waits for all of them.
  hub_.remove_workers();
  for (auto& worker : workers_) worker->drain(std::chrono::seconds(config_.drain_seconds));
  for (auto& worker : workers_) worker->join();
  workers_.clear();
  if (ledger_) {
    if (auto closed = ledger_->close(); !closed) {
      log_->line(trace::LogLevel::kError, "ledger_close").field("detail", closed.error().detail);
    }
  }
  if (traces_) traces_->stop();
  if (store_) store_->stop();
  ledger_.reset();
  traces_.reset();
  store_.reset();
}

}  // namespace sekisho::app
