#pragma once
// The streamed answer of InvokeModelWithResponseStream for Claude, read as the stream of
// Anthropic's Messages that is packed in it: each "chunk" of the event stream holds one event's
// JSON in base64. It comes out as server-sent events with these JSON bytes, through the reader of
// that dialect, so texts, usage and endings are read as there. An exception, before or inside the
// answer, comes out as an error event with the exception's name and words. Sans-IO,
// split-invariant; what wire/raw_answer.h says of faults holds here.

#include <memory>

#include "wire/raw_answer.h"

namespace sekisho::wire::bedrock {

std::unique_ptr<RawAnswer> make_invoke_stream();

}  // namespace sekisho::wire::bedrock
