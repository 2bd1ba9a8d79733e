#include "api/resources/organisations.h"

#include "api/resources/limit_fields.h"
#include "api/resources/scene.h"
#include "ledger/window.h"

namespace sekisho::api {
namespace {

using identity::Organisation;

std::vector<FieldSpec> organisation_fields() {
  return with_limits({
      {"name"},
      {"time_zone", FieldType::kString, "IANA name; budgets reset at its midnight"},
      {"language", FieldType::kString, "Of messages to people", false, {"ja", "en"}},
      {"models", FieldType::kStringList, "Allowed models, * is a wildcard; empty = all"},
  });
}

Result<> apply_fields(const Fields& body, Organisation& organisation) {
  if (body.has("name")) organisation.name = body.text("name");
  if (body.has("time_zone")) organisation.time_zone = body.text("time_zone");
  if (body.has("language")) organisation.language = body.text("language");
  if (body.has("models")) organisation.models = body.list("models");
  apply_limits(body, organisation.limits);
  if (!ledger::TimeZone::find(organisation.time_zone)) {
    return fail(Code::kInvalidArgument, "time_zone: '" + organisation.time_zone +
                                            "' is not an IANA time zone such as Asia/Tokyo");
  }
  return {};
}

void write_organisation(wire::JsonWriter& w, const Organisation& organisation) {
  w.begin_object().field("id", organisation.id.value).field("name", organisation.name);
  w.field("time_zone", organisation.time_zone).field("language", organisation.language);
  write_strings(w, "models", organisation.models);
  write_limits(w, organisation.limits);
  w.end_object();
}

Result<Organisation> find(const Scene& scene, std::int64_t id) {
  const auto* found = scene.world.find(OrganisationId{id});
  if (found && scene.sight.sees(found->id)) return *found;
  return fail(Code::kNotFound, "there is no such organisation");
}

Response organisation_response(const Organisation& organisation) {
  std::string out;
  wire::JsonWriter w(out);
  write_organisation(w, organisation);
  return json(std::move(out));
}

io::task<Result<Response>> list_organisations(Control& control, Request& request) {
  co_return co_await read_scene(control, request, [](Scene& scene) -> Result<Response> {
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("organisations").begin_array();
    for (const auto& organisation : scene.world.organisations) {
      if (scene.sight.sees(organisation.id)) write_organisation(w, organisation);
    }
    w.end_array().end_object();
    return json(std::move(out));
  });
}

io::task<Result<Response>> get_organisation(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  co_return co_await read_scene(control, request, [id](Scene& scene) -> Result<Response> {
    TRY(auto organisation, find(scene, id));
    return organisation_response(organisation);
  });
}

io::task<Result<Response>> update_organisation(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  auto job = [id, body = request.body](Scene& scene) -> Result<Response> {
    TRY(auto organisation, find(scene, id));
    TRY_VOID(apply_fields(body, organisation));
    TRY_VOID(scene.identities.update(organisation));
    return organisation_response(organisation);
  };
  co_return co_await change_scene(control, request, job);
}

}  // namespace

std::vector<Route> organisation_routes() {
  using P = Permission;
  constexpr std::string_view kTag = "organisations";
  return {
      {"GET", "/api/v1/organisations", P::kRead, kTag, "The caller's organisation, as a list",
       list_organisations},
      {"GET", "/api/v1/organisations/{id}", P::kRead, kTag, "One organisation", get_organisation},
      {"PATCH",
       "/api/v1/organisations/{id}",
       P::kAdminister,
       kTag,
       "Change the organisation and its limits",
       update_organisation,
       {},
       organisation_fields()},
  };
}

}  // namespace sekisho::api
