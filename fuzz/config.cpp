// The configuration file on foreign bytes: it is read, or refused with one message that begins with
// the file's name; what is read keeps its promises.
#include "app/config.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace sekisho;

void require(bool law) {
  if (!law) std::abort();
}

std::optional<std::string> environment(std::string_view name) {
  if (name.starts_with("UNSET")) return std::nullopt;
  return "sk-" + std::string(name);
}

void check(const app::Config& config) {
  require(config.administrator_key.empty() || config.administrator_key.starts_with("sk-"));
  require(config.language == "ja" || config.language == "en");
  require(config.workers >= 0 && config.drain_seconds >= 0 && config.journal_segment_bytes > 0);
  for (const auto& upstream : config.upstreams) {
    require(upstream.access_key_id.empty() == upstream.secret_access_key.empty());
    require(upstream.kind != "bedrock" || !upstream.region.empty());
  }
  for (const auto& model : config.models) {
    require(!model.deployments.empty());
    for (const auto& deployment : model.deployments) {
      require(std::ranges::find(config.upstreams, deployment.upstream,
                                &app::UpstreamConfig::name) != config.upstreams.end());
    }
  }
  require(app::keys_that_need_restart(config, config).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  if (yaml.find("file:") != yaml.npos) return 0;  // no foreign files are opened here
  const auto config = app::parse_config(yaml, "sekisho.yaml", environment);
  if (config) {
    check(*config);
  } else {
    require(config.error().detail.starts_with("sekisho.yaml:"));
  }
  return 0;
}
