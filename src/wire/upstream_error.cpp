// Providers' error answers: what they say, and what the client may see of it.

#include <algorithm>
#include <array>
#include <charconv>

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

// What the providers' shapes have in common, at top level or inside "error".
struct Told {
  std::string type, code, message;
  int status = 0;            // some servers give it as a number in "code"
  std::string name, reason;  // Google's status ("NOT_FOUND"), and that of its ErrorInfo
  std::optional<std::int64_t> retry_after_ms;
};

int status_from(std::string_view number) {
  int status = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), status);
  bool whole = error == std::errc() && end == number.data() + number.size();
  return whole && status >= 400 && status < 600 ? status : 0;
}

void read_object(JsonCursor& cursor, Told& told);

// "34.074824224s", a duration in protobuf's JSON.
std::optional<std::int64_t> milliseconds_of(std::string_view duration) {
  constexpr std::int64_t kLongest = 30LL * 24 * 3600;
  if (!duration.ends_with('s')) return {};
  duration.remove_suffix(1);
  const auto dot = std::min(duration.find('.'), duration.size());
  std::int64_t seconds = 0;
  const char* end = duration.data() + dot;
  auto [at, error] = std::from_chars(duration.data(), end, seconds);
  if (error != std::errc() || at != end || seconds < 0 || seconds > kLongest) return {};
  return seconds * 1000 + (dot < duration.size() ? 999 : 0);
}

// Google's list of google.rpc messages.
void read_details(JsonCursor& cursor, Told& told) {
  for (JsonArray array(cursor); array.next();) {
    if (cursor.peek() != JsonType::kObject) {
      cursor.skip();
      continue;
    }
    for (JsonObject object(cursor); auto key = object.next();) {
      const auto name = cursor.of(key->raw);
      if ((name != "retryDelay" && name != "reason") || cursor.peek() != JsonType::kString) {
        cursor.skip();
      } else if (auto text = cursor.read_string()) {
        if (name == "reason") told.reason = unescape_json(cursor.of(text->raw));
        if (name == "retryDelay") told.retry_after_ms = milliseconds_of(cursor.of(text->raw));
      }
    }
  }
}

void read_member(JsonCursor& cursor, std::string_view key, Told& told) {
  JsonType type = cursor.peek();
  if (key == "error" && type == JsonType::kObject) {
    read_object(cursor, told);
    return;
  }
  if (key == "details" && type == JsonType::kArray) return read_details(cursor, told);
  std::string* place = key == "message" || key == "Message" || key == "detail" ? &told.message
                       : key == "error"                                        ? &told.message
                       : key == "type" || key == "__type"                      ? &told.type
                       : key == "status"                                       ? &told.name
                       : key == "code"                                         ? &told.code
                                                                               : nullptr;
  if (key == "code" && type == JsonType::kNumber) {
    auto begin = cursor.position();
    cursor.skip();
    told.status = status_from(cursor.of({begin, cursor.position()}));
  } else if (!place || type != JsonType::kString) {
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

// A proxy between us and the provider answered for it.
bool is_page(std::string_view message) {
  auto begin = message.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return begin != message.npos && message[begin] == '<';
}

// Clients find out from these words that they must shorten the conversation.
bool says_context_overflow(const UpstreamError& error) {
  static constexpr std::array<std::string_view, 9> kSigns{
      "prompt is too long",      "input is too long",     "maximum context",
      "context_length_exceeded", "context length",        "context window",
      "context limit",           "too many input tokens", "exceeds the maximum number of tokens"};
  if (error.status != 400 && error.status != 413 && error.status != 422) return false;
  if (error.type == "context_length_exceeded") return true;
  return !is_page(error.message) && std::ranges::any_of(kSigns, [&](std::string_view sign) {
    return contains_ignoring_case(error.message, sign);
  });
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

bool is_about_credentials(const UpstreamError& error) {
  return error.status == 401 || error.status == 403 ||
         is_one_of(error.type,
                   {"IncompleteSignature", "InvalidSignatureException", "ExpiredTokenException",
                    "UnrecognizedClientException", "AccessDeniedException", "authentication_error",
                    "API_KEY_INVALID"});
}

// Nothing that time heals: somebody must pay, or ask for more.
bool is_about_quota(const UpstreamError& error) {
  return error.status == 402 || is_one_of(error.type, {"insufficient_quota", "billing_error",
                                                       "billing_hard_limit_reached"});
}

Code code_of(const UpstreamError& error) {
  if (says_context_overflow(error)) return Code::kContextOverflow;
  if (is_about_quota(error)) return Code::kUpstreamQuota;
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
    case 424:
      return Code::kUpstreamFailed;
    case 429:
      return Code::kUpstreamThrottled;
    case 503:
    case 529:
      return Code::kUpstreamOverloaded;
    default:
      return error.status >= 400 && error.status < 500 ? Code::kUpstreamRejected
                                                       : Code::kUpstreamFailed;
  }
}

// "answered HTTP 429 ThrottlingException", or what is true of an error inside an answer.
std::string what_happened(const UpstreamError& error) {
  std::string out = error.inside_answer ? "broke off its answer"
                                        : "answered HTTP " + std::to_string(error.status);
  if (error.type.empty()) return out;
  return out.append(error.inside_answer ? " with " : " ").append(error.type);
}

// The same in a few words.
std::string status_and_type(const UpstreamError& error) {
  if (error.inside_answer) return error.type.empty() ? "inside its answer" : error.type;
  std::string out = "HTTP " + std::to_string(error.status);
  return error.type.empty() ? out : out.append(" ").append(error.type);
}

// The status that the type of an error inside an answer stands for.
std::optional<int> status_of_type(std::string_view type) {
  struct Row {
    std::string_view type;
    int status;
  };
  static constexpr std::array kRows{
      Row{"invalid_request_error", 400},
      Row{"authentication_error", 401},
      Row{"billing_error", 402},
      Row{"insufficient_quota", 402},
      Row{"permission_error", 403},
      Row{"not_found_error", 404},
      Row{"request_too_large", 413},
      Row{"context_length_exceeded", 400},
      Row{"rate_limit_error", 429},
      Row{"rate_limit_exceeded", 429},
      Row{"timeout_error", 504},
      Row{"overloaded_error", 529},
      // Exceptions inside Bedrock's streams.
      Row{"validationException", 400},
      Row{"modelTimeoutException", 408},
      Row{"throttlingException", 429},
      Row{"modelNotReadyException", 429},
      Row{"serviceUnavailableException", 503},
      // Google's.
      Row{"INVALID_ARGUMENT", 400},
      Row{"UNAUTHENTICATED", 401},
      Row{"PERMISSION_DENIED", 403},
      Row{"NOT_FOUND", 404},
      Row{"RESOURCE_EXHAUSTED", 429},
      Row{"INTERNAL", 500},
      Row{"UNAVAILABLE", 503},
      Row{"DEADLINE_EXCEEDED", 504},
  };
  const auto* row = std::ranges::find(kRows, type, &Row::type);
  return row == kRows.end() ? std::nullopt : std::optional(row->status);
}

struct Reading {
  Told told;
  bool is_json = false;
};
Reading read_told(std::string_view body) {
  Reading out;
  JsonCursor cursor(body);
  if (cursor.peek() == JsonType::kArray) {  // Google's answer where a stream was to be an array
    for (JsonArray array(cursor); array.next();) {
      if (cursor.peek() != JsonType::kObject) break;
      read_object(cursor, out.told);
    }
  } else {
    read_object(cursor, out.told);
  }
  out.is_json = cursor.ok();
  return out;
}

UpstreamError error_from(Told told, std::string_view type, int status) {
  UpstreamError out{.status = status};
  if (type.empty()) type = exception_name(told.type);
  // OpenAI's own codes say more than its types.
  bool tells = is_one_of(told.code,
                         {"context_length_exceeded", "insufficient_quota", "rate_limit_exceeded"});
  if (type.empty() || tells) type = told.code;
  if (type.empty()) type = told.name;
  if (told.reason == "API_KEY_INVALID") type = told.reason;  // Google calls it INVALID_ARGUMENT
  if (is_identifier(type)) out.type = type;
  out.retry_after_ms = told.retry_after_ms;
  out.message = bounded(std::move(told.message));
  return out;
}

}  // namespace

UpstreamError read_upstream_error(Dialect, int status, std::string_view error_type_header,
                                  std::string_view body) {
  auto [told, is_json] = read_told(body);
  if (!is_json && told.message.empty()) {  // a proxy's page, or plain text
    told.message = body.substr(0, limits::kUpstreamMessageBytes);
  }
  return error_from(std::move(told), exception_name(error_type_header), status);
}

UpstreamError read_error_in_answer(Dialect, std::string_view object) {
  auto told = read_told(object).told;
  int numbered = told.status;
  int unnamed = numbered != 0 ? numbered : 502;
  auto out = error_from(std::move(told), {}, unnamed);
  out.status = status_of_type(out.type).value_or(unnamed);
  out.inside_answer = true;
  return out;
}

UpstreamError error_in_answer(std::string type) {
  int status = status_of_type(type).value_or(502);
  return {.status = status, .type = std::move(type), .inside_answer = true};
}

Refusal refusal_from_upstream(const UpstreamError& error) {
  Refusal out;
  out.code = code_of(error);
  const std::string happened = "the provider " + what_happened(error);
  const std::string words = is_page(error.message) ? "" : scrub_upstream_text(error.message);
  switch (out.code) {
    case Code::kContextOverflow:
    case Code::kUpstreamRejected:
      out.detail = words.empty() ? happened : words;
      break;
    case Code::kTooLarge:
      out.detail = words.empty() ? happened : words;
      out.verbatim = !words.empty();
      break;
    case Code::kNotFound:
      out.detail = words.empty() ? happened : happened + ": " + words;
      break;
    case Code::kUpstreamQuota:
      out.rule = "upstream_quota";
      out.detail = happened + ", an infrastructure administrator must look into it";
      break;
    case Code::kPermissionDenied:
      out.rule = "upstream_access";
      out.detail = "the model provider does not accept the gateway's own credentials or access (" +
                   status_and_type(error) + "), an infrastructure administrator must look into it";
      break;
    default:
      // The provider's text may describe its own insides: the operator's log has it.
      out.detail = happened;
  }
  return out;
}

}  // namespace sekisho::wire
