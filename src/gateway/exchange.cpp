#include "gateway/exchange.h"

#include "gateway/call_bounds.h"
#include "gateway/query_string.h"
#include "gateway/settlement.h"

namespace sekisho::gateway {
namespace {

// Paths that clients of several dialects ask for are answered in the client's.
wire::Dialect dialect_of(const http::RequestHead& request, wire::Operation operation) {
  using enum wire::Operation;
  if (operation == kWrongMethod) {
    operation = wire::match_data_path("POST", request.path()).value_or(kWrongMethod);
  }
  bool shared = operation == kListModels || operation == kGetModel || operation == kModelInfo ||
                operation == kModelGroupInfo || operation == kWrongMethod;
  if (shared && request.headers.find("anthropic-version")) {
    return wire::Dialect::kAnthropicMessages;
  }
  if (shared && request.headers.find("x-goog-api-key")) return wire::Dialect::kGemini;
  return wire::dialect_of(operation);
}

// A header that a configuration adds stands beside that of the SDK below it.
wire::ClientKind client_of(const http::Headers& headers) {
  const bool session = headers.find("x-claude-code-session-id").has_value();
  auto client = wire::detect_client("", session);
  for (const auto& field : headers.fields()) {
    if (!http::equals_ignoring_case(field.name, "user-agent")) continue;
    client = wire::detect_client(field.value, session);
    if (client != wire::ClientKind::kUnknown) break;
  }
  return client;
}

}  // namespace

Exchange::Exchange(Worker& worker_in, http::ServerExchange& http_in, wire::Operation operation_in)
    : worker(worker_in),
      http(http_in),
      operation(operation_in),
      dialect(dialect_of(http_in.request(), operation_in)),
      error_dialect(wire::error_dialect_of(operation_in) == wire::dialect_of(operation_in)
                        ? dialect
                        : wire::error_dialect_of(operation_in)),
      arrived(worker_in.loop.clock().steady()),
      policy(worker_in.policy.current()),
      body(worker_in.buffers.make()) {
  auto wall = worker.loop.clock().wall();
  id = RequestId::make(unix_ms(wall), worker.random.next(), worker.random.next());
  id_text = id.text();
  const auto& headers = http.request().headers;
  client = client_of(headers);
  betas = betas_of(headers);
  json_array = operation == wire::Operation::kStreamGenerateContent &&
               !asks_for_events(http.request().query());
  record.request = id;
  record.at = wall;
  record.client = wire::client_name(client);
  record.dialect = wire::dialect_name(dialect);
  record.outcome = "internal";
}

Exchange::~Exchange() {
  settle_cut(*this);
  record_call(*this);
}

std::int64_t Exchange::elapsed_us() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(worker.loop.clock().steady() -
                                                               arrived)
      .count();
}

wire::Language Exchange::language() const {
  if (key) return key->language;
  auto accepted = http.request().headers.get("accept-language");
  return accepted.starts_with("ja") ? wire::Language::kJapanese : wire::Language::kEnglish;
}

}  // namespace sekisho::gateway
