#pragma once
// What went wrong in TLS, in the words of the operator who must repair it.

#include <string>

#include "base/error.h"

struct x509_store_ctx_st;

namespace sekisho::io {

// The oldest error of OpenSSL's queue as text; clears the queue.
std::string take_openssl_error();
// Why a certificate was refused; for use inside OpenSSL's verification callback. `peer` names the
// other side: "api.example.com:443".
std::string describe_refused_certificate(x509_store_ctx_st* verification, const std::string& peer);
// Why the handshake failed, certificates apart.
std::string describe_handshake_failure(const std::string& peer, bool is_client);

}  // namespace sekisho::io
