#include "wire/refusal.h"

#include <algorithm>

#include "wire/bedrock/fault.h"
#include "wire/json_writer.h"
#include "wire/refusal_status.h"

namespace sekisho::wire {
namespace {

struct Shape {
  int status;
  std::string_view anthropic_type;
};

Shape shape_for(const Refusal& refusal, const RefusalRow& row, Dialect dialect, ClientKind client) {
  if (dialect == Dialect::kBedrockConverse) {
    if (int own = bedrock::fault_of(refusal, row).status; own != 0) return {own, ""};
    // The AWS SDKs repeat neither; 403 is what this type comes with.
    bool told = row.kind == RefusalClass::kPolicy || row.kind == RefusalClass::kBudget;
    if (told && client == ClientKind::kUnknown) return {403, ""};
  }
  if (row.kind != RefusalClass::kPolicy && row.kind != RefusalClass::kBudget) {
    bool own = dialect == Dialect::kAnthropicMessages && row.anthropic_status != 0;
    return {own ? row.anthropic_status : row.status, row.anthropic_type};
  }
  // Other clients of Gemini are made of Google's SDK, as its CLI is.
  bool google = dialect == Dialect::kGemini && client == ClientKind::kUnknown;
  const ClientRow& by_client = client_row(google ? ClientKind::kGeminiCli : client);
  int status =
      row.kind == RefusalClass::kBudget ? by_client.budget_status : by_client.policy_status;
  std::string_view type = by_client.anthropic_type;
  return {status, type.empty() ? anthropic_type_of_status(status) : type};
}

// LiteLLM's habit, which its clients read: the code is the status, as a string. But clients look
// for OpenAI's own code when a prompt does not fit.
std::string openai_code(Code code, int status) {
  if (code == Code::kContextOverflow) return "context_length_exceeded";
  return std::to_string(status);
}

std::string openai_body(const Refusal& refusal, const RefusalRow& row, int status,
                        std::string_view sentence) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("error").begin_object();
  w.field("message", sentence).field("type", row.openai_type);
  w.key("param");
  if (refusal.param.empty()) {
    w.null();
  } else {
    w.string(refusal.param);
  }
  w.field("code", std::string_view(openai_code(refusal.code, status)));
  w.end_object().end_object();
  return out;
}

std::string anthropic_body(std::string_view type, std::string_view sentence,
                           std::string_view request_id) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().field("type", "error").key("error").begin_object();
  w.field("type", type).field("message", sentence).end_object();
  w.field("request_id", request_id).end_object();
  return out;
}

std::string_view google_status(int status) {
  switch (status) {
    case 401:
      return "UNAUTHENTICATED";
    case 402:
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 409:
      return "ABORTED";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 500:
      return "INTERNAL";
    case 501:
      return "UNIMPLEMENTED";
    case 502:
    case 503:
      return "UNAVAILABLE";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return "INVALID_ARGUMENT";
  }
}

// Seconds until the same request may succeed; 0 = nobody knows, or never.
std::int64_t retry_seconds(const Refusal& refusal, const RefusalRow& row) {
  if (row.kind != RefusalClass::kTransient) return 0;
  return refusal.retry_after_s.value_or(row.retry_after_s);
}

// With the details by which Google's clients tell when to come again.
std::string google_body(const Refusal& refusal, const RefusalRow& row, int status,
                        std::string_view sentence, std::string_view request_id) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("error").begin_object();
  w.field("code", status).field("message", sentence).field("status", google_status(status));
  w.key("details").begin_array();
  if (const auto after = retry_seconds(refusal, row); after > 0) {
    w.begin_object().field("@type", "type.googleapis.com/google.rpc.RetryInfo");
    w.field("retryDelay", std::string_view(std::to_string(after) + "s")).end_object();
  }
  w.begin_object().field("@type", "type.googleapis.com/google.rpc.RequestInfo");
  w.field("requestId", request_id).end_object();
  w.end_array().end_object().end_object();
  return out;
}

std::string bedrock_body(std::string_view sentence) {
  std::string out;
  JsonWriter(out).begin_object().field("message", sentence).end_object();
  return out;
}

void add_retry_headers(const Refusal& refusal, const RefusalRow& row, RenderedError& out) {
  if (row.kind != RefusalClass::kTransient) {
    out.headers.emplace_back("x-should-retry", "false");
    return;
  }
  const auto after = retry_seconds(refusal, row);
  if (after > 0) out.headers.emplace_back("retry-after", std::to_string(after));
}

RenderedError rendered(const Refusal& refusal, const RefusalRow& row, Shape shape, Dialect dialect,
                       std::string_view sentence, std::string_view request_id) {
  RenderedError out;
  out.status = shape.status;
  out.headers.emplace_back("content-type", "application/json");
  switch (dialect) {
    case Dialect::kOpenAiChat:
    case Dialect::kOpenAiResponses:
    case Dialect::kOpenAiCompletions:
    case Dialect::kOpenAiEmbeddings:
      out.headers.emplace_back("x-request-id", request_id);
      out.body = openai_body(refusal, row, shape.status, sentence);
      break;
    case Dialect::kAnthropicMessages:
      out.headers.emplace_back("request-id", request_id);
      out.body = anthropic_body(shape.anthropic_type, sentence, request_id);
      break;
    case Dialect::kGemini:
      out.headers.emplace_back("x-request-id", request_id);
      out.body = google_body(refusal, row, shape.status, sentence, request_id);
      break;
    case Dialect::kBedrockConverse:
      out.headers.emplace_back("x-amzn-requestid", request_id);
      out.headers.emplace_back("x-amzn-errortype", bedrock::fault_of(refusal, row).type);
      out.body = bedrock_body(sentence);
      break;
  }
  return out;
}

}  // namespace

bool is_transient(Code code) {
  return refusal_row(code).kind == RefusalClass::kTransient;
}

RenderedError render_refusal(const Refusal& refusal, Dialect dialect, ClientKind client,
                             Language language, std::string_view request_id) {
  const RefusalRow& row = refusal_row(refusal.code);
  Shape shape = shape_for(refusal, row, dialect, client);
  if (!refusal.allow.empty()) shape.status = 405;
  auto out = rendered(refusal, row, shape, dialect, refusal_sentence(refusal, language, request_id),
                      request_id);
  add_retry_headers(refusal, row, out);
  if (!refusal.allow.empty()) out.headers.emplace_back("allow", refusal.allow);
  return out;
}

RenderedError render_protocol_error(int status, std::string_view reason, Dialect dialect,
                                    std::string_view request_id) {
  const Refusal refusal{.code = status == 503 ? Code::kOverloaded : Code::kInvalidArgument};
  const RefusalRow& row = refusal_row(refusal.code);
  return rendered(refusal, row, {status, anthropic_type_of_status(status)}, dialect, reason,
                  request_id);
}

std::string render_stream_error(const Refusal& refusal, Dialect dialect, Language language,
                                std::string_view request_id) {
  const RefusalRow& row = refusal_row(refusal.code);
  const std::string sentence = refusal_sentence(refusal, language, request_id);
  if (dialect == Dialect::kBedrockConverse) {
    return bedrock::exception_frame(bedrock::fault_of(refusal, row), bedrock_body(sentence));
  }
  if (dialect == Dialect::kAnthropicMessages) {
    return "event: error\ndata: " + anthropic_body(row.anthropic_type, sentence, request_id) +
           "\n\n";
  }
  if (dialect == Dialect::kGemini) {  // as Google does, and its SDK expects: without "data:"
    return google_body(refusal, row, row.status, sentence, request_id) + "\n\n";
  }
  return "data: " + openai_body(refusal, row, row.status, sentence) + "\n\n";
}

}  // namespace sekisho::wire
