#include "api/resources/units.h"

#include "api/resources/limit_fields.h"
#include "api/resources/scene.h"

namespace sekisho::api {
namespace {

using identity::Unit;

std::vector<FieldSpec> unit_fields(bool creating) {
  return with_limits({
      {"name", FieldType::kString, "Unique among its neighbours", creating},
      {"kind", FieldType::kString, "department, section, team, project…; default team"},
      {"parent", FieldType::kInteger, "The unit above (id); null = the organisation", false, {}, 1},
      {"models", FieldType::kStringList, "Allowed models, * is a wildcard; empty = the parent's"},
  });
}

void apply_fields(const Fields& body, Unit& unit) {
  if (body.has("name")) unit.name = body.text("name");
  if (body.has("kind")) unit.kind = body.text("kind", "team");
  if (body.has("parent")) unit.parent = UnitId{body.integer("parent").value_or(0)};
  if (body.has("models")) unit.models = body.list("models");
  apply_limits(body, unit.limits);
}

std::string unit_json(const Unit& unit) {
  std::string out;
  wire::JsonWriter w(out);
  write_unit(w, unit);
  return out;
}

io::task<Result<Response>> list_units(Control& control, Request& request) {
  co_return co_await read_scene(control, request, [](Scene& scene) -> Result<Response> {
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("units").begin_array();
    for (const auto& unit : scene.world.units) {
      if (scene.sight.sees(unit)) write_unit(w, unit);
    }
    w.end_array().end_object();
    return json(std::move(out));
  });
}

io::task<Result<Response>> create_unit(Control& control, Request& request) {
  Unit unit;
  unit.organisation = request.caller->organisation;
  unit.kind = "team";
  apply_fields(request.body, unit);
  co_return co_await change_scene(control, request, [unit](Scene& scene) -> Result<Response> {
    TRY_VOID(scene.sight.may_create_in(unit.parent));
    TRY_VOID(scene.sight.within_own(unit.limits, unit.models));
    TRY(auto id, scene.identities.create(unit));
    TRY(auto made, scene.identities.get(id));
    return json(unit_json(made), 201);
  });
}

io::task<Result<Response>> get_unit(Control& control, Request& request) {
  CO_TRY(auto id, request.id());
  co_return co_await read_scene(control, request, [id](Scene& scene) -> Result<Response> {
    const auto* unit = scene.world.find(UnitId{id});
    if (!unit || !scene.sight.sees(*unit)) return fail(Code::kNotFound, "there is no such unit");
    return json(unit_json(*unit));
  });
}

template <class Alter>
io::task<Result<Response>> alter_unit(Control& control, Request& request, Alter alter) {
  CO_TRY(auto id, request.id());
  auto job = [id, alter](Scene& scene) -> Result<Response> {
    const auto* found = scene.world.find(UnitId{id});
    if (!found) return fail(Code::kNotFound, "there is no such unit");
    auto unit = *found;
    TRY_VOID(scene.sight.may_manage(unit));
    TRY_VOID(alter(scene, unit));
    return json(unit_json(unit));
  };
  co_return co_await change_scene(control, request, job);
}

io::task<Result<Response>> update_unit(Control& control, Request& request) {
  auto alter = [body = request.body](Scene& scene, Unit& unit) -> Result<> {
    apply_fields(body, unit);
    TRY_VOID(scene.sight.may_create_in(unit.parent));
    TRY_VOID(scene.sight.within_own(unit.limits, unit.models));
    return scene.identities.update(unit);
  };
  co_return co_await alter_unit(control, request, alter);
}

io::task<Result<Response>> delete_unit(Control& control, Request& request) {
  auto alter = [](Scene& scene, Unit& unit) {
    unit.deleted = scene.now;
    return scene.identities.remove(unit.id, scene.now);
  };
  co_return co_await alter_unit(control, request, alter);
}

}  // namespace

void write_unit(wire::JsonWriter& w, const Unit& unit) {
  w.begin_object().field("id", unit.id.value).field("name", unit.name).field("kind", unit.kind);
  write_id(w, "parent", unit.parent);
  write_id(w, "organisation", unit.organisation);
  write_strings(w, "models", unit.models);
  write_limits(w, unit.limits);
  write_time(w, "deleted", unit.deleted);
  w.end_object();
}

std::vector<Route> unit_routes() {
  using P = Permission;
  constexpr std::string_view kTag = "units";
  return {
      {"GET", "/api/v1/units", P::kRead, kTag, "List units", list_units},
      {"POST",
       "/api/v1/units",
       P::kManage,
       kTag,
       "Make a unit",
       create_unit,
       {},
       unit_fields(true)},
      {"GET", "/api/v1/units/{id}", P::kRead, kTag, "One unit", get_unit},
      {"PATCH",
       "/api/v1/units/{id}",
       P::kManage,
       kTag,
       "Change a unit and its limits, or move it below another parent",
       update_unit,
       {},
       unit_fields(false)},
      {"DELETE", "/api/v1/units/{id}", P::kManage, kTag, "Delete an empty unit", delete_unit},
  };
}

}  // namespace sekisho::api
