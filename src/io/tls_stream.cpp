#include "io/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "io/resolver.h"
#include "io/tls_errors.h"

namespace sekisho::io {
namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;

}  // namespace

// OpenSSL's view of the lower stream.
struct TlsBioMethod {
  static long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_PUSH || command == BIO_CTRL_POP;
  }
  static const BIO_METHOD* get() {
    static const BIO_METHOD* method = [] {
      auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sekisho stream");
      BIO_meth_set_read(made, TlsStream::bio_read);
      BIO_meth_set_write(made, TlsStream::bio_write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return method;
  }
};

int TlsStream::bio_read(BIO* bio, char* out, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  auto count = self.lower_->try_read({out, static_cast<std::size_t>(size)});
  if (!count) BIO_set_retry_read(bio);
  return count && *count ? static_cast<int>(**count) : -1;
}

int TlsStream::bio_write(BIO* bio, const char* data, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  iovec part{const_cast<char*>(data), static_cast<std::size_t>(size)};
  auto count = self.lower_->try_write({&part, 1});
  if (!count) BIO_set_retry_write(bio);
  return count && *count ? static_cast<int>(**count) : -1;
}

TlsStream::TlsStream(std::unique_ptr<Stream> lower, TlsContext context, bool is_client,
                     std::string peer)
    : Stream(lower->loop()),
      lower_(std::move(lower)),
      context_(std::move(context)),
      ssl_(SSL_new(context_.get()), SSL_free),
      is_client_(is_client),
      peer_(std::move(peer)) {
  if (!ssl_) std::abort();
  layer(*lower_, *this);
  auto* bio = BIO_new(TlsBioMethod::get());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsStream::~TlsStream() {
  // A session is good for resumption although we do not wait for the peer's goodbye.
  SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

std::unique_ptr<TlsStream> TlsStream::client(std::unique_ptr<Stream> lower,
                                             const TlsClientOptions& options,
                                             const Endpoint& peer) {
  const auto& name = options.settings().server_name;
  const auto& host = name.empty() ? peer.host : name;
  std::unique_ptr<TlsStream> made(new TlsStream(std::move(lower), options.context(), true,
                                                host + ":" + std::to_string(peer.port)));
  auto* ssl = made->ssl_.get();
  if (auto literal = literal_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), literal->host().c_str());
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  made->options_ = &options;
  SSL_set_app_data(ssl, made.get());
  if (auto session = options.take_session(made->peer_)) SSL_set_session(ssl, session.get());
  SSL_set_connect_state(ssl);
  return made;
}

std::unique_ptr<TlsStream> TlsStream::server(std::unique_ptr<Stream> lower,
                                             const TlsServerContext& context) {
  auto peer = lower->peer_address();
  std::unique_ptr<TlsStream> made(
      new TlsStream(std::move(lower), context.current(), false, std::move(peer)));
  SSL_set_accept_state(made->ssl_.get());
  return made;
}

void TlsStream::keep_session(TlsClientOptions::Session session) {
  if (options_) options_->keep_session(peer_, std::move(session));
}

void TlsStream::note_refused_certificate(x509_store_ctx_st* verification) {
  refused_certificate_ = describe_refused_certificate(verification, peer_);
}

bool TlsStream::resumed() const {
  return SSL_session_reused(ssl_.get()) == 1;
}

std::string_view TlsStream::alpn() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

Attempt TlsStream::outcome_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return std::nullopt;
    case SSL_ERROR_ZERO_RETURN:
      return Result<std::size_t>(0);
    default:
      return sekisho::fail(Code::kClosed, "TLS: " + take_openssl_error());
  }
}

Attempt TlsStream::handshake() {
  ERR_clear_error();
  int result = SSL_do_handshake(ssl_.get());
  connected_ = result == 1;
  if (connected_) return Result<std::size_t>(0);
  int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return std::nullopt;
  auto code = is_client_ ? Code::kUpstreamUnreachable : Code::kClosed;
  auto reason = describe_handshake_failure(peer_, is_client_);
  Stream::fail({code, refused_certificate_.empty() ? reason : refused_certificate_});
  return sekisho::fail(code, "TLS handshake failed");
}

Attempt TlsStream::flush() {
  if (!connected_) {
    auto step = handshake();
    if (!step || !*step) return step;
  }
  if (sealed_.empty()) return Result<std::size_t>(0);
  ERR_clear_error();
  int result = SSL_write(ssl_.get(), sealed_.data(), static_cast<int>(sealed_.size()));
  if (result <= 0) return outcome_of(result);
  sealed_ = {};  // an idle connection holds no memory for it
  return Result<std::size_t>(0);
}

Attempt TlsStream::try_write(std::span<const iovec> parts) {
  auto flushed = flush();
  if (!flushed || !*flushed) return flushed;
  for (const auto& part : parts) {
    auto room = kRecordBytes - sealed_.size();
    sealed_.append(static_cast<const char*>(part.iov_base), std::min(room, part.iov_len));
    if (sealed_.size() == kRecordBytes) break;
  }
  auto accepted = sealed_.size();
  flushed = flush();
  if (flushed && !*flushed) return flushed;
  return Result<std::size_t>(accepted);
}

Attempt TlsStream::try_read(std::span<char> out) {
  if (out.empty()) return readable_now() ? Attempt(Result<std::size_t>(0)) : std::nullopt;
  if (!connected_) {
    auto step = handshake();
    if (!step || !*step) return step;
  }
  if (read_failure_) return Failure(*read_failure_);
  std::size_t done = 0;
  while (done < out.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    int result = SSL_read_ex(ssl_.get(), out.data() + done, out.size() - done, &count);
    if (result == 1) {
      done += count;
      continue;
    }
    auto outcome = outcome_of(result);
    if (done == 0) return outcome;
    if (outcome && !*outcome) read_failure_ = outcome->error();
    break;
  }
  return Result<std::size_t>(done);
}

bool TlsStream::readable_now() {
  if (!connected_ || read_failure_) return true;
  // What came may be a session ticket only, or half a record. Without any this costs no call.
  char byte = 0;
  std::size_t count = 0;
  ERR_clear_error();
  int result = SSL_peek_ex(ssl_.get(), &byte, 1, &count);
  return result == 1 || outcome_of(result).has_value();
}

void TlsStream::lower_ready() {
  if (lower_->failed()) return;
  auto flushed = flush();
  if (flushed && !*flushed && !connected_) return;  // told by fail()
  wake(Direction::kRead);
  wake(Direction::kWrite);
}

void TlsStream::shutdown() {
  if (failed()) return;
  flush();
  ERR_clear_error();
  if (connected_) SSL_shutdown(ssl_.get());
  lower_->shutdown();
}

void TlsStream::reset() {
  lower_->reset();
  Stream::fail({Code::kClosed, "reset"});
}

void TlsStream::close_transport() {
  lower_->fail({Code::kClosed, "closed"});
}

task<Result<std::unique_ptr<Stream>>> start_tls(std::unique_ptr<TlsStream> stream,
                                                SteadyTime deadline) {
  auto ready = co_await stream->write({}, deadline);
  if (ready) co_return std::move(stream);
  auto error = std::move(ready).error();
  if (error.code == Code::kTimeout) error.detail = "the TLS handshake took too long";
  co_return Failure(std::move(error));
}

}  // namespace sekisho::io
