#pragma once
// Upstreams of the configuration file → what workers use: origin, TLS settings, credentials found.

#include <map>
#include <memory>

#include "app/config.h"
#include "catalog/catalog_store.h"
#include "gateway/policy.h"
#include "io/tls.h"

namespace sekisho::app {

struct Url {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  std::string path;       // without a trailing slash
  std::string authority;  // host, and the port where it is not the scheme's own
};
// http:// or https:// only; no user, query or fragment.
Result<Url> parse_url(std::string_view text);

// Owns the TLS settings that origins point to; settings live as long as the process, because
// connections and snapshots that use them may.
class Upstreams {
 public:
  // Errors: kInvalidArgument and kUnauthenticated, naming the upstream.
  Result<gateway::Upstream> build(const UpstreamConfig& config, UpstreamId id,
                                  const Environment& environment);

 private:
  Result<const io::TlsClientOptions*> tls(const std::string& ca_file);
  std::map<std::string, std::unique_ptr<io::TlsClientOptions>> tls_;  // by CA file
};

// Brings the catalogue in line with the file and answers its upstreams with their ids.
Result<std::vector<gateway::Upstream>> sync_catalog(store::Database& db, const Config& config,
                                                    Upstreams& upstreams,
                                                    const Environment& environment);

}  // namespace sekisho::app
