#pragma once
// The control plane as handlers see it: the management database, the trace store, and how a change
// comes into force. One per process, thread-safe; built by app/. Everything outlives the router.

#include <functional>
#include <string>
#include <type_traits>

#include "base/clock.h"
#include "identity/aws_keys.h"
#include "io/task.h"
#include "store/store_thread.h"
#include "trace/trace_store.h"

namespace sekisho::api {

struct Control {
  store::StoreThread& store;
  trace::TraceStore& traces;
  const Clock& clock;
  // Loads the world and the catalogue, builds a policy snapshot and hands it to every worker;
  // returns when each has taken it. Called on the store's writer thread, after the change is
  // committed.
  std::function<Result<>(store::Database&)> publish;
  std::function<std::string()> metrics;    // Prometheus text
  std::function<std::string()> not_ready;  // why this process is not ready; empty = it is
  std::shared_ptr<const identity::AwsKeys> aws_keys = nullptr;
};

// Runs `fn` on the store's writer, then publishes a new snapshot; the answer comes when both are
// done, so the next request of anybody meets the new policy. `control` and `loop` outlive the task.
template <class Fn>
io::task<std::invoke_result_t<Fn&, store::Database&>> change(Control& control, io::Loop& loop,
                                                             Fn fn) {
  auto answer = co_await control.store.write(loop, std::move(fn));
  if (!answer) co_return answer;
  auto publish = [&publish = control.publish](store::Database& db) { return publish(db); };
  auto published = co_await control.store.write(loop, publish);
  if (!published) {
    co_return fail(published.error().code,
                   "the change is stored but not in force yet: " + published.error().detail);
  }
  co_return answer;
}

}  // namespace sekisho::api
