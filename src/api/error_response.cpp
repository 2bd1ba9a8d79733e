#include "api/error_response.h"

#include "api/phrases.h"
#include "wire/json_writer.h"

namespace sekisho::api {
namespace {

int status_of(Code code, Style style) {
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
      return style == Style::kLiteLlm ? 400 : 409;
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

std::string_view litellm_type(Code code) {
  switch (code) {
    case Code::kUnauthenticated:
    case Code::kPermissionDenied:
      return "auth_error";
    case Code::kNotFound:
      return "not_found_error";
    case Code::kInvalidArgument:
    case Code::kUnsupported:
    case Code::kTooLarge:
    case Code::kConflict:
      return "bad_request_error";
    case Code::kStoreFailed:
      return "no_db_connection";
    default:
      return "internal_server_error";
  }
}

Response litellm_error(int status, std::string_view message, std::string_view type,
                       std::string_view request_id) {
  Response response;
  response.status = status;
  wire::JsonWriter w(response.body);
  w.begin_object().key("error").begin_object();
  w.field("message", std::string(message) + " (request " + std::string(request_id) + ")");
  w.field("type", type).key("param").null();
  w.field("code", std::to_string(status)).end_object().end_object();
  return response;
}

}  // namespace

Response error_response(const Error& error, Style style, const Request& request) {
  const auto& request_id = request.request_id;
  auto status = status_of(error.code, style);
  auto message = error.detail.empty() ? std::string(code_name(error.code)) : error.detail;
  if (request.asked_language() == wire::Language::kJapanese) message = in_japanese(message);
  if (style == Style::kLiteLlm) {
    return litellm_error(status, message, litellm_type(error.code), request_id);
  }
  Response response;
  response.status = status;
  wire::JsonWriter w(response.body);
  w.begin_object().key("error").begin_object();
  w.field("code", code_name(error.code)).field("message", message);
  w.field("request_id", request_id).end_object().end_object();
  return response;
}

Response refusal_response(const wire::Refusal& refusal, Style style, const Request& request) {
  if (style != Style::kLiteLlm) {
    return error_response({refusal.code, refusal.detail}, style, request);
  }
  std::string_view type = "auth_error";
  if (refusal.rule == "key_unknown") type = "token_not_found_in_db";
  if (refusal.rule == "key_expired") type = "expired_key";
  return litellm_error(401, "Authentication Error, " + refusal.detail, type, request.request_id);
}

}  // namespace sekisho::api
