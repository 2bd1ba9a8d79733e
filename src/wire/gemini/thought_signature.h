#pragma once
// thoughtSignature, both ways round.
//
// To Gemini's clients: the reasoning of another provider's model must come back with the next turn,
// text and signature unchanged, but clients keep no thought parts, only the thoughtSignature of
// calls and texts. So that field carries the blocks themselves.
//
// From Gemini: its signatures are noise to every other provider. They travel through the
// conversation under a mark that says whose they are, and go back to Gemini alone.
// Pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/conversation.h"

namespace sekisho::wire::gemini {

// One block of reasoning, decoded: text and signature, or redacted data.
struct CarriedThought {
  std::string text, signature, redacted;
  friend bool operator==(const CarriedThought&, const CarriedThought&) = default;
};

// Base64, as protobuf's JSON wants bytes.
std::string carry(const std::vector<CarriedThought>& thoughts);
// Nothing if it is none of ours.
std::optional<std::vector<CarriedThought>> carried(std::string_view signature);

std::string marked_signature(std::string_view signature);
// Gemini's own spelling; "" if the signature is somebody else's.
RawText unmarked_signature(RawText signature);

}  // namespace sekisho::wire::gemini
