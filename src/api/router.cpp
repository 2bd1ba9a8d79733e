#include "api/router.h"

#include "gateway/identify.h"
#include "wire/json_writer.h"

namespace sekisho::api {
namespace {

int status_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kUnsupported:
      return 400;
    case Code::kUnauthenticated:
      return 401;
    case Code::kPermissionDenied:
      return 403;
    case Code::kNotFound:
      return 404;
    case Code::kConflict:
      return 409;
    case Code::kTooLarge:
      return 413;
    case Code::kTimeout:
      return 408;
    case Code::kOverloaded:
    case Code::kStoreFailed:
      return 503;
    default:
      return 500;
  }
}

// LiteLLM's own names for the kinds of failure; its `code` is a string.
std::string_view litellm_type(Code code) {
  switch (code) {
    case Code::kUnauthenticated:
      return "auth_error";
    case Code::kPermissionDenied:
      return "auth_error";
    case Code::kNotFound:
      return "not_found_error";
    case Code::kInvalidArgument:
    case Code::kUnsupported:
    case Code::kConflict:
      return "bad_request_error";
    default:
      return "internal_server_error";
  }
}

Error from_refusal(const wire::Refusal& refusal) {
  return {refusal.code, refusal.detail};
}

}  // namespace

Response error_response(const Error& error, Style style, std::string_view request_id) {
  Response response;
  response.status = status_of(error.code);
  auto message = error.detail.empty() ? std::string(code_name(error.code)) : error.detail;
  wire::JsonWriter w(response.body);
  w.begin_object().key("error").begin_object();
  if (style == Style::kLiteLlm) {
    w.field("message", message + " (request " + std::string(request_id) + ")");
    w.field("type", litellm_type(error.code)).key("param").null();
    w.field("code", std::to_string(response.status));
  } else {
    w.field("code", code_name(error.code)).field("message", message);
    w.field("request_id", request_id);
  }
  w.end_object().end_object();
  return response;
}

bool Router::owns(std::string_view raw_path) const {
  return match_route(table_, "", raw_path).path_known;
}

io::task<Result<Response>> Router::run(const Route& route, Request& request,
                                       gateway::Worker& worker) const {
  const auto& head = request.http.request();
  if (route.permission != Permission::kPublic) {
    auto who = gateway::identify(head, *request.policy, worker.loop.clock().wall());
    if (!who) co_return Failure(from_refusal(who.error()));
    request.caller = *who;
    if (!permits(route.permission, request.caller->role)) {
      co_return fail(Code::kPermissionDenied, "this needs the permission '" +
                                                  std::string(permission_name(route.permission)) +
                                                  "'; the role of this "
                                                  "key is '" +
                                                  request.caller->role + "'");
    }
  }
  CO_TRY(request.query, parse_query(head.query(), route.query));
  auto body = worker.buffers.make();
  CO_TRY_VOID(co_await request.http.read_body(body));
  if (body.size() > limits::kManagementBodyBytes) {
    co_return fail(Code::kTooLarge, "the body is larger than 1 MiB");
  }
  CO_TRY(request.body, parse_body(body.view(), route.body));
  co_return co_await route.handler(control_, request);
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
  auto style = match.route ? match.route->style : Style::kOwn;
  if (!match.route) {
    bool known = match.path_known;
    response = error_response({Code::kNotFound, known ? "this path does not take " + head.method
                                                      : "there is no such path"},
                              style, request.request_id);
    if (known) {
      response.status = 405;
      response.headers.set("allow", methods_of(table_, head.path()));
    }
  } else {
    request.path = std::move(match.path);
    auto answer = co_await run(*match.route, request, worker);
    response =
        answer ? std::move(*answer) : error_response(answer.error(), style, request.request_id);
  }
  response.headers.set("content-type", response.content_type);
  response.headers.set("cache-control", "no-store");
  response.headers.set("x-sekisho-request-id", request.request_id);
  (void)co_await http.respond(response.status, response.headers, response.body);
}

}  // namespace sekisho::api
