#include "app/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "app/config_spec.h"
#include "app/upstreams.h"

namespace sekisho::app {
namespace {

Environment with(std::string name, std::string value) {
  return [=](std::string_view asked) -> std::optional<std::string> {
    if (asked == name) return value;
    return std::nullopt;
  };
}
const Environment kNothing = [](auto) { return std::nullopt; };

std::string error_of(std::string_view yaml) {
  auto config = parse_config(yaml, "sekisho.yaml", kNothing);
  return config ? "accepted" : config.error().detail;
}

constexpr std::string_view kFull = R"(
listen: 0.0.0.0:4000
language: en
upstreams:
  - name: local
    kind: openai
    endpoint: http://127.0.0.1:8000/v1
    api_key: env:LOCAL_KEY
models:
  - name: coder
    aliases: [fast]
    context_window: 131072
    deployments:
      - upstream: local
        model: qwen3-coder
        priced_as: claude-sonnet-4-6
        prices:
          {input: "0.5", output: 2, reasoning: 3, us_percent: 110,
           tiers: [{above: 200000, input: 1, output: 4}]}
guardrails:
  secrets:
    mode: block
    rules: {jwt: detect}
allow_provider_tools: [web_search, mcp_servers]
limits:
  output_floor_tokens: 100
)";

TEST(Config, ReadsEverything) {
  auto config = parse_config(kFull, "sekisho.yaml", with("LOCAL_KEY", "secret"));
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->listen, "0.0.0.0:4000");
  EXPECT_EQ(config->upstreams.at(0).api_key, "secret");
  const auto& model = config->models.at(0);
  EXPECT_EQ(model.aliases, std::vector<std::string>{"fast"});
  EXPECT_EQ(model.context_window, 131072);
  EXPECT_EQ(model.deployments.at(0).prices->base.input.pico_usd, 500'000);
  EXPECT_EQ(model.deployments.at(0).prices->base.output.pico_usd, 2'000'000);
  const auto& prices = *model.deployments.at(0).prices;
  EXPECT_EQ(prices.base.reasoning->pico_usd, 3'000'000);
  EXPECT_EQ(prices.tiers.at(0).above, 200'000);
  EXPECT_EQ(prices.tiers.at(0).rates.output.pico_usd, 4'000'000);
  EXPECT_EQ(prices.us_percent, 110);
  EXPECT_EQ(prices.fast_percent, 100);
  EXPECT_EQ(model.deployments.at(0).priced_as, "claude-sonnet-4-6");
  EXPECT_EQ(config->given, std::vector<std::string>{"language"});
  EXPECT_EQ(config->settings.secrets.fallback, guard::Mode::kBlock);
  EXPECT_EQ(config->settings.output_floor, 100);
  EXPECT_EQ(config->settings.allowed_provider_tools,
            (std::vector<std::string>{"web_search", "mcp_servers"}));
  EXPECT_EQ(config->drain_seconds, 30);  // default
}

TEST(Config, NamesLineKeyAndTheNearestKnownOne) {
  EXPECT_EQ(error_of("listen: 127.0.0.1:1\nlimts: {}\n"),
            "sekisho.yaml:2: unknown key 'limts'; did you mean 'limits'?");
  EXPECT_EQ(error_of("limits:\n  conections: 5\n"),
            "sekisho.yaml:2: unknown key 'limits.conections'; did you mean 'connections'?");
  EXPECT_NE(error_of("zzzzzzzzzzzz: 1\n").find("known keys are listen"), std::string::npos);
}

TEST(Config, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of("language: fr\n"),
            "sekisho.yaml:1: 'language' must be one of ja, en, not 'fr'");
  EXPECT_EQ(error_of("workers: many\n"),
            "sekisho.yaml:1: 'workers' must be an integer, not 'many'");
  EXPECT_EQ(error_of("workers: 1000\n"),
            "sekisho.yaml:1: 'workers' must be between 0 and 256, not 1000");
  EXPECT_NE(error_of("workers: 1\nworkers: 2\n").find("stands twice"), std::string::npos);
  EXPECT_NE(error_of("upstreams: {}\n").find("must be a list"), std::string::npos);
  EXPECT_NE(error_of("a: [\n").find("not YAML"), std::string::npos);
}

TEST(Config, KeysWithNothingButCommentsAreEmpty) {
  EXPECT_EQ(error_of("upstreams:\n  # - name: x\nmodels:\nguardrails:\nlimits:\n"), "accepted");
  EXPECT_EQ(error_of("guardrails:\n  secrets:\n    rules:\n"), "accepted");
  EXPECT_EQ(error_of(""), "accepted");
  EXPECT_EQ(error_of("- a\n"), "sekisho.yaml:1: the file must be an object");
  EXPECT_EQ(error_of("guardrails: 5\n"), "sekisho.yaml:1: 'guardrails' must be an object");
  EXPECT_EQ(error_of("tls:\n"), "sekisho.yaml:1: 'tls.listen' is missing");
}

TEST(Config, SecretsAreReferencesOnly) {
  auto direct = error_of("administrator_key: sk-something-secret\n");
  EXPECT_NE(direct.find("secrets do not stand in this file"), std::string::npos);
  EXPECT_EQ(direct.find("sk-something"), std::string::npos);
  EXPECT_EQ(error_of("administrator_key: env:NOT_SET\n"),
            "sekisho.yaml:1: 'administrator_key': environment variable NOT_SET is not set");
  EXPECT_NE(error_of("administrator_key: file:/nowhere/key\n").find("cannot read"),
            std::string::npos);
}

TEST(Config, DeploymentsNameKnownUpstreams) {
  auto error = error_of(
      "upstreams:\n  - {name: bedrock, kind: bedrock, region: us-east-1}\n"
      "models:\n  - name: m\n    deployments:\n      - {upstream: bedrok, model: x}\n");
  EXPECT_EQ(error,
            "sekisho.yaml:6: model 'm': there is no upstream 'bedrok'; did you mean 'bedrock'?");
  EXPECT_NE(error_of("upstreams:\n  - {name: b, kind: bedrock}\n").find("needs a 'region'"),
            std::string::npos);
}

TEST(Config, ChangesThatNeedARestartAreNamed) {
  auto read = [](std::string_view yaml) { return *parse_config(yaml, "sekisho.yaml", kNothing); };
  auto running = read("{}");
  EXPECT_TRUE(
      keys_that_need_restart(running, read("capture: full\nallow_unpriced_models: true")).empty());
  auto keys = keys_that_need_restart(
      running, read("listen: 127.0.0.1:1\nlimits: {drain_seconds: 1}\nlog: {format: json}\n"
                    "tls: {listen: 'x:1', certificate_file: c, key_file: k}"));
  EXPECT_EQ(keys,
            (std::vector<std::string>{"listen", "tls", "limits.drain_seconds", "log.format"}));
}

TEST(Config, GeneratedDocumentsAreCurrent) {
  auto file = [](const std::string& name) {
    std::ifstream in(std::string(SEKISHO_SOURCE_DIR) + "/docs/" + name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  };
  EXPECT_EQ(file("configuration.schema.json"), config_json_schema())
      << "run: sekisho config schema";
  EXPECT_EQ(file("configuration.md"), config_reference(DocLanguage::kEnglish));
  EXPECT_EQ(file("ja/configuration.md"), config_reference(DocLanguage::kJapanese));
}

TEST(Url, PartsAndRefusals) {
  auto url = parse_url("https://bedrock.example:8443/base/");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "bedrock.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/base");
  EXPECT_EQ(url->authority, "bedrock.example:8443");
  EXPECT_EQ(parse_url("http://[::1]:80")->host, "::1");
  for (auto bad : {"ftp://x", "https://", "https://u@h", "https://h?x=1", "http://h:99999"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace sekisho::app
