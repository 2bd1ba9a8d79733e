#pragma once
// Anthropic's Messages as Bedrock's InvokeModel and Vertex's rawPredict pack them: model and stream
// stand in the path, version and betas in the body; InvokeModel's stream is an event stream of
// "chunk" messages, each with one event's JSON in base64. The other direction (our own calls to
// Bedrock) is invoke_request.h and invoke_answer.h. Pure, or one stream's own.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/sse.h"
#include "wire/envelope.h"
#include "wire/usage.h"

namespace sekisho::wire::bedrock {

// The edits that make Anthropic's own body of a packed one (`count`: to be counted, without a
// maximum); its betas are Envelope::betas.
// REQUIRES: `envelope` is of `body`, in Anthropic's dialect, with the model in the path.
std::vector<SpanEdit> unpack_edits(const Envelope& envelope, std::string_view body,
                                   std::string_view model, bool stream, bool count = false);

// Server-sent events of Anthropic's dialect → messages of an event stream. Pings have no place
// there. The last event gets the metrics that Bedrock adds, where it has none.
class MessagePacker {
 public:
  // Appends what `events` complete. `usage` so far. Errors: kTooLarge, an event over its limit.
  Result<void> feed(std::string_view events, const Usage& usage, std::string& out);

 private:
  http::SseSplitter splitter_;
};

}  // namespace sekisho::wire::bedrock
