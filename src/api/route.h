#pragma once
// The management API as one table of data: method, path, permission, fields, handler. From it come
// dispatch, strict validation, OpenAPI, the reference in docs/ and the permission-matrix test.
//
// Handlers are plain coroutine functions (no captures). They run on a worker loop and reach the
// database only through the control plane's store thread.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields.h"
#include "api/shape.h"
#include "gateway/worker.h"
#include "http/server.h"
#include "io/task.h"

namespace sekisho::api {

struct Control;  // control.h

// What a route needs. Handlers narrow further to what the caller may see.
enum class Permission : std::uint8_t {
  kPublic,      // no key
  kRead,        // any key; sees what is its own: own calls (developer), own units (unit head),
                // everything (auditor, administrator)
  kAudit,       // administrator, auditor
  kManage,      // administrator anywhere, unit head within the own units
  kAdminister,  // administrator
};
std::string_view permission_name(Permission permission);

// Which error envelope a route speaks.
enum class Style : std::uint8_t { kOwn, kLiteLlm };

struct Request {
  http::ServerExchange& http;
  gateway::Worker& worker;
  gateway::PolicyPtr policy;
  const gateway::KeyPolicy* caller = nullptr;  // null for kPublic without a key
  std::string request_id;
  std::map<std::string, std::string, std::less<>> path;  // {id} → value
  Fields query, body;

  bool sees_everything() const { return administrator() || (caller && caller->role == "auditor"); }
  bool administrator() const { return caller && caller->role == "administrator"; }
  io::Loop& loop() const { return http.loop(); }
  // What the request asks for by Accept-Language: ja or en.
  std::optional<wire::Language> asked_language() const;
  Result<std::int64_t> id(std::string_view name = "id") const;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  http::Headers headers;
};
inline Response json(std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

using Handler = io::task<Result<Response>> (*)(Control&, Request&);

struct Route {
  std::string_view method, path;
  Permission permission = Permission::kAdminister;
  std::string_view tag, summary;
  Handler handler = nullptr;
  std::vector<FieldSpec> query, body;
  Style style = Style::kOwn;
  Shape answer;  // of a success (answers.cpp)
  int status = 200;
};

// Does the role pass the permission? The matrix test and the router ask the same function.
bool permits(Permission permission, std::string_view role);

using RouteTable = std::vector<Route>;
RouteTable all_routes();  // routes.cpp

struct Match {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> path;
  bool path_known = false;  // the path exists with another method: 405
};
std::string methods_of(const RouteTable& table, std::string_view raw_path);  // "GET, POST"
Match match_route(const RouteTable& table, std::string_view method, std::string_view raw_path);

}  // namespace sekisho::api
