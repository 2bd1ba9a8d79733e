#pragma once
// Random JSON for tests: odd spacing, odd spellings of strings and numbers, unknown fields, and
// bodies of both dialects built from it. Deterministic by seed.

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace sekisho::wire {

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
  std::string blanks();
  std::string string_content();  // escaped
  std::string string() { return '"' + string_content() + '"'; }
  std::string number();
  std::string value(int depth = 4);
  std::string object(int depth);

  // {"a":1} from members in random order with random blanks.
  std::string object_of(std::vector<std::string> members);
  std::string member(std::string_view key, std::string_view value);
  std::string message(bool anthropic);
  // Whole request bodies. `messages` are the elements.
  std::string body(bool anthropic, const std::vector<std::string>& messages);
  // One random change of a few bytes.
  std::string mutate(std::string text);

 private:
  std::string content(bool anthropic);
  SeededRandom random_;
};

}  // namespace sekisho::wire
