#include "app/upstreams.h"

#include <charconv>

#include "wire/aws/credentials.h"

namespace sekisho::app {
namespace {

std::string default_endpoint(const UpstreamConfig& config) {
  if (config.kind == "anthropic") return "https://api.anthropic.com";
  if (config.kind == "gemini") return "https://generativelanguage.googleapis.com/v1beta";
  if (config.kind == "openai") return "https://api.openai.com/v1";
  bool china = config.region.starts_with("cn-");
  return "https://bedrock-runtime." + config.region + ".amazonaws.com" + (china ? ".cn" : "");
}

gateway::UpstreamKind kind_of(const std::string& name) {
  if (name == "anthropic") return gateway::UpstreamKind::kAnthropic;
  if (name == "bedrock") return gateway::UpstreamKind::kBedrock;
  if (name == "gemini") return gateway::UpstreamKind::kGemini;
  return gateway::UpstreamKind::kOpenAi;
}

Failure about(const UpstreamConfig& config, const Error& error) {
  return fail(error.code, "upstream '" + config.name + "': " + error.detail);
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  auto bad = [&](std::string_view why) {
    return fail(Code::kInvalidArgument, "'" + std::string(text) + "' " + std::string(why));
  };
  Url url;
  auto rest = text;
  if (rest.starts_with("https://")) {
    url.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return bad("must begin with https:// or http://");
  }
  if (rest.find_first_of("?#@") != std::string_view::npos) {
    return bad("must not hold a user, a query or a fragment");
  }
  auto slash = rest.find('/');
  auto authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) url.path = rest.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  url.authority = authority;
  url.port = url.tls ? 443 : 80;
  auto colon = authority.rfind(':');
  bool v6 = authority.ends_with(']');
  if (colon != std::string_view::npos && !v6) {
    auto digits = authority.substr(colon + 1);
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (ec != std::errc() || end != digits.data() + digits.size() || url.port == 0) {
      return bad("has a bad port");
    }
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  url.host = authority;
  if (url.host.empty()) return bad("has no host");
  return url;
}

Result<const io::TlsClientOptions*> Upstreams::tls(const std::string& ca_file) {
  auto& slot = tls_[ca_file];
  if (!slot) {
    io::TlsClientSettings settings;
    settings.ca_file = ca_file;
    TRY(slot, io::TlsClientOptions::create(std::move(settings)));
  }
  return slot.get();
}

Result<gateway::Upstream> Upstreams::build(const UpstreamConfig& config, UpstreamId id,
                                           const Environment& environment) {
  gateway::Upstream out;
  out.id = id;
  out.name = config.name;
  out.kind = kind_of(config.kind);
  auto url = parse_url(config.endpoint.empty() ? default_endpoint(config) : config.endpoint);
  if (!url) return about(config, url.error());
  out.origin.endpoint = {url->host, url->port};
  out.origin.authority = url->authority;
  if (url->tls) {
    auto options = tls(config.ca_file);
    if (!options) return about(config, options.error());
    out.origin.tls = *options;
  }
  out.base_path = url->path;
  out.region = config.region;
  out.usage_in_stream = config.usage_in_stream;
  out.max_tokens_field = config.max_tokens_field;
  out.reasoning_field = config.reasoning_field;
  out.bearer = config.api_key;
  if (out.kind != gateway::UpstreamKind::kBedrock || !out.bearer.empty()) return out;
  wire::aws::CredentialSource source;
  source.access_key_id = config.access_key_id;
  source.secret_access_key = config.secret_access_key;
  source.session_token = config.session_token;
  source.profile = config.profile;
  if (source.access_key_id.empty() && source.profile.empty()) {
    if (auto bearer = environment("AWS_BEARER_TOKEN_BEDROCK"); bearer && !bearer->empty()) {
      out.bearer = *bearer;
      return out;
    }
  }
  auto credentials = wire::aws::load_credentials(source, environment);
  if (!credentials) return about(config, credentials.error());
  out.aws = *std::move(credentials);
  return out;
}

namespace {

Result<catalog::GroupSettings> group_of(const ModelConfig& model,
                                        const std::vector<gateway::Upstream>& upstreams) {
  catalog::GroupSettings group;
  group.name = model.name;
  group.aliases = model.aliases;
  group.context_window = model.context_window;
  group.max_output = model.max_output;
  group.allow_unpriced = model.allow_unpriced;
  group.auto_prompt_caching = model.auto_prompt_caching;
  for (const auto& deployment : model.deployments) {
    catalog::DeploymentSettings settings;
    for (const auto& upstream : upstreams) {
      if (upstream.name != deployment.upstream) continue;
      settings.upstream = upstream.id;
      settings.region = upstream.region;
    }
    settings.upstream_model = deployment.model;
    settings.priced_as = deployment.priced_as;
    settings.weight = deployment.weight;
    settings.prices = deployment.prices;
    group.deployments.push_back(std::move(settings));
  }
  return group;
}

}  // namespace

Result<std::vector<gateway::Upstream>> sync_catalog(store::Database& db, const Config& config,
                                                    Upstreams& upstreams,
                                                    const Environment& environment) {
  catalog::CatalogStore store(db);
  std::vector<gateway::Upstream> built;
  for (const auto& upstream : config.upstreams) {
    TRY(auto id, store.upstream(upstream.name, upstream.kind));
    TRY(auto one, upstreams.build(upstream, id, environment));
    built.push_back(std::move(one));
  }
  std::vector<catalog::GroupSettings> groups;
  for (const auto& model : config.models) {
    TRY(auto group, group_of(model, built));
    groups.push_back(std::move(group));
  }
  TRY_VOID(store.sync_file(std::move(groups)));
  return built;
}

}  // namespace sekisho::app
