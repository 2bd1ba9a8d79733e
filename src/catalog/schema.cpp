#include "catalog/schema.h"

namespace sekisho::catalog {
namespace {

// Rows of what is gone stay (deleted = 1): ledger entries and traces keep resolving their names,
// and a model that comes back gets its old id.
constexpr store::Migration kSteps[] = {{1, R"sql(
CREATE TABLE upstream(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL
) STRICT;

CREATE TABLE model(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  aliases TEXT NOT NULL,
  context_window INTEGER,
  max_output INTEGER,
  allow_unpriced INTEGER NOT NULL,
  from_file INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX model_name ON model(name) WHERE deleted = 0;

CREATE TABLE deployment(
  id INTEGER PRIMARY KEY,
  model INTEGER NOT NULL REFERENCES model(id),
  position INTEGER NOT NULL,
  upstream INTEGER NOT NULL REFERENCES upstream(id),
  upstream_model TEXT NOT NULL,
  priced_as TEXT NOT NULL,
  region TEXT NOT NULL,
  weight INTEGER NOT NULL,
  price_date TEXT,
  fast_percent INTEGER NOT NULL DEFAULT 100,
  us_percent INTEGER NOT NULL DEFAULT 100,
  deleted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX deployment_model ON deployment(model);

CREATE TABLE deployment_price(
  deployment INTEGER NOT NULL REFERENCES deployment(id),
  above INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER,
  cache_write_5m INTEGER,
  cache_write_1h INTEGER,
  reasoning INTEGER,
  PRIMARY KEY (deployment, above)
) STRICT, WITHOUT ROWID;
)sql"},
                                       {2, R"sql(
ALTER TABLE model ADD COLUMN auto_prompt_caching INTEGER NOT NULL DEFAULT 0;
)sql"}};

}  // namespace

store::Schema schema() {
  return {"catalog", kSteps};
}

}  // namespace sekisho::catalog
