#include "identity/schema.h"

namespace sekisho::identity {
namespace {

// Deleted rows stay: ledger entries and reports keep resolving their names.
constexpr store::Migration kSteps[] = {{1, R"sql(
CREATE TABLE organisation(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  time_zone TEXT NOT NULL,
  language TEXT NOT NULL,
  models TEXT NOT NULL,
  budget INTEGER, budget_window TEXT NOT NULL, requests_per_minute INTEGER,
  tokens_per_minute INTEGER, parallel INTEGER
) STRICT;

CREATE TABLE unit(
  id INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL REFERENCES organisation(id),
  parent INTEGER REFERENCES unit(id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  models TEXT NOT NULL,
  deleted INTEGER,
  budget INTEGER, budget_window TEXT NOT NULL, requests_per_minute INTEGER,
  tokens_per_minute INTEGER, parallel INTEGER
) STRICT;
CREATE UNIQUE INDEX unit_name ON unit(organisation, ifnull(parent, 0), name) WHERE deleted IS NULL;

CREATE TABLE user(
  id INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL REFERENCES organisation(id),
  unit INTEGER REFERENCES unit(id),
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  models TEXT NOT NULL,
  blocked INTEGER NOT NULL,
  deleted INTEGER,
  budget INTEGER, budget_window TEXT NOT NULL, requests_per_minute INTEGER,
  tokens_per_minute INTEGER, parallel INTEGER
) STRICT;
CREATE UNIQUE INDEX user_name ON user(organisation, name) WHERE deleted IS NULL;
CREATE UNIQUE INDEX user_email ON user(organisation, email) WHERE deleted IS NULL AND email <> '';

CREATE TABLE virtual_key(
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  display TEXT NOT NULL,
  alias TEXT NOT NULL,
  organisation INTEGER NOT NULL REFERENCES organisation(id),
  user INTEGER REFERENCES user(id),
  unit INTEGER REFERENCES unit(id),
  models TEXT NOT NULL,
  tags TEXT NOT NULL,
  expires INTEGER,
  blocked INTEGER NOT NULL,
  administrator INTEGER NOT NULL,
  created INTEGER NOT NULL,
  metadata TEXT NOT NULL,
  deleted INTEGER,
  budget INTEGER, budget_window TEXT NOT NULL, requests_per_minute INTEGER,
  tokens_per_minute INTEGER, parallel INTEGER
) STRICT;
CREATE UNIQUE INDEX virtual_key_alias ON virtual_key(organisation, alias)
  WHERE deleted IS NULL AND alias <> '';
CREATE INDEX virtual_key_user ON virtual_key(user);
CREATE INDEX virtual_key_unit ON virtual_key(unit);
CREATE INDEX user_unit ON user(unit);
)sql"}};

}  // namespace

store::Schema schema() {
  return {"identity", kSteps};
}

}  // namespace sekisho::identity
