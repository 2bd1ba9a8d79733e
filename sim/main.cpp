// sekisho-sim: the simulated providers as a program of their own.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/epoll_network.h"
#include "io/tls.h"
#include "sim/server.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kUsage =
    "usage: sekisho-sim [--host ADDRESS] [--port PORT]... [--json] [--tls CERT KEY]\n"
    "\n"
    "Simulated providers: Amazon Bedrock (/model/...), OpenAI (/v1/chat/completions) and\n"
    "Anthropic (/v1/messages) on each port; also under /bedrock, /openai and /anthropic.\n"
    "  --port PORT      0 takes a free one (default 4010); may be given more than once\n"
    "  --json           print one JSON object with addresses and keys once ready\n"
    "  --tls CERT KEY   one more listener with TLS, on a free port\n"
    "Own paths: GET /_sim/bill /_sim/requests /_sim/models, POST /_sim/scenario /_sim/clock\n"
    "/_sim/reset. Scenarios: sim/scenario.h.\n";

struct Arguments {
  std::string host = "127.0.0.1";
  std::vector<std::uint16_t> ports;
  bool json = false;
  std::string cert, key;
};

std::optional<std::uint16_t> port_of(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  const long value = std::strtol(std::string(text).c_str(), nullptr, 10);
  if (value > 65535) return {};
  return static_cast<std::uint16_t>(value);
}

std::optional<Arguments> parse_arguments(const std::vector<std::string_view>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t left = words.size() - i - 1;
    if (words[i] == "--json") {
      arguments.json = true;
    } else if (words[i] == "--host" && left >= 1) {
      arguments.host = words[++i];
    } else if (words[i] == "--port" && left >= 1) {
      const auto port = port_of(words[++i]);
      if (!port) return std::nullopt;
      arguments.ports.push_back(*port);
    } else if (words[i] == "--tls" && left >= 2) {
      arguments.cert = words[++i];
      arguments.key = words[++i];
    } else {
      return std::nullopt;
    }
  }
  if (arguments.ports.empty()) arguments.ports.push_back(4010);
  return arguments;
}

std::string url_of(std::string_view scheme, const io::Endpoint& at) {
  return std::string(scheme) + "://" + at.host + ":" + std::to_string(at.port);
}

Json plain_keys(const std::vector<Keys::Plain>& keys) {
  Json list = Json::array();
  for (const Keys::Plain& key : keys) list.push(key.key);
  return list;
}

Json keys_json(const Keys& keys) {
  Json aws = Json::array();
  for (const Keys::Aws& key : keys.aws) {
    aws.push(Json::object({{"access_key_id", key.access_key_id},
                           {"secret_access_key", key.secret_access_key},
                           {"account", key.account}}));
  }
  return Json::object({{"aws", std::move(aws)},
                       {"bedrock", plain_keys(keys.bedrock)},
                       {"openai", plain_keys(keys.openai)},
                       {"anthropic", plain_keys(keys.anthropic)},
                       {"gemini", plain_keys(keys.gemini)}});
}

void announce(const Arguments& arguments, const std::vector<std::string>& urls,
              const std::optional<std::string>& tls_url, const Keys& keys) {
  Json list = Json::array();
  for (const std::string& url : urls) list.push(url);
  if (arguments.json) {
    std::cout << Json::object({{"url", urls.front()},
                               {"urls", std::move(list)},
                               {"tls_url", tls_url ? Json(*tls_url) : Json()},
                               {"keys", keys_json(keys)}})
                     .dump()
              << std::endl;
    return;
  }
  for (const std::string& url : urls) std::cout << "simulated providers at " << url << "\n";
  if (tls_url) std::cout << "simulated providers at " << *tls_url << "\n";
  std::cout << "keys: " << keys_json(keys).dump() << std::endl;
}

int fail_with(const Error& error) {
  std::cerr << "sekisho-sim: " << error.detail << "\n";
  return 1;
}

io::EpollLoop* running_loop = nullptr;  // for the signal handler, which has no other way in
void stop_on_signal(int) {
  running_loop->stop();
}

int run(const Arguments& arguments) {
  SystemClock clock;
  SystemRandom random;
  io::EpollLoop loop(clock);
  io::Resolver resolver(clock);
  io::EpollNetwork network(loop, resolver);
  http::BodyBudget budget;
  http::BufferPool buffers(budget);
  std::unique_ptr<io::TlsServerContext> tls;
  if (!arguments.cert.empty()) {
    auto made = io::TlsServerContext::load(arguments.cert, arguments.key);
    if (!made) return fail_with(made.error());
    tls = *std::move(made);
  }
  SimServer server(loop, network, buffers, random, {},
                   {.keep_alive_timeout = std::chrono::minutes(10), .server_name = "sekisho-sim"});
  std::vector<std::string> urls;
  for (std::uint16_t port : arguments.ports) {
    const auto at = server.listen({arguments.host, port});
    if (!at) return fail_with(at.error());
    urls.push_back(url_of("http", *at));
  }
  std::optional<std::string> tls_url;
  if (tls) {
    const auto at = server.listen({arguments.host, 0}, tls.get());
    if (!at) return fail_with(at.error());
    tls_url = url_of("https", *at);
  }
  announce(arguments, urls, tls_url, server.core().keys());
  running_loop = &loop;
  std::signal(SIGINT, stop_on_signal);
  std::signal(SIGTERM, stop_on_signal);
  std::signal(SIGPIPE, SIG_IGN);
  loop.run();
  server.stop();
  return 0;
}

}  // namespace
}  // namespace sekisho::sim

int main(int argc, char** argv) {
  const auto arguments =
      sekisho::sim::parse_arguments(std::vector<std::string_view>(argv + 1, argv + argc));
  if (!arguments) {
    std::cerr << sekisho::sim::kUsage;
    return 2;
  }
  return sekisho::sim::run(*arguments);
}
