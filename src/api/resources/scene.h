#pragma once
// What a handler's job sees inside the store: the database, everybody in it, and what the caller
// may. One helper for reading, one for changing (which publishes the policy afterwards).

#include <type_traits>
#include <utility>

#include "api/control.h"
#include "api/resources/visibility.h"
#include "api/route.h"
#include "identity/identity_store.h"

namespace sekisho::api {

// Lives for one job on a thread of the store.
struct Scene {
  store::Database& db;
  identity::IdentityStore& identities;
  const identity::World& world;  // as it was before this job's own changes
  const Visibility& sight;
  WallTime now;
};

// `fn` gives a Result of anything from a Scene&, and owns what it uses.
template <class Fn>
auto scene_job(const Control& control, const Request& request, Fn fn) {
  return [caller = *request.caller, now = control.clock.wall(),
          fn = std::move(fn)](store::Database& db) mutable -> std::invoke_result_t<Fn&, Scene&> {
    identity::IdentityStore identities(db);
    TRY(auto world, identities.load_world());
    Visibility sight(world, caller);
    Scene scene{db, identities, world, sight, now};
    return fn(scene);
  };
}

template <class Fn>
io::task<std::invoke_result_t<Fn&, Scene&>> read_scene(Control& control, Request& request, Fn fn) {
  auto job = scene_job(control, request, std::move(fn));
  co_return co_await control.store.read(request.loop(), std::move(job));
}

template <class Fn>
io::task<Result<Response>> change_scene(Control& control, Request& request, Fn fn) {
  auto job = scene_job(control, request, std::move(fn));
  co_return co_await change(control, request.loop(), std::move(job));
}

}  // namespace sekisho::api
