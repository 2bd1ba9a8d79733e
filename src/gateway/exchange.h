#pragma once
// One request and its answer: everything the stages of the path hand on to each other. Created when
// a data-plane request arrives, destroyed after its answer; the destructor books and records
// whatever the path left open, so that no served request goes unbilled or unseen.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "gateway/inspection.h"
#include "gateway/policy.h"
#include "gateway/worker.h"
#include "http/server.h"
#include "wire/raw_answer.h"
#include "wire/refusal.h"

namespace sekisho::gateway {

template <class T>
using Outcome = std::expected<T, wire::Refusal>;
using Refused = std::unexpected<wire::Refusal>;

struct Exchange {
  Exchange(Worker& worker_in, http::ServerExchange& http_in, wire::Operation operation_in);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Worker& worker;
  http::ServerExchange& http;
  wire::Operation operation;
  wire::Dialect dialect;
  wire::Dialect error_dialect;  // of refusals
  RequestId id;
  std::string id_text;
  SteadyTime arrived;
  PolicyPtr policy;  // pinned for the whole exchange
  wire::ClientKind client = wire::ClientKind::kUnknown;
  bool json_array = false;  // Gemini: the stream is asked for as one JSON array

  // identify
  const KeyPolicy* key = nullptr;
  std::string session;
  std::string betas;             // beta headers, as betas_of gives them
  std::uint8_t system_mode = 0;  // what the system prompt told, see signals.h

  // envelope and inspection
  http::Buffer body;
  wire::Envelope envelope;
  Continuation earlier;
  std::vector<BlockFinding> findings;
  bool scanned = false;
  InputVerdict verdict;
  std::vector<std::string> tainted_headers;  // hold a secret: they do not go on

  // admission
  const catalog::ModelGroup* model = nullptr;
  bool asked_fast = false, asked_us = false;  // Anthropic modes with a price of their own
  std::int64_t prompt_bound = 0;
  std::int64_t output_bound = 0;               // per choice
  std::optional<std::int64_t> lowered_output;  // max_tokens in the request is lowered to this
  ledger::Hold hold;

  // routing and relay
  const catalog::Deployment* deployment = nullptr;
  const Upstream* upstream = nullptr;
  bool translated = false;  // the last attempt's request was in another dialect
  http::CancelSource cancel;
  http::ClientResponse* answer = nullptr;  // while one is being read
  bool sent_upstream = false;          // a provider has the whole request: leaving it costs money
  bool answer_streams = false;         // what is generated comes as it is generated
  std::int64_t asked_upstream_us = 0;  // when the last attempt began
  wire::Usage known_usage;             // best so far, for whoever must settle early
  std::size_t known_output_bytes = 0;
  SteadyTime stream_begun{}, output_grew{};  // of a provider's stream: its head, the last output
  SteadyTime last_sent{};                    // into the streamed answer, pings included
  std::optional<bool> served_fast, served_us;
  std::string served_tier;
  bool client_gone = false;

  trace::CallRecord record;
  bool recorded = false;
  bool over_reserve = false;

  bool wants_stream() const { return envelope.stream && !wire::is_token_count(operation); }
  // Counting tokens is free at the providers, but not without limits here.
  bool costs_nothing() const { return wire::is_token_count(operation); }
  std::int64_t elapsed_us() const;
  wire::Language language() const;
};

}  // namespace sekisho::gateway
