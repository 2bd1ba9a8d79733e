#pragma once
// Who calls: the credential headers that clients of every dialect use, each looked up by SHA-256 in
// the policy snapshot until one is known. Keys in the query string are refused: they end up in
// logs.

#include "gateway/exchange.h"

namespace sekisho::gateway {

// For the data plane: refuses a query string with a key, a token or a parameter named like one.
Outcome<void> check_query(std::string_view query);
// For the management API, which has parameters of such names: refuses one with a virtual key.
Outcome<void> check_query_for_key(std::string_view query);

// The first credential that the policy knows, though its key may be blocked or expired; else an
// error that says what was missing.
Outcome<const KeyPolicy*> find_caller(const http::Headers& headers, const Policy& policy);
// Blocked and expired keys are refused.
Outcome<void> check_key(const KeyPolicy& key, WallTime now);
// Both.
Outcome<const KeyPolicy*> identify(const http::Headers& headers, const Policy& policy,
                                   WallTime now);

// The client's own session or task id from headers, by precedence; empty if none.
std::string_view session_from_headers(const http::Headers& headers);
// The same from headers and the body's fields; a body's task id is more than an agent's session.
std::string session_of(const http::Headers& headers, const wire::Envelope& envelope);
// For clients that name no session: the same for every turn of a conversation (it begins with the
// same user text), different between keys. Survives growth; a compaction begins a new one.
std::string conversation_name(const KeyPolicy& key, const wire::Envelope& envelope,
                              std::string_view body);

}  // namespace sekisho::gateway
