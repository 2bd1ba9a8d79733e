#include "app/cli/api_client.h"

#include <fstream>

#include "app/upstreams.h"
#include "http/client.h"
#include "io/epoll_loop.h"
#include "io/epoll_network.h"
#include "io/tls.h"

namespace sekisho::app::cli {
namespace {

using namespace std::chrono_literals;

struct Question {
  const http::Origin& origin;
  const http::ClientRequest& request;
};

io::task<void> ask(http::Client& client, Question question, Result<ApiAnswer>& out,
                   http::Buffer& body) {
  auto response = co_await client.send(question.origin, question.request);
  if (!response) {
    out = Failure(response.error());
    co_return;
  }
  auto read = co_await (*response)->read_all(body, limits::kResponseBodyBytes);
  if (!read) {
    out = Failure(read.error());
    co_return;
  }
  out = ApiAnswer{(*response)->head().status, std::string(body.view())};
}

// Below, the gateway is an upstream like any other.
Error in_our_words(Error error) {
  constexpr std::string_view kThere = "name its CA file in the upstream's settings";
  if (auto at = error.detail.find(kThere); at != std::string::npos) {
    error.detail.replace(at, kThere.size(), "name its CA file with --ca-file");
  }
  constexpr std::string_view kUpstream = "the upstream";
  if (error.detail.starts_with(kUpstream)) {
    error.detail.replace(0, kUpstream.size(), "the gateway");
  }
  return error;
}

}  // namespace

Result<ApiAnswer> ask_api(const Connection& connection, std::string_view method,
                          std::string_view target, std::string_view body) {
  TRY(auto url, parse_url(connection.url));
  std::unique_ptr<io::TlsClientOptions> tls;
  http::Origin origin{{url.host, url.port}, nullptr, url.authority};
  if (url.tls) {
    io::TlsClientSettings settings;
    settings.ca_file = connection.ca_file;
    TRY(tls, io::TlsClientOptions::create(std::move(settings)));
    origin.tls = tls.get();
  }
  SystemClock clock;
  io::Resolver resolver(clock);
  io::EpollLoop loop(clock);
  io::EpollNetwork network(loop, resolver);
  http::BodyBudget budget;
  http::BufferPool buffers(budget);
  http::ClientOptions options;
  options.first_byte_timeout = 60s;
  options.idle_timeout = 60s;
  http::Client client(loop, network, buffers, options);
  http::Headers headers;
  headers.add("authorization", "Bearer " + connection.key);
  headers.add("accept", "application/json");
  headers.add("accept-language", connection.language);
  if (!body.empty()) headers.add("content-type", "application/json");
  std::string full = url.path + std::string(target), copy(body);
  iovec part{copy.data(), copy.size()};
  http::ClientRequest request{method, full, &headers, {&part, copy.empty() ? 0u : 1u}};
  Result<ApiAnswer> answer = fail(Code::kInternal);
  auto buffer = buffers.make();
  loop.run_until_done(ask(client, {origin, request}, answer, buffer));
  if (!answer) return Failure(in_our_words(answer.error()));
  return answer;
}

Result<std::string> read_key_file(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return fail(Code::kInvalidArgument, "the key file " + path + " cannot be read or is empty");
  }
  auto begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos)
    return fail(Code::kInvalidArgument, path + " begins with an empty line");
  return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

}  // namespace sekisho::app::cli
