#pragma once
// Dispatch of the management API: route, key, permission, fields, handler, error envelope. One for
// all workers; handle() runs on the worker's loop.

#include "api/control.h"
#include "api/error_response.h"
#include "api/route.h"

namespace sekisho::api {

class Router {
 public:
  // `control` outlives the router.
  Router(Control& control, RouteTable table) : control_(control), table_(std::move(table)) {}
  // True if any route has this path (with whatever method).
  bool owns(std::string_view raw_path) const;
  io::task<void> handle(http::ServerExchange& http, gateway::Worker& worker) const;
  const RouteTable& table() const { return table_; }

 private:
  io::task<Result<Response>> run(const Route& route, Request& request) const;
  Response no_route(const Request& request, bool path_known) const;
  Control& control_;
  RouteTable table_;
};

}  // namespace sekisho::api
