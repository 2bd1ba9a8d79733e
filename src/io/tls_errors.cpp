#include "io/tls_errors.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace sekisho::io {
namespace {

std::string text_of(BIO* bio) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string time_text(const ASN1_TIME* at) {
  Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  ASN1_TIME_print(bio.get(), at);
  return text_of(bio.get());
}

std::string issuer_of(X509* certificate) {
  Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(bio.get(), X509_get_issuer_name(certificate), 0, XN_FLAG_RFC2253);
  return text_of(bio.get());
}

// The names that a certificate is for: "a.example, *.b.example".
std::string names_of(X509* certificate) {
  std::string names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const auto* name = sk_GENERAL_NAME_value(list, i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    if (!names.empty()) names += ", ";
    names.append(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  GENERAL_NAMES_free(list);
  return names.empty() ? "no DNS name" : names;
}

std::string describe_verification(long code, X509* certificate, const std::string& peer) {
  auto whose = "the certificate of " + peer;
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return whose + " (or of its authority) has expired on " +
             time_text(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return whose + " is not valid before " + time_text(X509_get0_notBefore(certificate)) +
             ": is this machine's clock right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return whose + " is for another name (" + names_of(certificate) + ")";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return whose + " is signed by an authority unknown here (" + issuer_of(certificate) +
             "): name its CA file in the upstream's settings";
    default:
      return whose + " is refused: " + X509_verify_cert_error_string(code);
  }
}

}  // namespace

std::string take_openssl_error() {
  auto code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "connection closed";
}

std::string describe_refused_certificate(x509_store_ctx_st* verification, const std::string& peer) {
  auto* certificate = X509_STORE_CTX_get_current_cert(verification);
  auto code = X509_STORE_CTX_get_error(verification);
  if (certificate) return describe_verification(code, certificate, peer);
  return "the certificate of " + peer + " is refused: " + X509_verify_cert_error_string(code);
}

std::string describe_handshake_failure(const std::string& peer, bool is_client) {
  auto reason = ERR_GET_REASON(ERR_peek_error());
  auto text = take_openssl_error();
  if (is_client && (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)) {
    return peer + " does not speak TLS on that port";
  }
  if (is_client && (reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED ||
                    reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE)) {
    return peer + " wants a (different) client certificate";
  }
  return "TLS handshake with " + peer + " failed: " + text;
}

}  // namespace sekisho::io
