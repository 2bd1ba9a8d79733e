#include "api/resources/models.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/resources/limit_fields.h"
#include "api/resources/scene.h"
#include "catalog/catalog_store.h"

namespace sekisho::api {
namespace {

using catalog::CatalogStore;
using catalog::GroupSettings;
using catalog::ModelGroup;

std::vector<FieldSpec> model_fields(bool creating) {
  auto deployment = deployment_fields(true);
  deployment.push_back({"id", FieldType::kInteger, "Of a deployment that stays", false, {}, 1});
  return {
      {"name", FieldType::kString, "What clients ask for", creating},
      {"aliases", FieldType::kStringList, "Other names"},
      {"context_window", FieldType::kInteger, "Tokens; null = as known", false, {}, 1},
      {"max_output", FieldType::kInteger, "Tokens; null = as known", false, {}, 1},
      {"allow_unpriced", FieldType::kBoolean, "Serve it although no price is known"},
      {"auto_prompt_caching", FieldType::kBoolean, "Set cache points for clients that set none"},
      {"deployments",
       FieldType::kObjectList,
       "In order of preference; replaces all",
       creating,
       {},
       0,
       deployment},
  };
}

Result<> apply_fields(const Fields& body, const std::vector<catalog::UpstreamRow>& upstreams,
                      GroupSettings& group) {
  if (body.has("name")) group.name = body.text("name");
  if (body.has("aliases")) group.aliases = body.list("aliases");
  if (body.has("context_window")) group.context_window = body.integer("context_window");
  if (body.has("max_output")) group.max_output = body.integer("max_output");
  if (body.has("allow_unpriced")) group.allow_unpriced = body.boolean("allow_unpriced");
  if (body.has("auto_prompt_caching")) {
    group.auto_prompt_caching = body.boolean("auto_prompt_caching");
  }
  if (!body.has("deployments")) return {};
  std::vector<catalog::DeploymentSettings> deployments;
  for (const auto& fields : body.objects("deployments")) {
    catalog::DeploymentSettings deployment;
    deployment.id = DeploymentId{fields.integer("id").value_or(0)};
    TRY_VOID(apply_deployment(fields, upstreams, deployment));
    deployments.push_back(std::move(deployment));
  }
  group.deployments = std::move(deployments);
  return {};
}

bool priced(const ModelGroup& group) {
  return std::ranges::all_of(group.deployments, [](const auto& d) { return bool(d.prices); });
}

// `full` shows where it is bought; accounts and ARNs are not everybody's business.
void write_model(wire::JsonWriter& w, const GroupSettings& settings, const ModelGroup& resolved,
                 bool full) {
  w.begin_object().field("id", settings.id.value).field("name", settings.name);
  write_strings(w, "aliases", settings.aliases);
  w.field("context_window", resolved.facts.context_window);
  w.field("max_output", resolved.facts.max_output);
  w.field("priced", priced(resolved)).field("allow_unpriced", settings.allow_unpriced);
  w.field("auto_prompt_caching", settings.auto_prompt_caching);
  w.field("from_file", settings.from_file);
  if (full) {
    w.key("deployments").begin_array();
    for (std::size_t i = 0; i < settings.deployments.size(); ++i) {
      write_deployment(w, settings.deployments[i], resolved.deployments[i]);
    }
    w.end_array();
  }
  w.end_object();
}

Result<Response> model_response(CatalogStore& catalog, ModelId id, int status = 200) {
  TRY(auto group, catalog.get(id));
  TRY(auto upstreams, catalog.upstreams());
  std::string out;
  wire::JsonWriter w(out);
  write_model(w, group, catalog::resolve(group, upstreams), true);
  return json(std::move(out), status);
}

// The models that a caller may see; all of them when `full`.
struct Sight {
  bool full = false;
  std::vector<std::string> names;
  bool sees(const GroupSettings& group) const {
    return full || std::ranges::find(names, group.name) != names.end();
  }
};
Sight sight_of(const Request& request) {
  Sight sight;
  sight.full = request.sees_everything();
  if (sight.full) return sight;
  for (const auto* group : request.policy->allowed_models(*request.caller)) {
    sight.names.push_back(group->name);
  }
  return sight;
}

io::task<Result<Response>> list_models(Control& control, Request& request) {
  auto job = [sight = sight_of(request)](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto groups, catalog.groups());
    TRY(auto upstreams, catalog.upstreams());
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("models").begin_array();
    for (const auto& group : groups) {
      if (sight.sees(group)) {
        write_model(w, group, catalog::resolve(group, upstreams), sight.full);
      }
    }
    w.end_array().end_object();
    return json(std::move(out));
  };
  co_return co_await control.store.read(request.loop(), job);
}

io::task<Result<Response>> get_model(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id, sight = sight_of(request)](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto group, catalog.get(ModelId{id}));
    if (!sight.sees(group)) return fail(Code::kNotFound, "there is no such model");
    TRY(auto upstreams, catalog.upstreams());
    std::string out;
    wire::JsonWriter w(out);
    write_model(w, group, catalog::resolve(group, upstreams), sight.full);
    return json(std::move(out));
  };
  co_return co_await control.store.read(request.loop(), job);
}

io::task<Result<Response>> create_model(Control& control, Request& request) {
  auto job = [body = request.body](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto upstreams, catalog.upstreams());
    GroupSettings group;
    TRY_VOID(apply_fields(body, upstreams, group));
    TRY(auto id, catalog.create(group));
    return model_response(catalog, id, 201);
  };
  co_return co_await change(control, request.loop(), job);
}

io::task<Result<Response>> update_model(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id, body = request.body](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto group, catalog.get(ModelId{id}));
    TRY(auto upstreams, catalog.upstreams());
    TRY_VOID(apply_fields(body, upstreams, group));
    TRY_VOID(catalog.update(group));
    return model_response(catalog, group.id);
  };
  co_return co_await change(control, request.loop(), job);
}

io::task<Result<Response>> delete_model(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id](store::Database& db) -> Result<Response> {
    CatalogStore catalog(db);
    TRY(auto gone, model_response(catalog, ModelId{id}));
    TRY_VOID(catalog.remove(ModelId{id}));
    return gone;
  };
  co_return co_await change(control, request.loop(), job);
}

}  // namespace

std::vector<Route> model_routes() {
  using P = Permission;
  constexpr std::string_view kTag = "models";
  return {
      {"GET", "/api/v1/models", P::kRead, kTag,
       "List models that the caller may use; administrators and auditors see all, with deployments",
       list_models},
      {"POST",
       "/api/v1/models",
       P::kAdminister,
       kTag,
       "Make a model",
       create_model,
       {},
       model_fields(true)},
      {"GET", "/api/v1/models/{id}", P::kRead, kTag, "One model", get_model},
      {"PATCH",
       "/api/v1/models/{id}",
       P::kAdminister,
       kTag,
       "Change a model; those of the configuration file are changed there",
       update_model,
       {},
       model_fields(false)},
      {"DELETE", "/api/v1/models/{id}", P::kAdminister, kTag, "Delete a model", delete_model},
  };
}

}  // namespace sekisho::api
