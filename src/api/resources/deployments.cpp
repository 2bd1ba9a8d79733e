#include <fmt/format.h>

#include <algorithm>

#include "api/resources/limit_fields.h"
#include "api/resources/models.h"
#include "api/resources/price_fields.h"
#include "api/resources/scene.h"
#include "base/nearest.h"
#include "catalog/catalog_store.h"

namespace sekisho::api {
namespace {

using catalog::CatalogStore;
using catalog::DeploymentSettings;
using catalog::GroupSettings;

Result<UpstreamId> find_upstream(const std::vector<catalog::UpstreamRow>& upstreams,
                                 const std::string& name) {
  std::vector<std::string> names;
  for (const auto& upstream : upstreams) {
    if (upstream.name == name) return upstream.id;
    names.push_back(upstream.name);
  }
  auto near = nearest(name, names);
  return fail(Code::kNotFound,
              fmt::format("upstream: '{}' is not configured{}", name,
                          near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

// The deployment's place in its group.
struct Found {
  GroupSettings group;
  std::size_t index = 0;
};
Result<Found> find_deployment(CatalogStore& catalog, DeploymentId id) {
  TRY(auto groups, catalog.groups());
  for (auto& group : groups) {
    auto at = std::ranges::find(group.deployments, id, &DeploymentSettings::id);
    if (at == group.deployments.end()) continue;
    auto index = static_cast<std::size_t>(at - group.deployments.begin());
    return Found{std::move(group), index};
  }
  return fail(Code::kNotFound, "there is no such deployment");
}

void write_with_model(wire::JsonWriter& w, const GroupSettings& group, std::size_t index,
                      const std::vector<catalog::UpstreamRow>& upstreams) {
  auto resolved = catalog::resolve(group, upstreams);
  w.begin_object().field("model", group.name).field("from_file", group.from_file);
  w.key("deployment");
  write_deployment(w, group.deployments[index], resolved.deployments[index]);
  w.end_object();
}

Result<Response> deployment_response(CatalogStore& catalog, const GroupSettings& group,
                                     std::size_t index, int status = 200) {
  TRY(auto upstreams, catalog.upstreams());
  std::string out;
  wire::JsonWriter w(out);
  write_with_model(w, group, index, upstreams);
  return json(std::move(out), status);
}

io::task<Result<Response>> list_deployments(Control& control, Request& request) {
  auto job = [](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto upstreams, catalog.upstreams());
    TRY(auto groups, catalog.groups());
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("deployments").begin_array();
    for (const auto& group : groups) {
      for (std::size_t i = 0; i < group.deployments.size(); ++i) {
        write_with_model(w, group, i, upstreams);
      }
    }
    w.end_array().end_object();
    return json(std::move(out));
  };
  co_return co_await control.store.read(request.loop(), job);
}

io::task<Result<Response>> get_deployment(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto found, find_deployment(catalog, DeploymentId{id}));
    return deployment_response(catalog, found.group, found.index);
  };
  co_return co_await control.store.read(request.loop(), job);
}

io::task<Result<Response>> add_deployment(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id, body = request.body](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto group, catalog.get(ModelId{id}));
    TRY(auto upstreams, catalog.upstreams());
    DeploymentSettings deployment;
    TRY_VOID(apply_deployment(body, upstreams, deployment));
    group.deployments.push_back(std::move(deployment));
    TRY_VOID(catalog.update(group));
    TRY(auto now, catalog.get(group.id));
    return deployment_response(catalog, now, now.deployments.size() - 1, 201);
  };
  co_return co_await change(control, request.loop(), job);
}

io::task<Result<Response>> update_deployment(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id, body = request.body](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto found, find_deployment(catalog, DeploymentId{id}));
    TRY(auto upstreams, catalog.upstreams());
    TRY_VOID(apply_deployment(body, upstreams, found.group.deployments[found.index]));
    TRY_VOID(catalog.update(found.group));
    return deployment_response(catalog, found.group, found.index);
  };
  co_return co_await change(control, request.loop(), job);
}

io::task<Result<Response>> delete_deployment(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto found, find_deployment(catalog, DeploymentId{id}));
    TRY(auto gone, deployment_response(catalog, found.group, found.index));
    found.group.deployments.erase(found.group.deployments.begin() +
                                  static_cast<std::ptrdiff_t>(found.index));
    TRY_VOID(catalog.update(found.group));
    return gone;
  };
  co_return co_await change(control, request.loop(), job);
}

io::task<Result<Response>> list_upstreams(Control& control, Request& request) {
  auto job = [](store::Database& db) -> Result<Response> {
    TRY(auto upstreams, CatalogStore(db).upstreams());
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("upstreams").begin_array();
    for (const auto& upstream : upstreams) {
      w.begin_object().field("id", upstream.id.value).field("name", upstream.name);
      w.field("provider", upstream.provider).end_object();
    }
    w.end_array().end_object();
    return json(std::move(out));
  };
  co_return co_await control.store.read(request.loop(), job);
}

}  // namespace

std::vector<FieldSpec> deployment_fields(bool creating) {
  return {
      {"upstream", FieldType::kString, "Name of a configured upstream", creating},
      {"upstream_model", FieldType::kString, "Model id, profile id or ARN there", creating},
      {"priced_as", FieldType::kString, "Known model id that describes an opaque one"},
      {"region"},
      {"weight", FieldType::kInteger, "Share among the deployments; default 1"},
      {"prices",
       FieldType::kObject,
       "Your own prices; null = the starter table's",
       false,
       {},
       0,
       price_fields()},
  };
}

Result<> apply_deployment(const Fields& fields, const std::vector<catalog::UpstreamRow>& upstreams,
                          DeploymentSettings& deployment) {
  if (fields.has("upstream")) {
    TRY(deployment.upstream, find_upstream(upstreams, fields.text("upstream")));
  }
  if (fields.has("upstream_model")) deployment.upstream_model = fields.text("upstream_model");
  if (fields.has("priced_as")) deployment.priced_as = fields.text("priced_as");
  if (fields.has("region")) deployment.region = fields.text("region");
  if (fields.has("weight")) deployment.weight = fields.integer("weight").value_or(1);
  if (!fields.has("prices")) return {};
  deployment.prices.reset();
  if (const auto* prices = fields.object("prices")) {
    TRY(deployment.prices, read_prices(*prices));
  }
  return {};
}

void write_deployment(wire::JsonWriter& w, const DeploymentSettings& settings,
                      const catalog::Deployment& resolved) {
  w.begin_object().field("id", settings.id.value).field("upstream", resolved.upstream_name);
  w.field("upstream_model", settings.upstream_model).field("priced_as", settings.priced_as);
  w.field("region", settings.region).field("weight", settings.weight);
  w.field("own_prices", settings.prices.has_value()).key("prices");
  if (resolved.prices) {
    write_prices(w, *resolved.prices);
  } else {
    w.null();
  }
  w.end_object();
}

std::vector<Route> deployment_routes() {
  using P = Permission;
  constexpr std::string_view kTag = "models";
  return {
      {"GET", "/api/v1/deployments", P::kAudit, kTag, "List all deployments", list_deployments},
      {"GET", "/api/v1/deployments/{id}", P::kAudit, kTag, "One deployment", get_deployment},
      {"POST",
       "/api/v1/models/{id}/deployments",
       P::kAdminister,
       kTag,
       "Add a deployment to a model",
       add_deployment,
       {},
       deployment_fields(true)},
      {"PATCH",
       "/api/v1/deployments/{id}",
       P::kAdminister,
       kTag,
       "Change a deployment",
       update_deployment,
       {},
       deployment_fields(false)},
      {"DELETE", "/api/v1/deployments/{id}", P::kAdminister, kTag,
       "Delete a deployment; the last one of a model stays", delete_deployment},
      {"GET", "/api/v1/upstreams", P::kAudit, kTag, "List configured upstreams", list_upstreams},
  };
}

}  // namespace sekisho::api
