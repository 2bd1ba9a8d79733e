#pragma once
// For tests and fuzzers: an answer in its own dialect, read in pieces of `step` bytes.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/raw_answer.h"

namespace sekisho::wire::testing {

struct Read {
  std::vector<RawFrame> frames;
  std::unique_ptr<RawAnswer> answer;
  std::string error;

  // By what comes out, and not by what is said of a fault.
  friend bool operator==(const Read& a, const Read& b) {
    return a.frames == b.frames && a.error.empty() == b.error.empty() &&
           a.answer->usage() == b.answer->usage() && a.answer->complete() == b.answer->complete();
  }
  std::string bytes() const {
    std::string out;
    for (const RawFrame& f : frames) out += f.bytes;
    return out;
  }
  // The logical texts, decoded, by kind and in order of their first byte.
  std::vector<std::pair<FrameTextKind, std::string>> texts() const {
    std::map<std::uint32_t, std::size_t> place;
    std::vector<std::pair<FrameTextKind, std::string>> out;
    for (const RawFrame& f : frames) {
      for (const FrameText& t : f.texts) {
        auto [at, fresh] = place.emplace(t.field, out.size());
        if (fresh) out.push_back({t.kind(), ""});
        out[at->second].second += unescape_json(t.raw.of(f.bytes));
      }
    }
    return out;
  }
};

inline Read read(std::unique_ptr<RawAnswer> answer, std::string_view bytes,
                 std::size_t step = 1 << 20) {
  Read out;
  out.answer = std::move(answer);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    // A copy that dies at once: nothing may point into what was fed.
    std::string piece(bytes.substr(at, step));
    if (auto fed = out.answer->feed(piece, out.frames); !fed) {
      out.error = fed.error().detail;
      return out;
    }
  }
  if (auto end = out.answer->finish(out.frames); !end) out.error = end.error().detail;
  return out;
}

inline Read read(Dialect dialect, bool stream, std::string_view bytes, std::size_t step = 1 << 20) {
  return read(make_raw_answer(dialect, stream), bytes, step);
}

}  // namespace sekisho::wire::testing
