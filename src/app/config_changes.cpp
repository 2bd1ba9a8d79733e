#include "app/config.h"

namespace sekisho::app {
namespace {

bool same_tls(const std::optional<TlsConfig>& a, const std::optional<TlsConfig>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->listen == b->listen && a->certificate_file == b->certificate_file &&
         a->key_file == b->key_file;
}

}  // namespace

std::vector<std::string> keys_that_need_restart(const Config& running, const Config& wanted) {
  std::vector<std::string> keys;
  auto check = [&keys](bool same, const char* key) {
    if (!same) keys.emplace_back(key);
  };
  auto compare = [&](auto Config::* member, const char* key) {
    check(running.*member == wanted.*member, key);
  };
  compare(&Config::listen, "listen");
  check(same_tls(running.tls, wanted.tls), "tls");
  compare(&Config::data_directory, "data_directory");
  compare(&Config::workers, "workers");
  compare(&Config::request_body_bytes, "limits.request_body_bytes");
  compare(&Config::buffered_bytes, "limits.buffered_bytes");
  compare(&Config::connections, "limits.connections");
  compare(&Config::conversation_memory_bytes, "limits.conversation_memory_bytes");
  compare(&Config::drain_seconds, "limits.drain_seconds");
  compare(&Config::upstream_first_byte_seconds, "limits.upstream_first_byte_seconds");
  compare(&Config::upstream_idle_seconds, "limits.upstream_idle_seconds");
  compare(&Config::journal_sync_ms, "journal.sync_interval_ms");
  compare(&Config::journal_segment_bytes, "journal.segment_bytes");
  compare(&Config::trace_retention_days, "traces.retention_days");
  compare(&Config::log_format, "log.format");
  compare(&Config::log_level, "log.level");
  return keys;
}

}  // namespace sekisho::app
