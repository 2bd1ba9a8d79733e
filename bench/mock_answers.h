#pragma once
// What the mock says, known to the load generator, which checks that nothing was lost or changed.

#include <cstdio>
#include <string>

namespace sekisho::bench {

inline constexpr int kDeltas = 64;
inline constexpr int kFrames = kDeltas + 3;  // and finish, usage, [DONE]
inline constexpr const char* kAnswerId = "chatcmpl-bench";
inline constexpr const char* kAnswerText =
    "I looked at the file and changed the loop so that it stops at the first match. The test "
    "passes now; the next step is the error path, which still returns an empty list.";

// The text of one delta, a word as models stream them.
inline std::string delta_text(int number) {
  char text[16];
  std::snprintf(text, sizeof text, " word%02d", number);
  return text;
}

inline std::string stream_text() {
  std::string text;
  for (int i = 0; i < kDeltas; ++i) text += delta_text(i);
  return text;
}

}  // namespace sekisho::bench
