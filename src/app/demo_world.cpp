#include "app/demo_world.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "identity/identity_store.h"

namespace sekisho::app {
namespace {

struct DemoModel {
  const char* name;
  const char* upstream;
  const char* model;
};
constexpr DemoModel kModels[] = {
    {"bedrock-claude-sonnet-4-6", "bedrock", "us.anthropic.claude-sonnet-4-6"},
    {"bedrock-claude-haiku-4-5", "bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0"},
    {"bedrock-nova-pro", "bedrock", "amazon.nova-pro-v1:0"},
    {"claude-sonnet-4-6", "anthropic", "claude-sonnet-4-6"},
    {"claude-opus-5-5", "anthropic", "claude-opus-5-5"},
    {"claude-haiku-4-5", "anthropic", "claude-haiku-4-5"},
    {"claude-haiku-4-5-20251001", "anthropic", "claude-haiku-4-5-20251001"},
    {"gpt-5.5", "openai", "gpt-5.5"},
    {"gpt-4.1-mini", "openai", "gpt-4.1-mini"},
};

// The keys file is the demo's alone: real installations show a key once and keep only its hash.
constexpr const char* kKeysFile = "/demo-keys";

std::optional<DemoKeys> read_keys(const std::string& directory) {
  std::ifstream in(directory + kKeysFile);
  DemoKeys keys;
  if (in >> keys.administrator >> keys.developer) return keys;
  return {};
}

Result<> write_keys(const std::string& directory, const DemoKeys& keys) {
  auto path = directory + kKeysFile;
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  auto text = keys.administrator + "\n" + keys.developer + "\n";
  bool written =
      fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) ::close(fd);
  if (!written) return fail(Code::kStoreFailed, "cannot write '" + path + "'");
  return {};
}

Result<DemoKeys> make_keys(store::Database& db, const std::string& administrator, bool japanese) {
  identity::IdentityStore identities(db);
  SystemRandom random;
  auto now = SystemClock().wall();
  TRY(auto organisations, identities.organisations());
  auto organisation = organisations.front().id;
  identity::Unit department;
  department.organisation = organisation;
  department.name = japanese ? "開発部" : "Engineering";
  department.kind = "department";
  department.limits.budget = Money{50 * kNanoPerUsd};
  department.limits.window = "month";
  TRY(department.id, identities.create(department));
  identity::Unit team;
  team.organisation = organisation;
  team.parent = department.id;
  team.name = japanese ? "アプリチーム" : "App team";
  team.kind = "team";
  team.limits.budget = Money{20 * kNanoPerUsd};
  team.limits.window = "month";
  TRY(team.id, identities.create(team));
  identity::User user;
  user.organisation = organisation;
  user.unit = team.id;
  user.name = japanese ? "山田 花子" : "Alice Example";
  user.email = "alice@example.com";
  TRY(user.id, identities.create(user));
  identity::VirtualKey key;
  key.organisation = organisation;
  key.user = user.id;
  key.unit = team.id;
  key.alias = "alice-laptop";
  key.limits.budget = Money{5 * kNanoPerUsd};
  key.limits.window = "month";
  TRY(auto made, identities.create(key, random, now));
  return DemoKeys{administrator, made.text};
}

Result<DemoKeys> with_aws(ServerProcess& server, DemoKeys keys) {
  auto hash = identity::hash_key(keys.developer);
  TRY(auto key, server.store().write_now([&](store::Database& db) {
    return identity::IdentityStore(db).find_key(hash);
  }));
  if (!key) return fail(Code::kConflict, "the demo's developer key has been deleted");
  keys.aws_access_key_id = identity::AwsKeys::access_key_id(key->id);
  keys.aws_secret_access_key = server.aws_keys().secret_access_key(key->id, hash);
  return keys;
}

}  // namespace

DemoProviders::DemoProviders()
    : loop_(clock_), resolver_(clock_), network_(loop_, resolver_), buffers_(budget_) {}

Result<std::unique_ptr<DemoProviders>> DemoProviders::start() {
  std::unique_ptr<DemoProviders> providers(new DemoProviders());
  auto& p = *providers;
  p.server_.emplace(p.loop_, p.network_, p.buffers_, p.random_);
  TRY(auto at, p.server_->listen({"127.0.0.1", 0}));
  p.url_ = "http://127.0.0.1:" + std::to_string(at.port);
  p.thread_ = std::thread([&p] { p.loop_.run(); });
  return providers;
}

DemoProviders::~DemoProviders() {
  if (thread_.joinable()) {
    loop_.post([this] {
      server_->stop();
      loop_.stop();
    });
    thread_.join();
  }
  server_.reset();
}

Config demo_config(const std::string& data_directory, int port, const std::string& providers_url,
                   bool japanese) {
  sim::Keys keys;
  Config config = *parse_config("{}", "demo", [](auto) { return std::nullopt; });
  config.listen = "127.0.0.1:" + std::to_string(port);
  config.data_directory = data_directory;
  config.language = japanese ? "ja" : "en";
  config.organisation = japanese ? "サンプル株式会社" : "Example Ltd";
  config.log_level = "error";
  UpstreamConfig bedrock;
  bedrock.name = bedrock.kind = "bedrock";
  bedrock.endpoint = providers_url + "/bedrock";
  bedrock.region = "us-east-1";
  bedrock.access_key_id = keys.aws.front().access_key_id;
  bedrock.secret_access_key = keys.aws.front().secret_access_key;
  UpstreamConfig anthropic;
  anthropic.name = anthropic.kind = "anthropic";
  anthropic.endpoint = providers_url + "/anthropic";
  anthropic.api_key = keys.anthropic.front().key;
  UpstreamConfig openai;
  openai.name = openai.kind = "openai";
  openai.endpoint = providers_url + "/openai/v1";
  openai.api_key = keys.openai.front().key;
  openai.max_tokens_field = "max_completion_tokens";
  config.upstreams = {bedrock, anthropic, openai};
  for (const auto& model : kModels) {
    ModelConfig group;
    group.name = model.name;
    group.deployments.push_back({model.upstream, model.model, {}, 1, {}});
    config.models.push_back(std::move(group));
  }
  return config;
}

Result<DemoKeys> make_demo_organisation(ServerProcess& server, const std::string& data_directory,
                                        bool japanese) {
  if (auto kept = read_keys(data_directory)) return with_aws(server, *kept);
  if (!server.new_administrator_key()) {
    return fail(Code::kConflict, "'" + data_directory +
                                     "' holds data that is not the demo's; "
                                     "choose another --data-dir");
  }
  auto administrator = *server.new_administrator_key();
  TRY(auto keys, server.store().write_now(
                     [&](store::Database& db) { return make_keys(db, administrator, japanese); }));
  TRY_VOID(server.store().write_now([&](store::Database& db) { return server.publish(db); }));
  TRY_VOID(write_keys(data_directory, keys));
  return with_aws(server, keys);
}

}  // namespace sekisho::app
