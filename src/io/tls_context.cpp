#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstring>

#include "io/tls.h"
#include "io/tls_errors.h"
#include "io/tls_stream.h"

namespace sekisho::io {
namespace {

constexpr unsigned char kAlpn[] = "\x08http/1.1";
constexpr unsigned kAlpnLength = sizeof kAlpn - 1;
constexpr std::size_t kSessionsPerOrigin = 8;

TlsContext new_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) std::abort();  // no memory at start
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_read_ahead(context.get(), 1);  // a record in one system call, not two
  return context;
}

Failure bad_file(const std::string& file, const std::string& what) {
  return fail(Code::kInvalidArgument, file + ": " + what + " (" + take_openssl_error() + ")");
}

Result<void> load_pair(SSL_CTX* context, const std::string& certificate, const std::string& key) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return bad_file(certificate, "no readable PEM certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    bool mismatch = ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH;
    return bad_file(key, mismatch ? "this key does not belong to " + certificate
                                  : "no readable PEM private key");
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return bad_file(key, "this key does not belong to " + certificate);
  }
  return {};
}

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_length,
                const unsigned char* offered, unsigned offered_length, void*) {
  unsigned char* chosen = nullptr;
  int found =
      SSL_select_next_proto(&chosen, out_length, kAlpn, kAlpnLength, offered, offered_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// Called by OpenSSL with a reference that becomes ours.
int keep_new_session(SSL* ssl, SSL_SESSION* session) {
  if (auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl))) {
    stream->keep_session(TlsClientOptions::Session(session, SSL_SESSION_free));
    return 1;
  }
  return 0;
}

int note_verification(int ok, X509_STORE_CTX* verification) {
  auto* ssl = static_cast<SSL*>(
      X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl));
  if (ok == 0 && stream) stream->note_refused_certificate(verification);
  return ok;
}

}  // namespace

Result<std::unique_ptr<TlsServerContext>> TlsServerContext::load(std::string certificate_file,
                                                                 std::string key_file) {
  std::unique_ptr<TlsServerContext> made(
      new TlsServerContext(std::move(certificate_file), std::move(key_file)));
  TRY_VOID(made->reload());
  return made;
}

Result<void> TlsServerContext::reload() {
  auto context = new_context(TLS_server_method());
  SSL_CTX_set_alpn_select_cb(context.get(), select_alpn, nullptr);
  SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>("sekisho"),
                                 7);
  TRY_VOID(load_pair(context.get(), certificate_file_, key_file_));
  std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

TlsContext TlsServerContext::current() const {
  std::lock_guard lock(mutex_);
  return context_;
}

Result<std::unique_ptr<TlsClientOptions>> TlsClientOptions::create(TlsClientSettings settings) {
  std::unique_ptr<TlsClientOptions> made(new TlsClientOptions(std::move(settings)));
  const auto& chosen = made->settings_;
  made->context_ = new_context(TLS_client_method());
  auto* context = made->context_.get();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_verification);
  SSL_CTX_set_alpn_protos(context, kAlpn, kAlpnLength);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, keep_new_session);
  ERR_clear_error();
  if (chosen.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_file(context, chosen.ca_file.c_str()) != 1) {
    return bad_file(chosen.ca_file, "no readable PEM certificates of authorities");
  }
  if (!chosen.certificate_file.empty()) {
    TRY_VOID(load_pair(context, chosen.certificate_file, chosen.key_file));
  }
  return made;
}

TlsClientOptions::Session TlsClientOptions::take_session(const std::string& origin) const {
  std::lock_guard lock(mutex_);
  auto found = sessions_.find(origin);
  if (found == sessions_.end() || found->second.empty()) return nullptr;
  auto session = found->second.back();
  if (SSL_SESSION_get_protocol_version(session.get()) >= TLS1_3_VERSION) found->second.pop_back();
  return session;
}

void TlsClientOptions::keep_session(const std::string& origin, Session session) const {
  std::lock_guard lock(mutex_);
  auto& kept = sessions_[origin];
  if (kept.size() >= kSessionsPerOrigin) kept.erase(kept.begin());
  kept.push_back(std::move(session));
}

}  // namespace sekisho::io
