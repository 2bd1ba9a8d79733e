#include "gateway/answer_path.h"

#include <algorithm>

#include "gateway/admission.h"
#include "gateway/stream_guard.h"

namespace sekisho::gateway {
namespace {

class RawPath final : public AnswerPath {
 public:
  RawPath(const Exchange& x, bool stream, bool hide_usage)
      : dialect_(x.dialect),
        answer_(wire::make_raw_answer(x.dialect, stream)),
        guard_(x.worker.rules, x.policy->settings.secrets, x.policy->settings.inspects()),
        hide_usage_(hide_usage) {}

  Result<const guard::RuleInfo*> feed(std::string_view bytes, std::string& out) override {
    auto fed = answer_->feed(bytes, frames_);
    TRY(auto rule, pass(out));  // frames before the fault are the client's
    if (!fed && !rule) return Failure(fed.error());
    return rule;
  }
  Result<const guard::RuleInfo*> finish(std::string& out) override {
    auto finished = answer_->finish(frames_);
    TRY(auto rule, pass(out));
    if (rule) return rule;
    if (!finished) return Failure(finished.error());
    return guard_.finish(out);
  }
  const wire::Usage& usage() const override { return answer_->usage(); }
  bool complete() const override { return answer_->complete(); }
  std::size_t output_bytes() const override { return answer_->output_bytes(); }
  std::string_view stop_reason() const override { return answer_->stop_reason(); }
  std::optional<bool> served_fast() const override { return answer_->served_fast(); }
  std::optional<bool> served_us() const override { return answer_->served_us(); }
  std::string_view served_tier() const override { return answer_->served_tier(); }
  std::string_view ping() const override { return answer_->ping(); }
  std::int64_t scanned() const override { return guard_.scanned(); }
  const std::vector<trace::VerdictRecord>& records() const override { return guard_.records(); }

 private:
  // An error inside the stream: worded anew, because a provider's own words may name accounts.
  Error error_in(const wire::RawFrame& frame) const {
    auto upstream = wire::read_upstream_error(dialect_, 502, {}, frame.data.of(frame.bytes));
    if (upstream.type == "overloaded_error") upstream.status = 529;
    if (upstream.type == "rate_limit_error") upstream.status = 429;
    if (upstream.type == "invalid_request_error") upstream.status = 400;
    auto refusal = wire::refusal_from_upstream(upstream);
    return {refusal.code, refusal.detail};
  }

  Result<const guard::RuleInfo*> pass(std::string& out) {
    auto error = std::ranges::find_if(frames_, &wire::RawFrame::is_error);
    if (error != frames_.end()) {
      Error told = error_in(*error);
      frames_.erase(error, frames_.end());
      if (const auto* rule = guard_.push(frames_, out)) return rule;
      return Failure(std::move(told));
    }
    if (hide_usage_) {
      std::erase_if(frames_, [](const auto& frame) { return frame.carries_usage_only; });
    }
    return guard_.push(frames_, out);
  }

  wire::Dialect dialect_;
  std::unique_ptr<wire::RawAnswer> answer_;
  RawStreamGuard guard_;
  bool hide_usage_;  // the client did not ask for the usage chunk
  std::vector<wire::RawFrame> frames_;
};

class TranslatedPath final : public AnswerPath {
 public:
  TranslatedPath(const Exchange& x, const UpstreamRequest& request, bool stream)
      : decoder_(wire::make_converse_decoder(stream)),
        encoder_(wire::make_chat_encoder(encoding(x, request, stream))),
        guard_(x.worker.rules, x.policy->settings.secrets, x.policy->settings.inspects()) {}

  Result<const guard::RuleInfo*> feed(std::string_view bytes, std::string& out) override {
    auto fed = decoder_->feed(bytes, events_);
    auto rule = pass(out);  // events before the fault are the client's
    if (!fed) return Failure(fed.error());
    return rule;
  }
  Result<const guard::RuleInfo*> finish(std::string& out) override {
    auto finished = decoder_->finish(events_);
    auto rule = pass(out);
    if (!finished) return Failure(finished.error());
    return rule;
  }
  const wire::Usage& usage() const override { return usage_; }
  bool complete() const override { return ended_; }
  std::size_t output_bytes() const override { return output_bytes_; }
  std::string_view stop_reason() const override { return stop_; }
  std::string_view served_tier() const override { return tier_; }
  std::string_view ping() const override { return encoder_->ping(); }
  std::int64_t scanned() const override { return guard_.scanned(); }
  const std::vector<trace::VerdictRecord>& records() const override { return guard_.records(); }

 private:
  static wire::ChatEncoding encoding(const Exchange& x, const UpstreamRequest& request,
                                     bool stream) {
    wire::ChatEncoding encoding;
    encoding.id = "chatcmpl-" + x.id_text.substr(4);
    encoding.model = x.envelope.model_name;
    encoding.created = unix_ms(x.record.at) / 1000;
    encoding.stream = stream;
    encoding.include_usage = x.envelope.include_usage;
    encoding.estimated_prompt = estimate_prompt(x);
    encoding.tool_names = request.translated.tool_names;
    return encoding;
  }

  Result<const guard::RuleInfo*> pass(std::string& out) {
    using Kind = wire::AnswerEvent::Kind;
    for (const auto& event : events_) {
      if (event.kind == Kind::kDelta) output_bytes_ += event.text.size();
      if (event.kind == Kind::kUsage) {
        usage_ = event.usage;
        tier_ = event.served_tier;
      }
      if (event.kind == Kind::kStop) stop_ = stop_name(event.stop);
      if (event.kind == Kind::kEnd) ended_ = true;
      if (event.kind == Kind::kError) error_ = event.error;
    }
    released_.clear();
    const auto* rule = guard_.push(events_, released_);
    if (rule) return rule;
    for (const auto& event : released_) {
      if (event.kind != Kind::kError) encoder_->encode(event, out);
    }
    if (error_) return Failure(*error_);
    return nullptr;
  }

  static std::string_view stop_name(wire::StopReason stop) {
    switch (stop) {
      case wire::StopReason::kEndTurn:
        return "stop";
      case wire::StopReason::kToolUse:
        return "tool_calls";
      case wire::StopReason::kMaxTokens:
        return "length";
      case wire::StopReason::kStopSequence:
        return "stop";
      case wire::StopReason::kContentFilter:
        return "content_filter";
      case wire::StopReason::kContextWindow:
        return "length";
      case wire::StopReason::kPauseTurn:
        return "stop";
      case wire::StopReason::kError:
        return "error";
    }
    return "stop";
  }

  std::unique_ptr<wire::AnswerDecoder> decoder_;
  std::unique_ptr<wire::AnswerEncoder> encoder_;
  EventGuard guard_;
  std::vector<wire::AnswerEvent> events_, released_;
  wire::Usage usage_;
  std::string_view stop_;
  std::string tier_;
  std::size_t output_bytes_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace

std::unique_ptr<AnswerPath> make_answer_path(const Exchange& x, const UpstreamRequest& request,
                                             bool stream) {
  if (request.is_translated) return std::make_unique<TranslatedPath>(x, request, stream);
  return std::make_unique<RawPath>(x, stream, request.usage_injected);
}

}  // namespace sekisho::gateway
