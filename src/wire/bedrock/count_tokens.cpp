#include "wire/bedrock/count_tokens.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/json_slice.h"
#include "wire/json_text.h"
#include "wire/json_walk.h"
#include "wire/media.h"

namespace sekisho::wire::bedrock {
namespace {

std::string key_of(Span member, std::string_view body) {
  JsonCursor cursor(body, member.begin);
  const auto key = cursor.read_string();
  return key ? unescape_json(cursor.of(key->raw)) : std::string();
}

}  // namespace

Result<CountRequest> read_count_request(std::string_view body) {
  JsonDocument document;
  TRY_VOID(document.parse(body));
  if (!is_unambiguous_object(body)) {
    return fail(Code::kInvalidArgument, "the body is not a JSON object, or repeats a key");
  }
  const JsonValue input = document.root().find("input");
  if (const JsonValue converse = input.find("converse"); converse.is(JsonKind::kObject)) {
    return CountRequest{Dialect::kBedrockConverse, std::string(converse.raw())};
  }
  const JsonValue packed = input.find("invokeModel").find("body");
  if (!packed.is(JsonKind::kString)) {
    return fail(Code::kInvalidArgument, "input: neither converse nor invokeModel.body is there");
  }
  const std::string base64 = packed.text();
  auto inner = base64_head(base64, base64.size());
  if (!inner) return fail(Code::kInvalidArgument, "input.invokeModel.body: not base64");
  return CountRequest{Dialect::kAnthropicMessages, std::move(*inner)};
}

std::string count_request(Dialect dialect, std::string_view inner) {
  if (dialect == Dialect::kBedrockConverse) {
    return std::string("{\"input\":{\"converse\":").append(inner).append("}}");
  }
  return "{\"input\":{\"invokeModel\":{\"body\":\"" + encode_base64(inner) + "\"}}}";
}

void edit_for_count(const Envelope& envelope, std::string_view body, std::vector<SpanEdit>& edits) {
  std::int64_t budget = 0;
  if (envelope.thinking_budget) {
    const std::string_view digits = envelope.thinking_budget->of(body);
    std::from_chars(digits.data(), digits.data() + digits.size(), budget);
  }
  if (envelope.max_tokens.value_or(0) <= budget) {
    edit_max_tokens(envelope, body, "max_tokens", budget + 1, edits);
  }
  if (envelope.tools_count > 0) return;
  std::vector<Span> out;
  for (const Span member : envelope.members) {
    if (key_of(member, body) == "tools") out.push_back(member);
  }
  edit_out(out, body, edits);
}

std::string_view foundation_model(std::string_view model) {
  constexpr std::array<std::string_view, 7> kRegions{"us.", "eu.",     "apac.",  "jp.",
                                                     "au.", "us-gov.", "global."};
  if (model.starts_with("arn:")) return {};
  for (const std::string_view region : kRegions) {
    if (model.starts_with(region)) return model.substr(region.size());
  }
  return model;
}

std::optional<std::int64_t> read_count_answer(std::string_view body) {
  JsonDocument document;
  if (!document.parse(body)) return {};
  const auto count = document.root().find("inputTokens").integer();
  return count ? count : document.root().find("input_tokens").integer();
}

}  // namespace sekisho::wire::bedrock
