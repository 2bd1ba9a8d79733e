#include "guard/scanner.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sekisho::guard {

namespace {

constexpr std::size_t kSearchBytes = 16 * 1024;        // keeps hits and text in the inner caches
constexpr std::size_t kMergedBytes = 4 * kTokenBytes;  // overlapping secrets join up to here

}  // namespace

void Scanner::advance(const ScanText& text, std::size_t base, std::vector<Finding>& out) {
  counts_.bytes += text.size() - size_;
  size_ = text.size();
  ask_again(text);
  do {
    if (block_ && !walk_block(text)) break;
    search(text);
  } while (block_);
  const std::size_t open = first_open(text);
  publish(open, base, out);
}

bool Scanner::still_waits(const ScanText& text, Question& question) const {
  Trial& trial = question.trial;
  if (trial.wait == nullptr || text.complete || text.size() >= trial.wait_size) return false;
  const std::size_t end = trial.wait->run_end(text.bytes, trial.end, text.size());
  trial.end = end;
  return end == text.size();
}

void Scanner::ask_again(const ScanText& text) {
  if (questions_.empty()) return;
  const std::vector<Question> open = std::exchange(questions_, {});
  for (Question question : open) {
    if (block_ && question.hit.start >= block_->segment) continue;
    if (still_waits(text, question)) {
      questions_.push_back(question);
    } else {
      ask(text, question.hit, question.rule);
    }
  }
}

void Scanner::ask(const ScanText& text, const AnchorHit& hit, std::uint16_t rule) {
  answer(text, hit, rule, rules_.judge(text, hit, rule, counts_));
}

void Scanner::answer(const ScanText& text, const AnchorHit& hit, std::uint16_t rule,
                     const Trial& trial) {
  switch (trial.verdict) {
    case Verdict::kNo:
      return;
    case Verdict::kYes:
      claims_.push_back({trial.begin, trial.end, trial.end - trial.begin, rule, false});
      return;
    case Verdict::kMore: {
      Question question{hit, rule, trial};
      // All bytes so far are members of `wait`: only newer ones need looking at.
      question.trial.end = text.size();
      questions_.push_back(question);
      return;
    }
    case Verdict::kBlock:
      open_block(hit, rule, trial);
      return;
  }
}

void Scanner::open_block(const AnchorHit& hit, std::uint16_t rule, const Trial& trial) {
  const CompiledRule& compiled = rules_.rules()[rule];
  const bool run = compiled.spec->long_run;
  const std::size_t dashes =
      rules_.anchors().anchors()[hit.anchor].text.starts_with("-----") ? 5 : 4;
  block_ = OpenBlock{rule, trial.begin,
                     run ? BlockWalker::run(trial.end, &compiled.alphabet)
                         : BlockWalker::armour(trial.end, dashes)};
  // What was seen inside it meanwhile belongs to it.
  std::erase_if(questions_, [&](const Question& q) { return q.hit.start >= trial.begin; });
  std::erase_if(claims_, [&](const Claim& c) { return c.begin >= trial.begin; });
}

// True if the block has ended; anchors after it are to be searched then.
bool Scanner::walk_block(const ScanText& text) {
  const bool ended = block_->walker.walk(text);
  const std::size_t certain = block_->walker.certain();
  const auto claim_to = [&](std::size_t end) {
    claims_.push_back({block_->segment, end, end - block_->segment, block_->rule, true});
    block_->segment = end;
  };
  while (certain - block_->segment >= kSegmentBytes) claim_to(block_->segment + kSegmentBytes);
  if (!ended) return false;
  if (certain > block_->segment) claim_to(certain);
  block_.reset();
  start_ = searched_ = certain;
  return true;
}

void Scanner::search(const ScanText& text) {
  const std::size_t overlap = std::min(searched_, kAnchorBytes - 1);
  std::size_t from = std::max(start_, searched_ - overlap);
  while (from < text.size()) {
    const std::size_t to = std::min(text.size(), from + kSearchBytes);
    hits_.clear();
    rules_.anchors().find(text.bytes, from, to, hits_);
    for (const AnchorHit& hit : hits_) {
      if (hit.start + rules_.anchor_bytes(hit.anchor) <= searched_) continue;
      ++counts_.anchors;
      for (const std::uint16_t rule : rules_.rules_of(hit.anchor)) {
        ask(text, hit, rule);
        if (block_) return;
      }
    }
    from = to;
  }
  searched_ = text.size();
}

std::size_t Scanner::first_open(const ScanText& text) const {
  std::size_t open = text.size();
  if (text.complete) return open;
  for (const Question& question : questions_) open = std::min(open, question.trial.begin);
  if (block_) return std::min(open, block_->segment);
  return std::min(open, rules_.held_from(text));
}

bool Scanner::is_better(const Claim& one, const Claim& other) const {
  const auto rank = [&](const Claim& claim) {
    const bool generic = rules_.rules()[claim.rule].spec->generic;
    return std::tuple(!generic, claim.bytes, -static_cast<int>(claim.rule));
  };
  return rank(one) > rank(other);
}

// Joins claims_[first] with those that overlap it; returns the first that does not.
std::size_t Scanner::take_cluster(std::size_t first, Claim& merged) {
  merged = claims_[first];
  std::size_t next = first + 1;
  for (; next < claims_.size() && claims_[next].begin < merged.end; ++next) {
    Claim& claim = claims_[next];
    if (claim.block && !merged.block) {
      merged.end = claim.begin;
      break;
    }
    const bool too_long = std::max(claim.end, merged.end) - merged.begin > kMergedBytes;
    if (merged.block || too_long) {
      if (claim.end > merged.end) {
        claim.begin = merged.end;
        break;
      }
      if (merged.block) continue;
    }
    const std::size_t end = std::max(merged.end, claim.end), begin = merged.begin;
    if (is_better(claim, merged)) merged = claim;
    merged.begin = begin;
    merged.end = end;
  }
  return next;
}

void Scanner::publish(std::size_t open, std::size_t base, std::vector<Finding>& out) {
  std::size_t done = 0;
  if (!claims_.empty()) {
    const auto order = [](const Claim& a, const Claim& b) {
      return std::tuple(a.begin, !a.block, a.end, a.rule) <
             std::tuple(b.begin, !b.block, b.end, b.rule);
    };
    std::ranges::sort(claims_, order);
    while (done < claims_.size()) {
      Claim merged;
      const std::size_t next = take_cluster(done, merged);
      if (merged.end > open) break;
      merged.begin = std::max(merged.begin, published_);
      if (merged.end > merged.begin) {
        out.push_back({merged.rule, base + merged.begin, base + merged.end});
        published_ = merged.end;
        ++counts_.findings;
      }
      done = next;
    }
    claims_.erase(claims_.begin(), claims_.begin() + static_cast<std::ptrdiff_t>(done));
  }
  clear_ = claims_.empty() ? open : std::min(open, claims_.front().begin);
}

std::size_t Scanner::droppable() const {
  std::size_t needed = clear_;
  if (block_) {
    needed = std::min(needed, block_->walker.certain());
  } else {
    needed = std::min(needed, searched_ - std::min(searched_, kAnchorBytes));
  }
  for (const Question& question : questions_) needed = std::min(needed, question.hit.start);
  return needed - std::min(needed, kLookBehind);
}

void Scanner::drop(std::size_t bytes) {
  for (Question& question : questions_) {
    question.hit.start -= bytes;
    question.trial.begin -= bytes;
    question.trial.end -= bytes;
    question.trial.wait_size -= std::min(question.trial.wait_size, bytes);
  }
  for (Claim& claim : claims_) {
    claim.begin -= bytes;
    claim.end -= bytes;
  }
  if (block_) {
    block_->segment -= bytes;
    block_->walker.shift(bytes);
  }
  searched_ -= std::min(searched_, bytes);
  start_ -= std::min(start_, bytes);
  published_ -= std::min(published_, bytes);
  clear_ -= bytes;
  size_ -= bytes;
}

}  // namespace sekisho::guard
