#pragma once
// A refusal explains itself: the rule, its scope, the present figure and the limit, when it resets,
// who can change it, the request id; rendered with the status, headers and body that THIS client
// shows its user at once and does not retry. The table per client is data (refusal_status.cpp;
// sources: observations of the real clients). What may be retried (rate limits, overload, a failing
// upstream) says when; what would be refused again never has a status that the client retries.
// Pure functions, any thread. Strings of a Refusal are UTF-8, in English or in the reader's
// language already; refusal_sentence() looks up the Japanese of what is in English (phrases.h).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/dialect.h"

namespace sekisho::wire {

enum class Language : std::uint8_t { kEnglish, kJapanese };

struct Refusal {
  Code code = Code::kInternal;
  std::string rule;    // "budget", "requests_per_minute", "models_allowed", rule id of a guardrail
  std::string scope;   // "key alice-laptop", "unit 開発部", "organisation Example"
  std::string figure;  // "$4.98"
  std::string limit;   // "$5.00"
  std::string resets;  // ISO 8601 with offset; empty = never
  std::string who;     // "the head of unit 開発部"
  std::string detail;  // a sentence of its own where the fields above do not fit; or appended
  std::optional<std::int64_t> retry_after_s;
  std::string param;      // OpenAI's error.param
  std::string allow;      // methods that the path takes, where this one was wrong: 405 with Allow
  bool verbatim = false;  // `detail` is the provider's own wording of the fault: shown alone
};

// Whether the same request may succeed later without anybody changing anything.
bool is_transient(Code code);

// One sentence (two at most) with every field that is set, and the request id. The provider's own
// words on the request (kContextOverflow, kUpstreamRejected, `verbatim`) are given as they are and
// alone: clients compare them.
std::string refusal_sentence(const Refusal& refusal, Language language,
                             std::string_view request_id);

struct RenderedError {
  int status = 400;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
RenderedError render_refusal(const Refusal& refusal, Dialect dialect, ClientKind client,
                             Language language, std::string_view request_id);

// For a request that the protocol refuses, before anybody knows who sent it.
RenderedError render_protocol_error(int status, std::string_view reason, Dialect dialect,
                                    std::string_view request_id);

// A refusal inside a stream whose status is already 200: an event of the dialect (Bedrock: an
// exception of its event stream), to be followed by the end of the connection.
std::string render_stream_error(const Refusal& refusal, Dialect dialect, Language language,
                                std::string_view request_id);

// An upstream's error answer → what the client gets. Account ids and ARNs never pass; texts that
// clients act on (context overflow) survive word for word; pages of proxies do not pass at all.
struct UpstreamError {
  int status = 502;
  std::string type;     // provider's own type, code or exception name: an identifier or empty
  std::string message;  // provider's text, for the operator's log; at most kUpstreamMessageBytes
  bool inside_answer = false;  // told after a status 200: `status` is what its type stands for
  std::optional<std::int64_t> retry_after_ms;  // where the body says it (Google's RetryInfo)
};
UpstreamError read_upstream_error(Dialect upstream, int status, std::string_view error_type_header,
                                  std::string_view body);
// The error object inside an answer whose status was 200; or an error there of this type.
UpstreamError read_error_in_answer(Dialect upstream, std::string_view object);
UpstreamError error_in_answer(std::string type);
Refusal refusal_from_upstream(const UpstreamError& error);
// Replaces account ids, ARNs, hosts inside a network and key-like strings by placeholders.
std::string scrub_upstream_text(std::string_view text);

}  // namespace sekisho::wire
