#include "gateway/answer_path.h"

#include <algorithm>

#include "gateway/admission.h"
#include "gateway/count_tokens.h"
#include "gateway/stream_guard.h"
#include "wire/bedrock/invoke_answer.h"
#include "wire/bedrock/packed_messages.h"

namespace sekisho::gateway {
namespace {

ToldError told_by(wire::UpstreamError error) {
  auto refusal = wire::refusal_from_upstream(error);
  if (refusal.rule.empty()) refusal.rule = "upstream";
  return {std::move(error), std::move(refusal)};
}

Failure failure_of(const ToldError& told) {
  return fail(told.refusal.code, told.refusal.detail);
}

class RawPath final : public AnswerPath {
 public:
  RawPath(const Exchange& x, std::unique_ptr<wire::RawAnswer> answer, bool hide_usage)
      : dialect_(x.dialect),
        answer_(std::move(answer)),
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
  const std::optional<ToldError>& told() const override { return told_; }
  std::int64_t scanned() const override { return guard_.scanned(); }
  const std::vector<trace::VerdictRecord>& records() const override { return guard_.records(); }

 private:
  Result<const guard::RuleInfo*> pass(std::string& out) {
    auto error = std::ranges::find_if(frames_, &wire::RawFrame::is_error);
    if (error != frames_.end()) {
      // Worded anew: a provider's own words may name accounts.
      told_ = told_by(wire::read_error_in_answer(dialect_, error->data.of(error->bytes)));
      frames_.erase(error, frames_.end());
      if (const auto* rule = guard_.push(frames_, out)) return rule;
      return failure_of(*told_);
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
  std::optional<ToldError> told_;
};

// An exception in the place of an event, or a stop reason that is a fault.
ToldError told_by_event(const wire::AnswerEvent& event) {
  auto told = told_by(wire::error_in_answer(event.error_type));
  told.error.message = event.error.detail;
  auto& refusal = told.refusal;
  refusal.code = event.error.code;
  bool malformed = event.kind == wire::AnswerEvent::Kind::kStop;
  if (refusal.code == Code::kContextOverflow) {
    refusal.detail = event.text;
  } else if (malformed || refusal.code == Code::kUpstreamRejected) {
    refusal.detail = malformed ? "the model's answer was malformed" : event.text;
    if (refusal.detail.ends_with('.')) refusal.detail.pop_back();
    if (!event.error_type.empty()) refusal.detail += " (" + event.error_type + ")";
  }
  return told;
}

class TranslatedPath final : public AnswerPath {
 public:
  TranslatedPath(const Exchange& x, const UpstreamRequest& request, bool stream)
      : decoder_(wire::make_answer_decoder(request.dialect, stream)),
        encoder_(wire::make_answer_encoder(x.dialect, encoding(x, request, stream))),
        guard_(x.worker.rules, x.policy->settings.secrets, x.policy->settings.inspects()),
        exchange_(x) {}

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
  std::optional<bool> served_fast() const override { return fast_; }
  std::optional<bool> served_us() const override { return us_; }
  std::string_view served_tier() const override { return tier_; }
  const std::optional<ToldError>& told() const override { return told_; }
  std::int64_t scanned() const override { return guard_.scanned(); }
  const std::vector<trace::VerdictRecord>& records() const override { return guard_.records(); }

 private:
  static wire::AnswerEncoding encoding(const Exchange& x, const UpstreamRequest& request,
                                       bool stream) {
    wire::AnswerEncoding encoding;
    encoding.id.append(wire::answer_id_prefix(x.dialect)).append(x.id_text, 4);
    encoding.model = x.envelope.model_name;
    encoding.created = unix_ms(x.record.at) / 1000;
    encoding.stream = stream;
    encoding.include_usage = x.envelope.include_usage;
    encoding.json_array = x.json_array;
    encoding.estimated_prompt = estimate_prompt(x);
    encoding.tool_names = request.translated.tool_names;
    return encoding;
  }

  Result<const guard::RuleInfo*> pass(std::string& out) {
    using Kind = wire::AnswerEvent::Kind;
    for (const auto& event : events_) {
      thinking_.see(event);
      if (event.kind == Kind::kDelta) output_bytes_ += event.text.size();
      if (event.kind == Kind::kUsage) {
        usage_ = event.usage;
        tier_ = event.served_tier;
        fast_ = event.served_fast;
        us_ = event.served_us;
      }
      if (event.kind == Kind::kStop) stop_ = stop_name(event.stop);
      if (event.kind == Kind::kEnd) ended_ = true;
      if (event.kind == Kind::kError) failed_ = true;
      bool malformed = event.kind == Kind::kStop && event.stop == wire::StopReason::kError;
      if (event.kind == Kind::kError || malformed) told_ = told_by_event(event);
    }
    released_.clear();
    const auto* rule = guard_.push(events_, released_);
    if (rule) return rule;
    keep_thinking();
    for (const auto& event : released_) {
      bool content =
          event.kind != Kind::kError && event.kind != Kind::kEnd && event.kind != Kind::kStop;
      if (!told_ || content) encoder_->encode(event, out);
    }
    // After a malformed answer its usage still comes.
    if (told_ && (failed_ || ended_)) return failure_of(*told_);
    return nullptr;
  }

  // What a redaction changed is no longer what was signed.
  void keep_thinking() {
    auto calls = thinking_.take();
    const auto& store = exchange_.worker.thinking;
    if (calls.empty() || !store) return;
    bool changed = std::ranges::any_of(guard_.records(),
                                       [](const auto& record) { return record.mode == "redact"; });
    if (changed) return;
    const auto& family = exchange_.model->facts.target.family;
    for (const auto& call : calls) {
      store->keep(exchange_.key->key, family, call.tool_id, call.blocks,
                  exchange_.worker.loop.now());
    }
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
  const Exchange& exchange_;
  ThinkingGatherer thinking_;
  std::vector<wire::AnswerEvent> events_, released_;
  wire::Usage usage_;
  std::string_view stop_;
  std::string tier_;
  std::optional<bool> fast_, us_;
  std::size_t output_bytes_ = 0;
  bool ended_ = false, failed_ = false;
  std::optional<ToldError> told_;
};

// Whatever the upstream was, callers of InvokeModelWithResponseStream get its event stream.
class PackedPath final : public AnswerPath {
 public:
  explicit PackedPath(std::unique_ptr<AnswerPath> inner) : inner_(std::move(inner)) {}

  Result<const guard::RuleInfo*> feed(std::string_view bytes, std::string& out) override {
    events_.clear();
    auto fed = inner_->feed(bytes, events_);
    TRY_VOID(packer_.feed(events_, inner_->usage(), out));
    return fed;
  }
  Result<const guard::RuleInfo*> finish(std::string& out) override {
    events_.clear();
    auto finished = inner_->finish(events_);
    TRY_VOID(packer_.feed(events_, inner_->usage(), out));
    return finished;
  }
  const wire::Usage& usage() const override { return inner_->usage(); }
  bool complete() const override { return inner_->complete(); }
  std::size_t output_bytes() const override { return inner_->output_bytes(); }
  std::string_view stop_reason() const override { return inner_->stop_reason(); }
  std::optional<bool> served_fast() const override { return inner_->served_fast(); }
  std::optional<bool> served_us() const override { return inner_->served_us(); }
  std::string_view served_tier() const override { return inner_->served_tier(); }
  const std::optional<ToldError>& told() const override { return inner_->told(); }
  std::int64_t scanned() const override { return inner_->scanned(); }
  const std::vector<trace::VerdictRecord>& records() const override { return inner_->records(); }

 private:
  std::unique_ptr<AnswerPath> inner_;
  wire::bedrock::MessagePacker packer_;
  std::string events_;
};

std::unique_ptr<AnswerPath> path_of(const Exchange& x, const UpstreamRequest& request,
                                    bool stream) {
  if (request.form == UpstreamForm::kTranslated) {
    return std::make_unique<TranslatedPath>(x, request, stream);
  }
  bool packed = stream && request.form == UpstreamForm::kInvokeModel;
  bool array = stream && request.json_array;
  auto answer = packed  ? wire::bedrock::make_invoke_stream()
                : array ? wire::make_raw_array()
                        : wire::make_raw_answer(x.dialect, stream);
  return std::make_unique<RawPath>(x, std::move(answer), request.usage_injected);
}

}  // namespace

std::unique_ptr<AnswerPath> make_answer_path(const Exchange& x, const UpstreamRequest& request,
                                             bool stream) {
  // From the provider of the client's own shape the bytes are kept.
  bool own =
      x.operation == wire::Operation::kCountTokens && x.upstream->kind == UpstreamKind::kAnthropic;
  if (wire::is_token_count(x.operation) && !own) return make_count_path(x.operation);
  auto path = path_of(x, request, stream);
  bool packs = stream && wire::framing_of(x.operation) == wire::Framing::kPackedMessages;
  if (packs) return std::make_unique<PackedPath>(std::move(path));
  return path;
}

}  // namespace sekisho::gateway
