#pragma once
// What lies between an upstream's bytes and the client's: split into frames or events, read usage,
// inspect, encode. Two kinds behind one face, so that the relay loop exists once: same dialect
// (frames stay the provider's bytes, also where Bedrock packs them) and translated. Sans-IO.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/exchange.h"
#include "gateway/upstream_request.h"

namespace sekisho::gateway {

// The provider put an error of its own in the place of an answer, or of its rest.
struct ToldError {
  wire::UpstreamError error;  // its words, for the operator
  wire::Refusal refusal;      // what the client gets
};

class AnswerPath {
 public:
  virtual ~AnswerPath() = default;
  // Appends what may go to the client. An error is a broken upstream; a rule is one that blocks.
  virtual Result<const guard::RuleInfo*> feed(std::string_view bytes, std::string& out) = 0;
  virtual Result<const guard::RuleInfo*> finish(std::string& out) = 0;
  virtual const wire::Usage& usage() const = 0;
  virtual bool complete() const = 0;  // the dialect's own end was seen
  virtual std::size_t output_bytes() const = 0;
  virtual std::string_view stop_reason() const = 0;
  // What the answer says that it is billed as; absent or empty when it does not say.
  virtual std::optional<bool> served_fast() const { return {}; }
  virtual std::optional<bool> served_us() const { return {}; }
  virtual std::string_view served_tier() const = 0;
  // Why feed or finish failed, if it was the provider that said so.
  virtual const std::optional<ToldError>& told() const = 0;
  virtual std::int64_t scanned() const = 0;
  virtual const std::vector<trace::VerdictRecord>& records() const = 0;
};

std::unique_ptr<AnswerPath> make_answer_path(const Exchange& exchange,
                                             const UpstreamRequest& request, bool stream);

}  // namespace sekisho::gateway
