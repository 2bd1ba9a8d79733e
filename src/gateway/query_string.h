#pragma once
// The query string of a data-plane request. Query strings end up in logs, so that a credential in
// one is refused, whatever its spelling; and of the rest only what providers know goes on. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::gateway {

// What of `query` holds a credential, in words for the sentence that refuses it ("the parameter
// 'token'"); nullopt if nothing does. Names and values are read percent-decoded.
std::optional<std::string> credential_parameter(std::string_view query);

// Does `query`, percent-decoded, hold a virtual key ("sk-…")?
bool holds_virtual_key(std::string_view query);

// The parameters that a provider may see, as they were written ("beta=true"); empty if none.
// Gemini's `alt=sse`: a stream of events, else it is one JSON array.
bool asks_for_events(std::string_view query);

std::string query_for_upstream(std::string_view query);

}  // namespace sekisho::gateway
