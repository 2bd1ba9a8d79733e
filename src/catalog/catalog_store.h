#pragma once
// The model catalogue in the database: what people manage through the API, and, under the same ids,
// what the configuration file says (read-only here, brought in line at start and on reload). A thin
// view of a store::Database, used inside a job of the StoreThread. A change is all or nothing.
//
// A name or alias belongs to one living group. Errors: kInvalidArgument and kTooLarge name the
// field; kConflict a taken name or a group of the file; kNotFound.

#include <map>
#include <string>
#include <vector>

#include "catalog/model_settings.h"
#include "store/database.h"

namespace sekisho::catalog {

class CatalogStore {
 public:
  explicit CatalogStore(store::Database& database) : db_(database) {}

  // The id of a configured upstream, given once per name.
  Result<UpstreamId> upstream(std::string_view name, std::string_view provider);
  Result<std::vector<UpstreamRow>> upstreams();

  // Makes the groups of the file exactly these. Groups and deployments that stay keep their ids
  // (a deployment is the same when upstream, upstream_model and region are).
  Result<> sync_file(std::vector<GroupSettings> groups);

  Result<ModelId> create(GroupSettings group);
  // Deployments without an id are new, those left out are deleted.
  Result<> update(GroupSettings group);
  Result<> remove(ModelId id);
  Result<GroupSettings> get(ModelId id);
  Result<std::vector<GroupSettings>> groups();  // by name

  // Of all groups that ever were, for reports.
  Result<std::map<std::int64_t, std::string>> names();

  // Everything resolved, for the policy snapshot; groups by name.
  Result<std::vector<ModelGroup>> load_catalog();

 private:
  Result<> check_names_free(const GroupSettings& group);
  Result<> check_upstreams(const GroupSettings& group);
  Result<ModelId> insert(GroupSettings& group);
  Result<> rewrite(GroupSettings& group);
  Result<> write_deployments(const GroupSettings& group);
  Result<> write_prices(DeploymentId id, const DeploymentSettings& deployment);
  Result<> forget(ModelId id);
  Result<std::vector<DeploymentSettings>> deployments(ModelId id);
  Result<std::optional<Prices>> prices(DeploymentId id, store::Statement& row);
  store::Database& db_;
};

}  // namespace sekisho::catalog
