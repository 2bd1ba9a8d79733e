#include "agent_body.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace sekisho::bench {
namespace {

constexpr std::size_t kPoolBytes = 4 << 20;
constexpr std::size_t kStampEvery = 1024;
constexpr std::size_t kSmall = 1024;     // bodies below are one short question
constexpr std::size_t kToolsShare = 20;  // one part in twenty, at most kToolsBytes
constexpr std::size_t kToolsBytes = 16 * 1024;
constexpr std::size_t kLeastTurn = 900;

// %w is a word, %n a number. Escaped for JSON already.
constexpr std::array kTemplates = {
    R"(  for (const auto& %w : %w_) total += %w.count(%n);\n)",
    R"(  if (!%w || %w->size() > %n) return std::unexpected(%w_error);\n)",
    R"(    def %w(self, %w: int = %n) -> list[str]:\n)",
    R"(        return [line.strip() for line in %w if \"%w\" in line]\n)",
    R"(export async function %w(%w: string, token: number): Promise<%w> {\n)",
    R"(  const %w = await fetch(`${base}/%w/${id}`, { method: \"POST\" });\n)",
    R"(  it(\"%w keeps %n items\", () => { expect(%w.length).toBe(%n); });\n)",
    R"(import { %w, %w } from \"../%w/%w.js\";\n)",
    R"(-rw-r--r-- 1 dev dev %n Nov 25 10:%n src/%w/%w.cpp\n)",
    R"(src/%w/%w.cpp:%n:%n: warning: unused variable '%w' [-Wunused]\n)",
    R"([%n/%n] Building CXX object src/%w/CMakeFiles/%w.dir/%w.cpp.o\n)",
    R"(2026-11-25T10:%n:07Z INFO %w request id=%n path=/api/%w took %n ms\n)",
    R"(The function %w is called from %w; when %w is empty it returns too early.\n)",
    R"(I will read the file first, then change %w so that the %w test passes.\n)",
    R"(\n)",
    R"(## %w and %w\n)",
    R"(- `%w`: %n entries, sorted by %w, key order as it came\n)",
    R"(      \"%w\": { \"type\": \"%w\", \"limit\": %n },\n)",
    R"(  %w:\n    image: registry.example/%w:1.%n\n    ports: [\"%n:%n\"]\n)",
    R"(SELECT %w, count(*) FROM %w WHERE %w > %n GROUP BY 1 ORDER BY 2 DESC;\n)",
    R"(関数 %w は %w が空のとき早く戻りすぎるので、条件を直します。\n)",
    R"(}\n)",
};
constexpr std::array kWords = {
    "parse",  "config", "session", "buffer", "render", "handle", "offset", "widget", "ledger",
    "report", "index",  "cursor",  "client", "window", "filter", "result", "stream", "record",
    "layout", "policy", "engine",  "column", "branch", "vertex", "signal", "bucket", "method",
};

std::string fill_in(std::string_view line, std::mt19937_64& random) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool slot = line[i] == '%' && i + 1 < line.size();
    if (slot && line[i + 1] == 'w') {
      out += kWords[random() % kWords.size()];
      if (random() % 3 == 0) out.append("_").append(kWords[random() % kWords.size()]);
      ++i;
    } else if (slot && line[i + 1] == 'n') {
      out += std::to_string(random() % 5000);
      ++i;
    } else {
      out += line[i];
    }
  }
  return out;
}

}  // namespace

TextPool::TextPool() {
  while (text_.size() < kPoolBytes) {
    lines_.push_back(text_.size());
    text_ += fill_in(kTemplates[random_() % kTemplates.size()], random_);
  }
  lines_.push_back(text_.size());
}

void TextPool::append(std::string& out, std::size_t bytes) {
  const std::size_t end = out.size() + bytes;
  while (out.size() < end) {
    const std::size_t piece = std::min(end - out.size(), kStampEvery);
    const std::size_t piece_end = out.size() + piece;
    char stamp[32];
    const int n = std::snprintf(stamp, sizeof stamp, "// step %llu\\n",
                                static_cast<unsigned long long>(++stamp_));
    if (static_cast<std::size_t>(n) <= piece) out.append(stamp, static_cast<std::size_t>(n));
    const std::size_t first = lines_[random_() % (lines_.size() / 2)];
    const std::size_t room = piece_end - out.size();
    const std::size_t last = *std::prev(std::ranges::upper_bound(lines_, first + room));
    out.append(text_, first, last - first);
    out.append(piece_end - out.size(), '.');
  }
}

Conversation::Conversation(TextPool& pool, const BodyShape& shape) : pool_(pool), shape_(shape) {
  body_.reserve(shape.bytes + 64);
  body_ = "{\"model\":\"" + shape.model + "\",";
  if (shape.stream) body_ += "\"stream\":true,\"stream_options\":{\"include_usage\":true},";
  body_ += "\"max_tokens\":1024,";
  body_ += shape.bytes < kSmall ? "\"messages\":[{\"role\":\"user\",\"content\":\""
                                : "\"temperature\":0,\"tools\":[";
  kept_ = body_.size();
  if (shape.fresh_bytes > 0 && shape.bytes > 2 * shape.fresh_bytes) {
    append_opening();
    append_messages(shape.bytes - shape.fresh_bytes);
    kept_ = body_.size();
  }
}

const std::string& Conversation::next() {
  body_.resize(kept_);
  if (shape_.bytes < kSmall) {
    constexpr std::string_view kEnd = "\"}]}";
    if (kept_ + kEnd.size() + 40 > shape_.bytes) std::abort();
    pool_.append(body_, shape_.bytes - kept_ - kEnd.size());
    body_ += kEnd;
    return body_;
  }
  if (body_.ends_with('[')) append_opening();
  append_messages(shape_.bytes - 2);
  body_ += "]}";
  return body_;
}

// Tool schemas and the system prompt.
void Conversation::append_opening() {
  const std::size_t each = 1000;
  const std::size_t count =
      std::max<std::size_t>(1, std::min(shape_.bytes / kToolsShare, kToolsBytes) / each);
  for (std::size_t i = 0; i < count; ++i) {
    body_ += i == 0 ? "" : ",";
    body_ += "{\"type\":\"function\",\"function\":{\"name\":\"tool_" + std::to_string(i) +
             "\",\"description\":\"";
    pool_.append(body_, each);
    body_ +=
        "\",\"parameters\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},"
        "\"limit\":{\"type\":\"integer\"}},\"required\":[\"path\"],"
        "\"additionalProperties\":false}}}";
  }
  body_ += "],\"messages\":[{\"role\":\"system\",\"content\":\"";
  pool_.append(body_, 1500);
  body_ += "\"}";
}

void Conversation::append_messages(std::size_t end) {
  while (body_.size() < end) {
    const std::size_t left = end - body_.size();
    std::size_t turn = kLeastTurn + static_cast<std::size_t>(call_ * 7919 % 6000);
    if (turn + kLeastTurn > left) turn = left;
    append_turn(turn);
  }
}

// An assistant's tool call and its result, together exactly `bytes` long.
void Conversation::append_turn(std::size_t bytes) {
  const std::size_t end = body_.size() + bytes;
  const std::string id = "call_" + std::to_string(100000 + call_++ % 900000);
  const std::size_t said = bytes / 8;
  body_ += ",{\"role\":\"assistant\",\"content\":\"";
  pool_.append(body_, said);
  body_ += "\",\"tool_calls\":[{\"id\":\"" + id +
           "\",\"type\":\"function\",\"function\":{\"name\":\"read_file\",\"arguments\":\"{"
           "\\\"path\\\":\\\"src/parse/config.cpp\\\",\\\"limit\\\":400}\"}}]},"
           "{\"role\":\"tool\",\"tool_call_id\":\"" +
           id + "\",\"content\":\"";
  constexpr std::string_view kEnd = "\"}";
  if (body_.size() + kEnd.size() > end) std::abort();
  pool_.append(body_, end - kEnd.size() - body_.size());
  body_ += kEnd;
}

}  // namespace sekisho::bench
