#pragma once
// Names of everything that reports mention, deleted things too. Built inside a store job.

#include <map>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "store/database.h"
#include "wire/json_writer.h"

namespace sekisho::api {

struct Names {
  std::map<std::int64_t, std::string> units, users, keys, models, deployments;
  static Result<Names> load(store::Database& db, OrganisationId organisation);
};

// name(map, id): empty when there is none.
std::string name_of(const std::map<std::int64_t, std::string>& names, std::int64_t id);
// "unit":{"id":3,"name":"dev"} or null.
void write_named(wire::JsonWriter& w, std::string_view field,
                 const std::map<std::int64_t, std::string>& names, std::int64_t id);

}  // namespace sekisho::api
