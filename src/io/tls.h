#pragma once
// TLS settings of both sides (OpenSSL 3). TLS 1.2 and 1.3; the only protocol offered by ALPN is
// http/1.1. Both objects are immutable from outside, thread-safe, shared by all workers, and
// outlive the connections made with them.

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_session_st;

namespace sekisho::io {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

// A server's certificate and key, both PEM; the certificate file may hold its chain.
class TlsServerContext {
 public:
  // Errors: kInvalidArgument naming the file and what is wrong with it.
  static Result<std::unique_ptr<TlsServerContext>> load(std::string certificate_file,
                                                        std::string key_file);
  // Reads the files again: new connections get the new certificate, or the old one on failure.
  Result<void> reload();
  TlsContext current() const;

 private:
  TlsServerContext(std::string certificate_file, std::string key_file)
      : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}
  std::string certificate_file_, key_file_;
  mutable std::mutex mutex_;
  TlsContext context_;
};

struct TlsClientSettings {
  std::string ca_file;           // PEM; empty: the system's authorities
  std::string certificate_file;  // client certificate, when the server wants one
  std::string key_file;
  std::string server_name;  // for SNI and the name check; empty: the host connected to
};

// How to speak TLS to an upstream: verification is always on. Keeps sessions for resumption.
struct TlsClientOptions {
 public:
  // Errors: kInvalidArgument naming the file and what is wrong with it.
  static Result<std::unique_ptr<TlsClientOptions>> create(TlsClientSettings settings);

  const TlsClientSettings& settings() const { return settings_; }
  const TlsContext& context() const { return context_; }

  using Session = std::shared_ptr<ssl_session_st>;
  // `origin` is "name:port". A session of TLS 1.3 is handed out once.
  Session take_session(const std::string& origin) const;
  void keep_session(const std::string& origin, Session session) const;

 private:
  explicit TlsClientOptions(TlsClientSettings settings) : settings_(std::move(settings)) {}
  TlsClientSettings settings_;
  TlsContext context_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::vector<Session>> sessions_;
};

}  // namespace sekisho::io
