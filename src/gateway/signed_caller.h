#pragma once
// Callers that sign with AWS Signature Version 4, as the AWS SDKs do against Bedrock: the access
// key id names a virtual key, the secret is derived (identity/aws_keys.h). The signature covers the
// raw target, host, date and body; nobody is anybody before it has been checked. Pure; errors are
// refusals with the code kUnauthenticated and the rules key_unknown, signature_incomplete,
// signature_mismatch and session_token.

#include "gateway/exchange.h"

namespace sekisho::gateway {

struct Signer {
  const KeyPolicy* key = nullptr;
  wire::aws::ParsedAuthorization authorization;
  // The client told the hash of its body, and the signature over that is good: whoever this is has
  // the secret, though the body is still to be compared.
  bool proven = false;
};

bool is_signed(const http::Headers& headers);

// What can be known before the body is there.
Outcome<Signer> find_signer(const http::RequestHead& request, const Policy& policy, WallTime now);
// The rest. REQUIRES: `signer` is of this request and policy.
Outcome<void> check_signed_body(const http::RequestHead& request, const Signer& signer,
                                const Policy& policy, std::string_view body, WallTime now);

}  // namespace sekisho::gateway
