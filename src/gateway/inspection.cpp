#include "gateway/inspection.h"

#include <algorithm>

#include "guard/json_scan.h"

namespace sekisho::gateway {
namespace {

void scan_block(const guard::RuleSet& rules, std::string_view body, const wire::TextBlock& block,
                std::uint32_t index, std::vector<guard::Finding>& scratch,
                std::vector<BlockFinding>& out) {
  scratch.clear();
  const std::uint32_t named = block.named, size = block.raw.size();
  const auto text = named > 0 ? wire::Span{block.raw.begin - named, block.raw.end + 1} : block.raw;
  guard::scan_json(rules, text.of(body), scratch);
  for (const auto& f : scratch) {
    // The name and the quotes are not the block's: what is found there is none of its findings.
    const auto begin = std::max(static_cast<std::uint32_t>(f.begin), named) - named;
    const auto end = std::min(static_cast<std::uint32_t>(f.end), named + size);
    if (end > named + begin) out.push_back({index, f.rule, begin, end - named});
  }
}

// Copies the findings of the earlier block `from` to the block `to`. `cursor` moves forward.
void carry_over(const std::vector<BlockFinding>& earlier, std::size_t& cursor, std::uint32_t from,
                std::uint32_t to, std::vector<BlockFinding>& out) {
  while (cursor < earlier.size() && earlier[cursor].block < from) ++cursor;
  for (; cursor < earlier.size() && earlier[cursor].block == from; ++cursor) {
    auto finding = earlier[cursor];
    finding.block = to;
    out.push_back(finding);
  }
}

std::string_view mode_name(guard::Mode mode) {
  switch (mode) {
    case guard::Mode::kOff:
      return "off";
    case guard::Mode::kDetect:
      return "detect";
    case guard::Mode::kRedact:
      return "redact";
    case guard::Mode::kBlock:
      return "block";
  }
  return "off";
}

}  // namespace

bool passes_upstream(std::string_view name) {
  for (auto exact : {"user-agent", "accept", "x-app", "openai-beta", "idempotency-key"}) {
    if (http::equals_ignoring_case(name, exact)) return true;
  }
  return http::starts_ignoring_case(name, "anthropic-") ||
         http::starts_ignoring_case(name, "x-stainless-");
}

std::vector<std::string> find_in_headers(const guard::RuleSet& rules, const guard::Policy& policy,
                                         const http::Headers& headers,
                                         std::vector<trace::VerdictRecord>& records) {
  constexpr std::size_t kShortestSecret = 16;  // most headers are shorter
  std::vector<std::string> tainted;
  std::vector<guard::Finding> found;
  for (const auto& field : headers.fields()) {
    if (field.value.size() < kShortestSecret || !passes_upstream(field.name)) continue;
    found.clear();
    rules.scan(field.value, found);
    bool tells = false;
    for (const auto& finding : found) {
      const auto& rule = rules.rules()[finding.rule];
      if (policy.mode_of(rule) == guard::Mode::kOff) continue;
      count_verdict(records, rule.id, guard::Mode::kRedact, "request");
      tells = true;
    }
    if (tells) tainted.emplace_back(field.name);
  }
  return tainted;
}

std::vector<BlockFinding> find_in_request(const guard::RuleSet& rules, std::string_view body,
                                          const wire::Envelope& envelope,
                                          const Continuation& earlier,
                                          std::int64_t& scanned_bytes) {
  std::vector<BlockFinding> out;
  std::vector<guard::Finding> scratch;
  const auto& blocks = envelope.blocks;
  const Turn* turn = earlier.turn;
  bool usable = turn && turn->scanned && turn->rules_version == rules.version();
  std::size_t first = 0;             // blocks [0, first) are known from the prefix
  std::size_t last = blocks.size();  // blocks [last, end) are known from the suffix
  std::size_t old_last = usable ? turn->envelope.blocks.size() : 0;
  if (usable) {
    const auto& old = turn->envelope.blocks;
    while (first < blocks.size() && first < old.size() && blocks[first] == old[first] &&
           blocks[first].raw.end < earlier.prefix) {
      ++first;
    }
    auto old_size = turn->body.size();
    while (last > first && old_last > first) {
      const auto& a = blocks[last - 1].raw;
      const auto& b = old[old_last - 1].raw;
      const auto named = blocks[last - 1].named;
      // What stands before the text, its name or its quote, must be common too.
      if (a.begin - named <= body.size() - earlier.suffix ||
          body.size() - a.begin != old_size - b.begin || a.size() != b.size() ||
          named != old[old_last - 1].named) {
        break;
      }
      --last;
      --old_last;
    }
  }
  std::size_t cursor = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    auto index = static_cast<std::uint32_t>(i);
    if (i < first) {
      carry_over(turn->findings, cursor, index, index, out);
    } else if (i >= last) {
      carry_over(turn->findings, cursor, static_cast<std::uint32_t>(old_last + (i - last)), index,
                 out);
    } else {
      scanned_bytes += blocks[i].raw.size() + blocks[i].named;
      scan_block(rules, body, blocks[i], index, scratch, out);
    }
  }
  return out;
}

void count_verdict(std::vector<trace::VerdictRecord>& records, std::string_view rule,
                   guard::Mode mode, std::string_view where) {
  auto name = mode_name(mode);
  for (auto& record : records) {
    if (record.rule == rule && record.mode == name && record.where == where) {
      ++record.count;
      return;
    }
  }
  records.push_back({std::string(rule), std::string(name), std::string(where), 1});
}

InputVerdict judge_request(const guard::RuleSet& rules, const guard::Policy& policy,
                           const wire::Envelope& envelope,
                           const std::vector<BlockFinding>& findings) {
  InputVerdict verdict;
  for (const auto& block : envelope.blocks) verdict.covered_bytes += block.raw.size();
  for (const auto& finding : findings) {
    const auto& rule = rules.rules()[finding.rule];
    auto mode = policy.mode_of(rule);
    if (mode == guard::Mode::kOff) continue;
    count_verdict(verdict.records, rule.id, mode, "request");
    if (mode == guard::Mode::kBlock && !verdict.blocked_by) verdict.blocked_by = &rule;
    if (mode != guard::Mode::kRedact) continue;
    auto begin = envelope.blocks[finding.block].raw.begin;
    verdict.redactions.push_back(
        {{begin + finding.begin, begin + finding.end}, guard::placeholder(rule)});
  }
  return verdict;
}

}  // namespace sekisho::gateway
