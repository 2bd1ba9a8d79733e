#include "app/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "app/config_reader.h"

namespace sekisho::app {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::kNotFound, "cannot read '" + path + "'");
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

struct Builder {
  const std::string& file;
  const Environment& environment;

  Failure error(int line, const std::string& what) const {
    return fail(Code::kInvalidArgument, fmt::format("{}:{}: {}", file, line, what));
  }

  Result<std::string> secret(const Node& parent, std::string_view name) const {
    const auto* node = parent.find(name);
    if (!node) return std::string();
    if (node->text.starts_with("env:")) {
      auto value = environment(node->text.substr(4));
      if (!value || value->empty()) {
        return error(node->line, fmt::format("'{}': environment variable {} is not set", name,
                                             node->text.substr(4)));
      }
      return *value;
    }
    auto content = read_file(node->text.substr(5));
    if (!content) return error(node->line, fmt::format("'{}': {}", name, content.error().detail));
    while (!content->empty() && (content->back() == '\n' || content->back() == '\r')) {
      content->pop_back();
    }
    return *content;
  }

  Result<std::optional<Price>> price(const Node& parent, std::string_view name) const {
    const auto* node = parent.find(name);
    if (!node) return std::optional<Price>();
    auto parsed = Price::parse_per_million(node->text);
    if (!parsed) return error(node->line, fmt::format("'{}': {}", name, parsed.error().detail));
    return std::optional<Price>(*parsed);
  }

  Result<catalog::Rates> rates(const Node& node) const {
    catalog::Rates out;
    TRY(auto input, price(node, "input"));
    TRY(auto output, price(node, "output"));
    out.input = *input;
    out.output = *output;
    TRY(out.cache_read, price(node, "cache_read"));
    TRY(out.cache_write_5m, price(node, "cache_write_5m"));
    TRY(out.cache_write_1h, price(node, "cache_write_1h"));
    TRY(out.reasoning, price(node, "reasoning"));
    return out;
  }

  Result<catalog::Prices> prices(const Node& node) const {
    catalog::Prices out;
    TRY(out.base, rates(node));
    if (const auto* tiers = node.find("tiers")) {
      for (const auto& item : tiers->items) {
        TRY(auto own, rates(item));
        auto above = item.integer("above");
        if (!out.tiers.empty() && out.tiers.back().above >= above) {
          return error(item.line, "'tiers' must stand in ascending order of 'above'");
        }
        out.tiers.push_back({above, own});
      }
    }
    out.fast_percent = node.integer("fast_percent");
    out.us_percent = node.integer("us_percent");
    out.source = node.get("source");
    out.effective_date = node.get("effective_date");
    return out;
  }

  Result<UpstreamConfig> upstream(const Node& node) const {
    UpstreamConfig out;
    out.name = node.get("name");
    out.kind = node.get("kind");
    out.endpoint = node.get("endpoint");
    out.region = node.get("region");
    out.profile = node.get("profile");
    out.ca_file = node.get("ca_file");
    out.usage_in_stream = node.boolean("usage_in_stream");
    out.max_tokens_field = node.get("max_tokens_field");
    if (auto field = node.get("reasoning_field"); field != "none") out.reasoning_field = field;
    TRY(out.api_key, secret(node, "api_key"));
    TRY(out.access_key_id, secret(node, "access_key_id"));
    TRY(out.secret_access_key, secret(node, "secret_access_key"));
    TRY(out.session_token, secret(node, "session_token"));
    if (out.kind == "bedrock" && out.region.empty()) {
      return error(node.line, fmt::format("upstream '{}' needs a 'region'", out.name));
    }
    if (out.access_key_id.empty() != out.secret_access_key.empty()) {
      return error(node.line, fmt::format("upstream '{}': access_key_id and secret_access_key "
                                          "belong together",
                                          out.name));
    }
    return out;
  }

  Result<ModelConfig> model(const Node& node, const Config& config) const {
    ModelConfig out;
    out.name = node.get("name");
    if (const auto* aliases = node.find("aliases")) {
      for (const auto& alias : aliases->items) out.aliases.push_back(alias.text);
    }
    if (node.find("context_window")) out.context_window = node.integer("context_window");
    if (node.find("max_output")) out.max_output = node.integer("max_output");
    out.allow_unpriced = node.boolean("allow_unpriced");
    out.auto_prompt_caching = node.boolean("auto_prompt_caching");
    for (const auto& item : node.find("deployments")->items) {
      DeploymentConfig deployment{item.get("upstream"),
                                  item.get("model"),
                                  item.get("priced_as"),
                                  item.integer("weight"),
                                  {}};
      bool known = std::ranges::any_of(config.upstreams, [&](const auto& upstream) {
        return upstream.name == deployment.upstream;
      });
      if (!known) {
        std::vector<std::string_view> names;
        for (const auto& candidate : config.upstreams) names.push_back(candidate.name);
        auto nearest = nearest_name(deployment.upstream, names);
        return error(
            item.line,
            fmt::format("model '{}': there is no upstream '{}'{}", out.name, deployment.upstream,
                        nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
      }
      if (const auto* own = item.find("prices")) {
        TRY(deployment.prices, prices(*own));
      }
      out.deployments.push_back(std::move(deployment));
    }
    if (out.deployments.empty()) {
      return error(node.line, fmt::format("model '{}' has no deployments", out.name));
    }
    return out;
  }

  static guard::Mode mode_of(std::string_view text) {
    if (text == "detect") return guard::Mode::kDetect;
    if (text == "block") return guard::Mode::kBlock;
    if (text == "off" || text == "false") return guard::Mode::kOff;
    return guard::Mode::kRedact;
  }

  Result<void> guardrails(const Node& node, Config& out) const {
    const auto* section = node.find("guardrails");
    const auto* secrets = section ? section->find("secrets") : nullptr;
    if (!secrets) return {};
    out.settings.inspect = secrets->boolean("enabled");
    out.settings.secrets.fallback = mode_of(secrets->get("mode"));
    const auto* rules = secrets->find("rules");
    if (!rules) return {};
    auto known = guard::RuleSet::builtin_secrets();
    std::vector<std::string_view> ids;
    for (const auto& rule : known->rules()) ids.push_back(rule.id);
    for (const auto& mode : rules->members) {
      const auto& id = mode.name;
      if (std::ranges::find(ids, id) == ids.end()) {
        auto nearest = nearest_name(id, ids);
        return error(mode.line,
                     fmt::format("there is no secret rule '{}'{}", id,
                                 nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
      }
      out.settings.secrets.rules.emplace_back(id, mode_of(mode.text));
    }
    return {};
  }

  void sizes(const Node& root, Config& out) const {
    static const Node kNone{};
    auto section = [&](std::string_view name) {
      const auto* node = root.find(name);
      if (node) return *node;
      Node empty;
      empty.key = &*std::ranges::find(config_spec().children, name, &Key::name);
      return empty;
    };
    auto limits = section("limits");
    out.request_body_bytes = limits.integer("request_body_bytes");
    out.buffered_bytes = limits.integer("buffered_bytes");
    out.connections = limits.integer("connections");
    out.conversation_memory_bytes = limits.integer("conversation_memory_bytes");
    out.settings.output_floor = limits.integer("output_floor_tokens");
    out.drain_seconds = limits.integer("drain_seconds");
    out.upstream_first_byte_seconds = limits.integer("upstream_first_byte_seconds");
    out.upstream_idle_seconds = limits.integer("upstream_idle_seconds");
    auto journal = section("journal");
    out.journal_sync_ms = journal.integer("sync_interval_ms");
    out.journal_segment_bytes = journal.integer("segment_bytes");
    out.trace_retention_days = section("traces").integer("retention_days");
    auto log = section("log");
    out.log_format = log.get("format");
    out.log_level = log.get("level");
  }

  Result<Config> build(const Node& root) const {
    Config out;
    out.listen = root.get("listen");
    if (const auto* tls = root.find("tls")) {
      out.tls = TlsConfig{tls->get("listen"), tls->get("certificate_file"), tls->get("key_file")};
    }
    out.data_directory = root.get("data_directory");
    out.workers = root.integer("workers");
    out.language = root.get("language");
    out.time_zone = root.get("time_zone");
    out.organisation = root.get("organisation");
    for (auto key : {"language", "time_zone", "organisation"}) {
      if (root.find(key)) out.given.emplace_back(key);
    }
    TRY(out.administrator_key, secret(root, "administrator_key"));
    if (!out.administrator_key.empty() && !out.administrator_key.starts_with("sk-")) {
      return error(root.find("administrator_key")->line, "administrator_key must begin with 'sk-'");
    }
    if (const auto* upstreams = root.find("upstreams")) {
      for (const auto& item : upstreams->items) {
        TRY(auto read, upstream(item));
        out.upstreams.push_back(std::move(read));
      }
    }
    if (const auto* models = root.find("models")) {
      for (const auto& item : models->items) {
        TRY(auto read, model(item, out));
        out.models.push_back(std::move(read));
      }
    }
    TRY_VOID(guardrails(root, out));
    auto capture = root.get("capture");
    if (capture == "redacted") out.settings.capture = gateway::Capture::kRedacted;
    if (capture == "full") out.settings.capture = gateway::Capture::kFull;
    out.settings.allow_unpriced = root.boolean("allow_unpriced_models");
    if (const auto* tools = root.find("allow_provider_tools")) {
      for (const auto& tool : tools->items) {
        out.settings.allowed_provider_tools.push_back(tool.text);
      }
    }
    sizes(root, out);
    return out;
  }
};

}  // namespace

std::optional<std::string> process_environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

Result<Config> parse_config(std::string_view yaml, const std::string& name,
                            const Environment& environment) {
  TRY(auto root, read_config(yaml, name));
  return Builder{name, environment}.build(root);
}

Result<Config> load_config(const std::string& path) {
  TRY(auto text, read_file(path));
  return parse_config(text, path, process_environment);
}

}  // namespace sekisho::app
