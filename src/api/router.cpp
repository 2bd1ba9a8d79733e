#include "api/router.h"

#include <algorithm>
#include <array>

#include "api/error_response.h"
#include "gateway/identify.h"

namespace sekisho::api {
namespace {

gateway::Outcome<const gateway::KeyPolicy*> caller_of(const Route& route, const Request& request) {
  const auto& head = request.http.request();
  // LiteLLM's clients ask GET /key/info?key=sk-…: about that key, not with it.
  if (route.style != Style::kLiteLlm) {
    auto query = gateway::check_query_for_key(head.query());
    if (!query) return gateway::Refused(std::move(query).error());
  }
  return gateway::identify(head.headers, *request.policy, request.loop().clock().wall());
}

Failure not_permitted(const Route& route, const gateway::KeyPolicy& caller) {
  return fail(Code::kPermissionDenied, "this needs the permission '" +
                                           std::string(permission_name(route.permission)) +
                                           "'; the role of this key is '" + caller.role + "'");
}

// Paths that LiteLLM has and this program has not: its clients read only its shape of errors.
bool of_litellm(std::string_view path) {
  constexpr std::array<std::string_view, 15> kGroups{
      "/key/",          "/team/",       "/user/",   "/spend/",    "/global/",
      "/model/",        "/models/",     "/budget/", "/customer/", "/cache/",
      "/organization/", "/credentials", "/tag/",    "/config/",   "/sso/"};
  return std::ranges::any_of(kGroups, [path](auto group) { return path.starts_with(group); });
}

}  // namespace

bool Router::owns(std::string_view raw_path) const {
  return match_route(table_, "", raw_path).path_known;
}

io::task<Result<Response>> Router::run(const Route& route, Request& request) const {
  if (route.permission != Permission::kPublic) {
    auto who = caller_of(route, request);
    if (!who) co_return refusal_response(who.error(), route.style, request);
    request.caller = *who;
    if (!permits(route.permission, request.caller->role)) {
      co_return not_permitted(route, *request.caller);
    }
  }
  CO_TRY(request.query, parse_query(request.http.request().query(), route.query));
  auto body = request.worker.buffers.make();
  CO_TRY_VOID(co_await request.http.read_body(body));
  if (body.size() > limits::kManagementBodyBytes) {
    co_return fail(Code::kTooLarge, "the body is larger than 1 MiB");
  }
  CO_TRY(request.body, parse_body(body.view(), route.body));
  co_return co_await route.handler(control_, request);
}

Response Router::no_route(const Request& request, bool path_known) const {
  const auto& head = request.http.request();
  auto why = path_known ? "this path does not take " + head.method : "there is no such path";
  auto style = of_litellm(head.path()) ? Style::kLiteLlm : Style::kOwn;
  auto response = error_response({Code::kNotFound, why}, style, request);
  if (path_known) {
    response.status = 405;
    response.headers.set("allow", methods_of(table_, head.path()));
  }
  return response;
}

io::task<void> Router::handle(http::ServerExchange& http, gateway::Worker& worker) const {
  const auto& head = http.request();
  Request request{http, worker, worker.policy.current(), nullptr, {}, {}, {}, {}};
  auto wall = worker.loop.clock().wall();
  request.request_id =
      RequestId::make(unix_ms(wall), worker.random.next(), worker.random.next()).text();
  auto method = head.method == "HEAD" ? std::string_view("GET") : std::string_view(head.method);
  auto match = match_route(table_, method, head.path());
  Response response;
  if (match.route) {
    request.path = std::move(match.path);
    auto answer = co_await run(*match.route, request);
    response =
        answer ? std::move(*answer) : error_response(answer.error(), match.route->style, request);
  } else {
    response = no_route(request, match.path_known);
  }
  response.headers.set("content-type", response.content_type);
  response.headers.set("cache-control", "no-store");
  response.headers.set("x-sekisho-request-id", request.request_id);
  (void)co_await http.respond(response.status, response.headers, response.body);
}

}  // namespace sekisho::api
