#pragma once
// Request bodies as coding agents send them: OpenAI chat completions with tool schemas and a
// transcript of tool calls and results (code, shell output, prose, some Japanese), of an exact
// size. One object is one conversation. No text in them looks like a secret.

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::bench {

// A few megabytes of text lines, already escaped for JSON, shared by all conversations.
class TextPool {
 public:
  TextPool();
  // Appends exactly `bytes` bytes that never occurred before: whole lines, each kilobyte stamped
  // with a number of its own.
  void append(std::string& out, std::size_t bytes);

 private:
  std::mt19937_64 random_{20261125};
  std::string text_;
  std::vector<std::size_t> lines_;  // where each line starts
  std::uint64_t stamp_ = 0;
};

struct BodyShape {
  std::size_t bytes = 200;
  std::size_t fresh_bytes = 0;  // of each body, at its end; 0: all but the first part is new
  std::string model = "bench";
  bool stream = false;
};

class Conversation {
 public:
  Conversation(TextPool& pool, const BodyShape& shape);
  // The next turn's body; valid until the next call.
  const std::string& next();

 private:
  void append_opening();
  void append_messages(std::size_t end);
  void append_turn(std::size_t bytes);

  TextPool& pool_;
  BodyShape shape_;
  std::string body_;
  std::size_t kept_ = 0;  // bytes that stay for all turns
  std::uint64_t call_ = 0;
};

}  // namespace sekisho::bench
