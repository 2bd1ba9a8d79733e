#include "api/resources/health.h"

#include "api/control.h"
#include "api/openapi.h"
#include "wire/json_writer.h"

namespace sekisho::api {
namespace {

io::task<Result<Response>> live(Control&, Request&) {
  co_return json(R"({"status":"live"})");
}

io::task<Result<Response>> ready(Control& control, Request&) {
  auto why = control.not_ready ? control.not_ready() : std::string();
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().field("status", why.empty() ? "ready" : "not ready");
  if (!why.empty()) w.field("reason", why);
  w.field("version", SEKISHO_VERSION).end_object();
  co_return json(std::move(out), why.empty() ? 200 : 503);
}

io::task<Result<Response>> metrics(Control& control, Request&) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  if (control.metrics) response.body = control.metrics();
  co_return response;
}

io::task<Result<Response>> openapi(Control&, Request&) {
  co_return json(openapi_json(all_routes()));
}

}  // namespace

std::vector<Route> health_routes() {
  using P = Permission;
  return {
      {"GET", "/health/live", P::kPublic, "health", "Whether the process answers", live},
      {"GET", "/health/ready", P::kPublic, "health",
       "Whether calls can be served and booked; 503 says why not", ready},
      {"GET", "/health/liveliness", P::kPublic, "health", "LiteLLM's name of live", live},
      {"GET", "/health/liveness", P::kPublic, "health", "LiteLLM's other name of live", live},
      {"GET", "/health/readiness", P::kPublic, "health", "LiteLLM's name of ready", ready},
      {"GET", "/metrics", P::kPublic, "health", "Metrics for Prometheus", metrics},
      {"GET", "/api/v1/openapi.json", P::kPublic, "health", "This API as OpenAPI 3.1", openapi},
  };
}

}  // namespace sekisho::api
