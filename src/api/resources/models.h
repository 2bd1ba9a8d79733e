#pragma once
// Models, their deployments and the upstreams through the management API. What the configuration
// file says can be read here, and is changed there.

#include "api/route.h"
#include "catalog/model_settings.h"
#include "wire/json_writer.h"

namespace sekisho::api {

std::vector<Route> model_routes();
std::vector<Route> deployment_routes();

// Fields of one deployment, as a body of its own and inside a model's.
std::vector<FieldSpec> deployment_fields(bool creating);
// Replaces what is given. Errors: kNotFound for an upstream that is not configured, with the
// nearest name.
Result<> apply_deployment(const Fields& fields, const std::vector<catalog::UpstreamRow>& upstreams,
                          catalog::DeploymentSettings& deployment);
void write_deployment(wire::JsonWriter& w, const catalog::DeploymentSettings& settings,
                      const catalog::Deployment& resolved);

}  // namespace sekisho::api
