#include "ledger/schema.h"

namespace sekisho::ledger {
namespace {

// Request ids sort by time, so entries lie in the order of time without an index. In keys that may
// not be NULL, "none" is 0.
constexpr store::Migration kSteps[] = {{1, R"sql(
CREATE TABLE ledger_entry(
  request BLOB PRIMARY KEY CHECK (length(request) = 16),
  at INTEGER NOT NULL,
  day INTEGER NOT NULL,
  organisation INTEGER, unit INTEGER, user INTEGER, key INTEGER,
  model INTEGER, deployment INTEGER,
  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  settlement INTEGER NOT NULL,
  usage_source INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spend_day(
  day INTEGER NOT NULL,
  organisation INTEGER NOT NULL, unit INTEGER NOT NULL, user INTEGER NOT NULL,
  key INTEGER NOT NULL, model INTEGER NOT NULL, deployment INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  PRIMARY KEY (day, organisation, unit, user, key, model, deployment)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_day(
  kind INTEGER NOT NULL,
  id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  PRIMARY KEY (kind, id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE open_call(
  request BLOB PRIMARY KEY,
  record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal_done(
  worker INTEGER PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE ledger_state(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  window_ms INTEGER NOT NULL
) STRICT;
)sql"}};

}  // namespace

store::Schema schema() {
  return {"ledger", kSteps};
}

}  // namespace sekisho::ledger
