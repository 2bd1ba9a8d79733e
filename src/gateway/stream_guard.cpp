#include "gateway/stream_guard.h"

#include <algorithm>

#include "gateway/inspection.h"
#include "wire/json_text.h"

namespace sekisho::gateway {

GuardedText::GuardedText(const std::shared_ptr<const guard::RuleSet>& rules,
                         const guard::Policy& policy, std::vector<trace::VerdictRecord>& records)
    : rules_(*rules), policy_(policy), records_(records), window_(rules) {}

const guard::RuleInfo* GuardedText::take(const std::vector<guard::Finding>& found) {
  for (const auto& finding : found) {
    const auto& rule = rules_.rules()[finding.rule];
    auto mode = policy_.mode_of(rule);
    if (mode == guard::Mode::kOff) continue;
    count_verdict(records_, rule.id, mode, "response");
    if (mode == guard::Mode::kBlock) return &rule;
    if (mode == guard::Mode::kRedact) redactions_.push_back(finding);
  }
  return nullptr;
}

const guard::RuleInfo* GuardedText::push(std::string_view text) {
  received_ += text.size();
  scratch_.clear();
  window_.push(text, scratch_);
  return take(scratch_);
}

const guard::RuleInfo* GuardedText::finish() {
  if (finished_) return nullptr;
  scratch_.clear();
  window_.finish(scratch_);
  finished_ = true;
  return take(scratch_);
}

bool GuardedText::rewrite(std::size_t begin, std::string_view text, std::string& out) const {
  auto end = begin + text.size();
  bool changed = false;
  std::size_t done = begin;
  for (const auto& finding : redactions_) {
    if (finding.end <= begin || finding.begin >= end) continue;
    if (!changed) out.clear();
    changed = true;
    if (finding.begin > done) out.append(text.substr(done - begin, finding.begin - done));
    // The placeholder stands in the piece in which the value begins; later pieces only lose it.
    if (finding.begin >= begin) out += guard::placeholder(rules_.rules()[finding.rule]);
    done = std::max(done, std::min(finding.end, end));
  }
  if (changed) out.append(text.substr(done - begin));
  return changed;
}

RawStreamGuard::RawStreamGuard(std::shared_ptr<const guard::RuleSet> rules,
                               const guard::Policy& policy, bool inspect)
    : rules_(std::move(rules)), policy_(policy), inspect_(inspect) {}
RawStreamGuard::~RawStreamGuard() = default;

const guard::RuleInfo* RawStreamGuard::push(std::vector<wire::RawFrame>& frames, std::string& out) {
  for (auto& frame : frames) {
    if (!inspect_) {
      out += frame.bytes;
    } else if (const auto* rule = take(std::move(frame), out)) {
      return rule;
    }
  }
  frames.clear();
  return nullptr;
}

const guard::RuleInfo* RawStreamGuard::take(wire::RawFrame frame, std::string& out) {
  Held held{std::move(frame), {}, {}};
  held.pieces.reserve(held.frame.texts.size());
  for (const auto& text : held.frame.texts) {
    auto& field = fields_[text.field];
    if (!field) field = std::make_unique<GuardedText>(rules_, policy_, records_);
    auto decoded = wire::unescape_json(text.raw.of(held.frame.bytes));
    scanned_ += static_cast<std::int64_t>(decoded.size());
    if (text.named > 0) {
      const wire::Span name{text.raw.begin - text.named, text.raw.begin};
      if (const auto* rule = field->push(wire::unescape_json(name.of(held.frame.bytes)))) {
        return rule;
      }
    }
    auto begin = field->received();
    if (const auto* rule = field->push(decoded)) return rule;
    if (text.named > 0) {
      if (const auto* rule = field->push("\"")) return rule;
    }
    held.pieces.push_back({field.get(), begin, begin + decoded.size(), std::move(decoded)});
  }
  for (const auto& signature : held.frame.signatures) {
    auto field = fields_.find(signature.field);
    if (field == fields_.end()) continue;
    held.signatures.push_back({field->second.get(), field->second->received(), signature});
  }
  bool ends = held.frame.ends_fields;
  held_.push_back(std::move(held));
  if (ends) {
    if (const auto* rule = finish_fields()) return rule;
  }
  release(out);
  return nullptr;
}

const guard::RuleInfo* RawStreamGuard::finish_fields() {
  for (auto& [id, field] : fields_) {
    if (const auto* rule = field->finish()) return rule;
    ended_.push_back(std::move(field));
  }
  fields_.clear();
  return nullptr;
}

void RawStreamGuard::emit(Held& held, std::string& out) {
  std::vector<std::pair<std::size_t, std::string>> changes;
  std::string text;
  for (std::size_t i = 0; i < held.pieces.size(); ++i) {
    const auto& piece = held.pieces[i];
    if (piece.field->rewrite(piece.begin, piece.text, text)) changes.emplace_back(i, text);
  }
  for (const auto& signature : held.signatures) {
    if (!signature.field->redacts()) continue;
    changes.emplace_back(held.frame.texts.size(), "");
    held.frame.texts.push_back(signature.text);
  }
  if (changes.empty()) {
    out += held.frame.bytes;
  } else {
    out += wire::rewrite_frame(held.frame, changes);
  }
}

bool RawStreamGuard::is_clear(const Held& held) {
  auto decided = [](const auto& part) { return part.end <= part.field->clear_until(); };
  return std::ranges::all_of(held.pieces, decided) && std::ranges::all_of(held.signatures, decided);
}

void RawStreamGuard::release(std::string& out) {
  while (!held_.empty()) {
    if (!is_clear(held_.front())) return;
    emit(held_.front(), out);
    held_.pop_front();
  }
  ended_.clear();
}

const guard::RuleInfo* RawStreamGuard::finish(std::string& out) {
  if (const auto* rule = finish_fields()) return rule;
  release(out);
  return nullptr;
}

EventGuard::EventGuard(std::shared_ptr<const guard::RuleSet> rules, const guard::Policy& policy,
                       bool inspect)
    : rules_(std::move(rules)), policy_(policy), inspect_(inspect) {}
EventGuard::~EventGuard() = default;

const guard::RuleInfo* EventGuard::push(std::vector<wire::AnswerEvent>& events,
                                        std::vector<wire::AnswerEvent>& out) {
  for (auto& event : events) {
    if (!inspect_) {
      out.push_back(std::move(event));
    } else if (const auto* rule = take(event, out)) {
      return rule;
    }
  }
  events.clear();
  return nullptr;
}

void EventGuard::flush(std::vector<wire::AnswerEvent>& out) {
  if (!field_) return;
  auto ready = field_->clear_until() - released_;
  if (ready == 0) return;
  std::string text;
  auto piece = std::string_view(pending_).substr(0, ready);
  if (!field_->rewrite(released_, piece, text)) text = piece;
  released_ += ready;
  pending_.erase(0, ready);
  if (text.empty()) return;
  auto event = shape_;
  event.text = std::move(text);
  out.push_back(std::move(event));
}

const guard::RuleInfo* EventGuard::take(wire::AnswerEvent& event,
                                        std::vector<wire::AnswerEvent>& out) {
  using Kind = wire::AnswerEvent::Kind;
  if (event.kind == Kind::kDelta && event.block != wire::AnswerEvent::Block::kRedactedReasoning &&
      !event.text.empty()) {
    if (!field_) {
      field_ = std::make_unique<GuardedText>(rules_, policy_, records_);
      pending_.clear();
      released_ = 0;
    }
    scanned_ += static_cast<std::int64_t>(event.text.size());
    pending_ += event.text;
    shape_.kind = Kind::kDelta;
    shape_.block = event.block;
    shape_.index = event.index;
    const auto* rule = field_->push(event.text);
    if (rule) return rule;
    flush(out);
    if (event.signature.empty()) return nullptr;
    event.text.clear();  // the signature still goes on
  }
  if (field_ && !event.signature.empty()) {
    // It ends the text that it is of, and is none of a text with a redaction.
    if (const auto* rule = field_->finish()) return rule;
    flush(out);
    if (field_->redacts()) event.signature.clear();
    field_.reset();
    if (event.signature.empty()) return nullptr;
    out.push_back(std::move(event));
    return nullptr;
  }
  // Usage may arrive in the middle of a block; a held half must not be let go for it.
  bool ends_block = event.kind != Kind::kDelta && event.kind != Kind::kUsage;
  if (field_ && ends_block) {
    if (const auto* rule = field_->finish()) return rule;
    flush(out);
    field_.reset();
  }
  out.push_back(std::move(event));
  return nullptr;
}

}  // namespace sekisho::gateway
