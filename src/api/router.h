#pragma once
// Dispatch of the management API: route, key, permission, fields, handler, error envelope.

#include "api/control.h"
#include "api/route.h"

namespace sekisho::api {

class Router {
 public:
  Router(Control& control, RouteTable table) : control_(control), table_(std::move(table)) {}
  // True if any route has this path (with whatever method).
  bool owns(std::string_view raw_path) const;
  io::task<void> handle(http::ServerExchange& http, gateway::Worker& worker) const;
  const RouteTable& table() const { return table_; }

 private:
  io::task<Result<Response>> run(const Route& route, Request& request,
                                 gateway::Worker& worker) const;
  Control& control_;
  RouteTable table_;
};

// The status and the body of an error, in the envelope of the route.
Response error_response(const Error& error, Style style, std::string_view request_id);

}  // namespace sekisho::api
