#pragma once
// Which tool call a piece of a streamed answer belongs to. OpenAI numbers its calls and names each
// once, with the first piece; compatible servers leave out the number or the id, repeat the name in
// each piece, or give every call the number 0. Internal to openai_chat. One answer, one thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::wire::openai_chat {

struct CallPiece {
  std::optional<std::int64_t> index;
  std::string id, name, arguments;
};

class CallPieces {
 public:
  struct Call {
    std::optional<std::int64_t> index;
    std::string id, name;
    std::int64_t block = -1;  // its number among the answer's blocks; -1 = not begun
    std::string waiting;      // arguments that came before its name
    // Whether the arguments so far are a whole JSON object.
    std::int64_t depth = 0;
    bool in_string = false, escaped = false, begun_object = false;
    bool is_whole() const { return begun_object && depth == 0; }
  };
  // The call that the piece belongs to, a new one if need be; with what the piece told of it.
  // Valid until the next call of this.
  Call& take(const CallPiece& piece);
  std::vector<Call>& all() { return calls_; }

 private:
  Call* find(const CallPiece& piece);
  static bool begins_anew(const Call& call, const CallPiece& piece);
  static void follow(Call& call, std::string_view arguments);

  std::vector<Call> calls_;
};

}  // namespace sekisho::wire::openai_chat
