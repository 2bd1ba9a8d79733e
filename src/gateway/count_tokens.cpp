#include "gateway/count_tokens.h"

#include "wire/bedrock/count_tokens.h"
#include "wire/bedrock/invoke_request.h"
#include "wire/json_writer.h"

namespace sekisho::gateway {
namespace {

Refused refused(const Error& error) {
  wire::Refusal refusal;
  refusal.code = error.code;
  refusal.rule = "request_body";
  refusal.detail = error.detail;
  return Refused(std::move(refusal));
}

std::string padded(std::string text) {
  text.append(http::Buffer::kPadding, '\0');
  return text;
}

std::string_view without_padding(std::string_view text) {
  return text.substr(0, text.size() - http::Buffer::kPadding);
}

class CountPath final : public AnswerPath {
 public:
  explicit CountPath(wire::Operation operation) : operation_(operation) {}

  Result<const guard::RuleInfo*> feed(std::string_view bytes, std::string&) override {
    if (body_.size() + bytes.size() > kMostBytes) return broken();
    body_ += bytes;
    return nullptr;
  }
  Result<const guard::RuleInfo*> finish(std::string& out) override {
    if (operation_ == wire::Operation::kGeminiCountTokens) {  // its own bytes, as always
      if (!body_.contains("\"totalTokens\"")) return broken();
      complete_ = true;
      out += body_;
      return nullptr;
    }
    auto count = wire::bedrock::read_count_answer(body_);
    if (!count) return broken();
    complete_ = true;
    bool bedrock = operation_ == wire::Operation::kBedrockCountTokens;
    wire::JsonWriter(out)
        .begin_object()
        .field(bedrock ? "inputTokens" : "input_tokens", *count)
        .end_object();
    return nullptr;
  }
  const wire::Usage& usage() const override { return usage_; }
  bool complete() const override { return complete_; }
  std::size_t output_bytes() const override { return 0; }
  std::string_view stop_reason() const override { return {}; }
  std::string_view served_tier() const override { return {}; }
  const std::optional<ToldError>& told() const override { return told_; }
  std::int64_t scanned() const override { return 0; }  // a figure holds no text
  const std::vector<trace::VerdictRecord>& records() const override { return records_; }

 private:
  static constexpr std::size_t kMostBytes = 65'536;
  static Failure broken() {
    return fail(Code::kUpstreamFailed, "the provider's answer tells no count");
  }

  wire::Operation operation_;
  std::string body_;
  wire::Usage usage_;
  bool complete_ = false;
  std::optional<ToldError> told_;
  std::vector<trace::VerdictRecord> records_;
};

}  // namespace

bool counts_tokens(const Exchange& x, const catalog::Deployment& deployment) {
  const auto* upstream = x.policy->find_upstream(deployment.upstream);
  if (!upstream) return false;
  bool messages = x.dialect == wire::Dialect::kAnthropicMessages;
  if (upstream->kind == UpstreamKind::kAnthropic) return messages;
  if (upstream->kind == UpstreamKind::kGemini) return x.dialect == wire::Dialect::kGemini;
  bool known = messages || x.dialect == wire::Dialect::kBedrockConverse;
  return known && upstream->kind == UpstreamKind::kBedrock && is_claude(*x.model, deployment) &&
         !wire::bedrock::foundation_model(deployment.upstream_model).empty();
}

Outcome<void> unwrap_count_request(Exchange& x) {
  if (x.operation != wire::Operation::kBedrockCountTokens) return {};
  auto inner = wire::bedrock::read_count_request(x.body.view());
  if (!inner) return refused(inner.error());
  auto body = x.worker.buffers.make();
  if (auto copied = body.append(inner->body); !copied) return refused(copied.error());
  x.body = std::move(body);
  x.dialect = inner->dialect;
  return {};
}

Outcome<std::string> count_body(const Exchange& x) {
  if (x.dialect == wire::Dialect::kBedrockConverse) {
    auto inner = wire::SplicedBody(x.body.view(), x.verdict.redactions).str();
    return wire::bedrock::count_request(x.dialect, inner);
  }
  std::vector<std::string_view> betas;
  if (x.betas.contains(wire::bedrock::kCountBeta)) betas.push_back(wire::bedrock::kCountBeta);
  auto invoke = wire::bedrock::invoke_edits(x.envelope, x.body.view(), betas);
  if (!invoke) return refused(invoke.error());
  auto edits = std::move(invoke->edits);
  edits.insert(edits.end(), x.verdict.redactions.begin(), x.verdict.redactions.end());
  // In a second pass: members that both take out may stand side by side.
  auto first = padded(wire::SplicedBody(x.body.view(), std::move(edits)).str());
  auto body = without_padding(first);
  auto envelope = wire::parse_envelope(x.dialect, body, wire::ModelPlace::kPath);
  if (!envelope) return refused(envelope.error());
  std::vector<wire::SpanEdit> more;
  wire::bedrock::edit_for_count(*envelope, body, more);
  return wire::bedrock::count_request(x.dialect, wire::SplicedBody(body, std::move(more)).str());
}

std::unique_ptr<AnswerPath> make_count_path(wire::Operation operation) {
  return std::make_unique<CountPath>(operation);
}

}  // namespace sekisho::gateway
