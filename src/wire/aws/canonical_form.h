#pragma once
// The pieces of SigV4's canonical form that both signer and verifier need: path, query, header
// values, dates. Pure functions. canonical_uri and canonical_query are declared in sigv4.h.

#include <string>
#include <string_view>

namespace sekisho::wire::aws {

// A header value without outer spaces and with inner runs of spaces collapsed.
void append_trimmed(std::string_view value, std::string& out);

}  // namespace sekisho::wire::aws
