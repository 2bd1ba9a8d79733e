#pragma once
// What lies between an upstream's bytes and the client's: split into frames or events, read usage,
// inspect, encode. Two kinds behind one face, so that the relay loop exists once: same dialect
// (frames stay the provider's bytes) and translated. Sans-IO.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/exchange.h"
#include "gateway/upstream_request.h"

namespace sekisho::gateway {

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
  virtual std::string_view ping() const = 0;
  virtual std::int64_t scanned() const = 0;
  virtual const std::vector<trace::VerdictRecord>& records() const = 0;
};

std::unique_ptr<AnswerPath> make_answer_path(const Exchange& exchange,
                                             const UpstreamRequest& request, bool stream);

}  // namespace sekisho::gateway
