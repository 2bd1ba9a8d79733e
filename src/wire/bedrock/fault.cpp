#include "wire/bedrock/fault.h"

#include <algorithm>
#include <array>

#include "wire/aws/event_stream.h"

namespace sekisho::wire::bedrock {
namespace {

struct Row {
  std::string_view rule;
  Fault fault;
};

// By the rule that refused a caller.
constexpr std::array kRows{
    Row{"key_missing", {"MissingAuthenticationTokenException", 403}},
    Row{"key_expired", {"ExpiredTokenException", 403}},
    Row{"key_blocked", {"AccessDeniedException", 403}},
    Row{"user_blocked", {"AccessDeniedException", 403}},
    Row{"signature_incomplete", {"IncompleteSignature", 400}},
    Row{"signature_mismatch", {"InvalidSignatureException", 403}},
};

// What a stream can end with; of anything else the client is told one of them.
constexpr std::array<std::string_view, 5> kInStreams{
    "InternalServerException", "ModelStreamErrorException", "ValidationException",
    "ThrottlingException", "ServiceUnavailableException"};

}  // namespace

Fault fault_of(const Refusal& refusal, const RefusalRow& row) {
  const auto* known = std::ranges::find(kRows, refusal.rule, &Row::rule);
  if (refusal.code != Code::kUnauthenticated) return {row.bedrock_type, 0};
  return known == kRows.end() ? Fault{row.bedrock_type, 403} : known->fault;
}

std::string exception_frame(Fault fault, std::string_view body) {
  std::string_view type = fault.type;
  if (std::ranges::find(kInStreams, type) == kInStreams.end()) {
    const bool timeout = type == "ModelTimeoutException";
    type = timeout ? "ModelStreamErrorException" : "ValidationException";
  }
  std::string name(type);
  name[0] = static_cast<char>(name[0] | 0x20);
  return aws::encode_exception(name, body);
}

}  // namespace sekisho::wire::bedrock
