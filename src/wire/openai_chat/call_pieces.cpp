#include "wire/openai_chat/call_pieces.h"

namespace sekisho::wire::openai_chat {

// A server that gives several calls one number: another id, or a name again after arguments that
// were whole.
bool CallPieces::begins_anew(const Call& call, const CallPiece& piece) {
  if (!piece.id.empty() && !call.id.empty()) return piece.id != call.id;
  return !piece.name.empty() && !piece.arguments.empty() && call.is_whole();
}

CallPieces::Call* CallPieces::find(const CallPiece& piece) {
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
    const bool fits = piece.index        ? call->index == piece.index
                      : piece.id.empty() ? true  // the last one
                                         : call->id == piece.id;
    if (fits) return begins_anew(*call, piece) ? nullptr : &*call;
  }
  return nullptr;
}

void CallPieces::follow(Call& call, std::string_view arguments) {
  for (const char c : arguments) {
    if (call.in_string) {
      if (call.escaped) {
        call.escaped = false;
      } else if (c == '\\') {
        call.escaped = true;
      } else if (c == '"') {
        call.in_string = false;
      }
    } else if (c == '"') {
      call.in_string = true;
    } else if (c == '{') {
      call.begun_object = true;
      ++call.depth;
    } else if (c == '}') {
      --call.depth;
    }
  }
}

CallPieces::Call& CallPieces::take(const CallPiece& piece) {
  Call* call = find(piece);
  if (!call) {
    call = &calls_.emplace_back();
    call->index = piece.index;
  }
  if (call->id.empty()) call->id = piece.id;
  if (call->name.empty()) call->name = piece.name;
  follow(*call, piece.arguments);
  return *call;
}

}  // namespace sekisho::wire::openai_chat
