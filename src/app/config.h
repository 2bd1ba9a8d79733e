#pragma once
// The configuration of one deployment, read once at start (and at SIGHUP) from one strict YAML
// file. An unknown or repeated key, a wrong type or a value out of range is an error that names the
// file, the line, the key and the nearest valid one. Secrets stand in it only as references
// (`env:NAME`, `file:PATH`), which are resolved here.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "gateway/policy.h"

namespace sekisho::app {

struct UpstreamConfig {
  std::string name, kind, endpoint, region, profile, ca_file;
  std::string api_key, access_key_id, secret_access_key, session_token;
  bool usage_in_stream = true;
  std::string max_tokens_field = "max_tokens", reasoning_field;
};
struct DeploymentConfig {
  std::string upstream, model, priced_as;
  std::int64_t weight = 1;
  std::optional<catalog::Prices> prices;
};
struct ModelConfig {
  std::string name;
  std::vector<std::string> aliases;
  std::optional<std::int64_t> context_window, max_output;
  bool allow_unpriced = false, auto_prompt_caching = false;
  std::vector<DeploymentConfig> deployments;
};
struct TlsConfig {
  std::string listen, certificate_file, key_file;
};
struct Config {
  std::string listen = "127.0.0.1:4000";
  std::optional<TlsConfig> tls;
  std::string data_directory = "sekisho-data";
  std::int64_t workers = 0;
  // Of the first organisation, when the data directory is made.
  std::string language = "ja", time_zone = "Asia/Tokyo", organisation = "Default";
  std::vector<std::string> given;  // those of the three that stand in the file
  std::string administrator_key;
  std::vector<UpstreamConfig> upstreams;
  std::vector<ModelConfig> models;
  gateway::Settings settings;
  std::int64_t request_body_bytes = 0, buffered_bytes = 0, connections = 0;
  std::int64_t conversation_memory_bytes = 0, drain_seconds = 30;
  std::int64_t upstream_first_byte_seconds = 600, upstream_idle_seconds = 300;
  std::int64_t journal_sync_ms = 100, journal_segment_bytes = 4 << 20, trace_retention_days = 90;
  std::string log_format = "text", log_level = "info";
};

using Environment = std::function<std::optional<std::string>(std::string_view name)>;
std::optional<std::string> process_environment(std::string_view name);

// `name` is the file's name for messages.
Result<Config> parse_config(std::string_view yaml, const std::string& name,
                            const Environment& environment);
Result<Config> load_config(const std::string& path);

// The keys in which `wanted` differs from `running` and that a running server does not take over.
std::vector<std::string> keys_that_need_restart(const Config& running, const Config& wanted);

}  // namespace sekisho::app
