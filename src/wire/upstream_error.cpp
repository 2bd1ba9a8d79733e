// Providers' error answers: what they say, and what the client may see of it.

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "wire/json_text.h"
#include "wire/json_walk.h"
#include "wire/refusal.h"

namespace sekisho::wire {
namespace {

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= limits::kIdentifierBytes &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

// "x#ThrottlingException:http://…" → "ThrottlingException".
std::string_view exception_name(std::string_view type) {
  if (auto hash = type.rfind('#'); hash != std::string_view::npos) type.remove_prefix(hash + 1);
  return type.substr(0, type.find(':'));
}

std::string bounded(std::string text) {
  if (text.size() <= limits::kUpstreamMessageBytes) return text;
  std::size_t end = limits::kUpstreamMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

// The strings that the providers' shapes have in common, at top level or inside "error".
struct Told {
  std::string type, code, message;
};

void read_object(JsonCursor& cursor, Told& told);

void read_member(JsonCursor& cursor, std::string_view key, Told& told) {
  JsonType type = cursor.peek();
  if (key == "error" && type == JsonType::kObject) {
    read_object(cursor, told);
    return;
  }
  std::string* place = key == "message" || key == "Message" || key == "detail" ? &told.message
                       : key == "error"                                        ? &told.message
                       : key == "type" || key == "__type"                      ? &told.type
                       : key == "code"                                         ? &told.code
                                                                               : nullptr;
  if (!place || type != JsonType::kString) {
    cursor.skip();
  } else if (auto text = cursor.read_string()) {
    *place = unescape_json(cursor.of(text->raw));
  }
}

void read_object(JsonCursor& cursor, Told& told) {
  for (JsonObject object(cursor); auto key = object.next();) {
    read_member(cursor, cursor.of(key->raw), told);
  }
}

bool contains_ignoring_case(std::string_view text, std::string_view lower) {
  auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  };
  return std::ranges::search(text, lower, same).begin() != text.end();
}

// Clients find out from these words that they must shorten the conversation.
bool says_context_overflow(const UpstreamError& error) {
  static constexpr std::array<std::string_view, 8> kSigns{
      "prompt is too long", "input is too long", "maximum context", "context_length_exceeded",
      "context length",     "context window",    "context limit",   "too many input tokens"};
  if (error.status != 400 && error.status != 413 && error.status != 422) return false;
  if (error.type == "context_length_exceeded") return true;
  return std::ranges::any_of(
      kSigns, [&](std::string_view sign) { return contains_ignoring_case(error.message, sign); });
}

bool is_about_credentials(const UpstreamError& error) {
  static constexpr std::array<std::string_view, 6> kTypes{
      "IncompleteSignature",         "InvalidSignatureException", "ExpiredTokenException",
      "UnrecognizedClientException", "AccessDeniedException",     "authentication_error"};
  return error.status == 401 || error.status == 403 ||
         std::ranges::find(kTypes, error.type) != kTypes.end();
}

Code code_of(const UpstreamError& error) {
  if (says_context_overflow(error)) return Code::kContextOverflow;
  if (is_about_credentials(error)) return Code::kPermissionDenied;
  if (error.type == "ServiceQuotaExceededException") return Code::kUpstreamThrottled;
  switch (error.status) {
    case 404:
      return Code::kNotFound;
    case 408:
    case 504:
      return Code::kUpstreamTimeout;
    case 413:
      return Code::kTooLarge;
    case 402:
    case 424:
      return Code::kUpstreamFailed;
    case 429:
    case 503:
    case 529:
      return Code::kUpstreamThrottled;
    default:
      return error.status >= 400 && error.status < 500 ? Code::kUpstreamRejected
                                                       : Code::kUpstreamFailed;
  }
}

std::string status_and_type(const UpstreamError& error) {
  std::string out = "HTTP " + std::to_string(error.status);
  if (!error.type.empty()) out.append(" ").append(error.type);
  return out;
}

}  // namespace

UpstreamError read_upstream_error(Dialect, int status, std::string_view error_type_header,
                                  std::string_view body) {
  UpstreamError out{.status = status};
  Told told;
  JsonCursor cursor(body);
  read_object(cursor, told);
  if (!cursor.ok() && told.message.empty()) {  // a proxy's page, or plain text
    told.message = body.substr(0, limits::kUpstreamMessageBytes);
  }
  std::string_view type = exception_name(error_type_header);
  if (type.empty()) type = exception_name(told.type);
  if (type.empty() || told.code == "context_length_exceeded") type = told.code;
  if (is_identifier(type)) out.type = type;
  out.message = bounded(std::move(told.message));
  return out;
}

Refusal refusal_from_upstream(const UpstreamError& error) {
  Refusal out;
  out.code = code_of(error);
  out.retry_after_s = error.retry_after_s;
  switch (out.code) {
    case Code::kContextOverflow:
    case Code::kUpstreamRejected:
      out.detail = scrub_upstream_text(error.message);
      break;
    case Code::kPermissionDenied:
      out.rule = "upstream_access";
      out.detail = "the model provider does not accept the gateway's own credentials or access (" +
                   status_and_type(error) + "), an infrastructure administrator must look into it";
      break;
    default:
      // The provider's text may describe its own insides: the operator's log has it.
      out.detail = "the provider answered " + status_and_type(error);
  }
  return out;
}

}  // namespace sekisho::wire
