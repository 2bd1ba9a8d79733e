#pragma once
// The request that goes up: target, headers and body pieces for one attempt at one deployment.
// Same dialect, and Messages to Claude on Bedrock (InvokeModel): the client's bytes with span edits
// only. Otherwise the translated body. Bedrock's are signed.

#include <memory>

#include "gateway/exchange.h"
#include "wire/translate.h"

namespace sekisho::gateway {

// How a request is spelled for its upstream, and its answer read.
enum class UpstreamForm : std::uint8_t { kSameDialect, kInvokeModel, kTranslated };

// How a call in one dialect reaches a deployment.
struct Route {
  UpstreamForm form = UpstreamForm::kSameDialect;
  wire::Dialect dialect = wire::Dialect::kOpenAiChat;  // that the upstream is spoken to in
};
// Absent: not at all.
std::optional<Route> route_to(wire::Dialect client, const Upstream& upstream,
                              const catalog::ModelGroup& group,
                              const catalog::Deployment& deployment);

// Whether the deployment serves a model of Claude. An ARN of an inference profile does not tell;
// then the group's facts do.
bool is_claude(const catalog::ModelGroup& group, const catalog::Deployment& deployment);

struct UpstreamRequest {
  UpstreamForm form = UpstreamForm::kSameDialect;
  wire::Dialect dialect = wire::Dialect::kOpenAiChat;  // the upstream's
  std::string target;
  http::Headers headers;
  std::vector<iovec> body;  // points into the exchange's body and the members below
  std::optional<wire::SplicedBody> spliced;
  wire::TranslatedRequest translated;
  std::vector<std::string> dropped;  // what the client asked for and does not go up
  bool json_array = false;           // the answer is a stream, though it is no event stream
  bool usage_injected = false;       // we asked for usage in the stream, the client did not
};

// The edits that same-dialect traffic gets: model name, lowered limits, usage in streams,
// redactions. docs/life-of-a-request.md lists them for users.
std::vector<wire::SpanEdit> edits_for(const Exchange& exchange, const Upstream& upstream,
                                      const catalog::Deployment& deployment);

// A refusal is about this deployment: another may serve the call.
Outcome<std::unique_ptr<UpstreamRequest>> build_request(Exchange& exchange,
                                                        const Upstream& upstream,
                                                        const catalog::Deployment& deployment);

// Whether a call in `dialect` can be served by this deployment at `upstream`, as it is, translated,
// or (Messages to Claude on Bedrock) with a few edits.
Outcome<void> check_dialect(wire::Dialect dialect, const Upstream& upstream,
                            const catalog::ModelGroup& group,
                            const catalog::Deployment& deployment);

}  // namespace sekisho::gateway
