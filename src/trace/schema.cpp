#include "trace/schema.h"

namespace sekisho::trace {
namespace {

// `call.id` is made from the request id (row_id.h), so that rows lie in the order of time and a
// request is found by its id without an index. An index on the key would double the cost of a
// record; instead `session` and `key_seen` say between which rows the calls of one lie.
constexpr store::Migration kSteps[] = {{1, R"sql(
CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE session(
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  first_call INTEGER NOT NULL,
  last_call INTEGER NOT NULL
) STRICT;

CREATE TABLE call(
  id INTEGER PRIMARY KEY,
  request BLOB NOT NULL,
  at INTEGER NOT NULL,
  organisation INTEGER, unit INTEGER, user INTEGER, key INTEGER, model INTEGER, deployment INTEGER,
  client INTEGER, session INTEGER, dialect INTEGER, upstream_dialect INTEGER, operation INTEGER,
  settlement INTEGER, outcome INTEGER, stop_reason INTEGER, rules_version INTEGER,
  status INTEGER NOT NULL, streamed INTEGER NOT NULL, attempts INTEGER NOT NULL,
  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  usage_source INTEGER NOT NULL, cost INTEGER NOT NULL,
  first_byte_us INTEGER NOT NULL, last_byte_us INTEGER NOT NULL, own_us INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
  scanned_request_bytes INTEGER NOT NULL, scanned_response_bytes INTEGER NOT NULL,
  detail BLOB
) STRICT;

CREATE TABLE key_seen(
  key INTEGER PRIMARY KEY,
  first_call INTEGER NOT NULL,
  last_call INTEGER NOT NULL
) STRICT;

CREATE TABLE content(
  call INTEGER PRIMARY KEY,
  request TEXT NOT NULL,
  response TEXT NOT NULL
) STRICT;
)sql"}};

}  // namespace

store::Schema schema() {
  return {"trace", kSteps};
}

}  // namespace sekisho::trace
