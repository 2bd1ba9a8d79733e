#pragma once
// TLS on top of any stream (a socket, or the simulated network). Bytes handed to try_write are
// sealed into one record and owned by the stream from then on, so that a writer may go away at any
// time. The handshake is driven by flush(), that is, by writing nothing.

#include <optional>
#include <string>

#include "io/stream.h"
#include "io/tls.h"

struct ssl_st;
struct bio_st;
struct x509_store_ctx_st;

namespace sekisho::io {

class TlsStream final : public Stream {
 public:
  // `options` must outlive the stream.
  static std::unique_ptr<TlsStream> client(std::unique_ptr<Stream> lower,
                                           const TlsClientOptions& options, const Endpoint& peer);
  static std::unique_ptr<TlsStream> server(std::unique_ptr<Stream> lower,
                                           const TlsServerContext& context);
  ~TlsStream() override;

  Attempt try_read(std::span<char> out) override;
  Attempt try_write(std::span<const iovec> parts) override;
  Attempt flush() override;
  void shutdown() override;
  void reset() override;
  bool readable_now() override;
  std::string peer_address() const override { return lower_->peer_address(); }
  std::string_view alpn() const override;
  bool resumed() const;

  // For OpenSSL's callbacks.
  void keep_session(TlsClientOptions::Session session);
  void note_refused_certificate(x509_store_ctx_st* verification);

 private:
  TlsStream(std::unique_ptr<Stream> lower, TlsContext context, bool is_client, std::string peer);
  void lower_ready() override;
  void close_transport() override;
  Attempt handshake();
  // What a failed call of OpenSSL means: nothing (would block), end, or an error.
  Attempt outcome_of(int result);
  static int bio_read(bio_st* bio, char* out, int size);
  static int bio_write(bio_st* bio, const char* data, int size);
  friend struct TlsBioMethod;

  std::unique_ptr<Stream> lower_;
  TlsContext context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  bool is_client_;
  std::string peer_;  // "host:port", for messages and the session cache
  const TlsClientOptions* options_ = nullptr;
  bool connected_ = false;
  std::string refused_certificate_;    // why
  std::string sealed_;                 // plain bytes of the record that has not left wholly
  std::optional<Error> read_failure_;  // found behind bytes that were handed out
};

// Handshakes. Errors: kUpstreamUnreachable (client) or kClosed (server) with the reason, kTimeout.
task<Result<std::unique_ptr<Stream>>> start_tls(std::unique_ptr<TlsStream> stream,
                                                SteadyTime deadline);

}  // namespace sekisho::io
